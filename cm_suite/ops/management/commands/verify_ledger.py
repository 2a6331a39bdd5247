"""`manage.py verify_ledger [BRAND]`: recompute every hash of the ledger."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cm_suite.core import ledger
from cm_suite.core.models import LedgerEntry, LedgerHead
from pages.models import Brand


def chains(slug: str | None) -> dict[int, str]:
    """Brand ids to examine and what to call them. A chain outlives its brand, so all of them count."""
    brands = Brand.objects.order_by("slug")
    if slug:
        return dict(brands.filter(slug=slug).values_list("pk", "slug"))
    named = dict(brands.values_list("pk", "slug"))
    seen = {
        *LedgerHead.objects.values_list("pk", flat=True),
        *LedgerEntry.objects.values_list("brand_id", flat=True),
    }
    return named | {pk: f"former brand {pk}" for pk in sorted(seen - named.keys())}


class Command(BaseCommand):
    """Exit code 1 on a break, naming the first broken entry of each brand."""

    help = "Recompute every hash of one brand's ledger, or of all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("brand", nargs="?", help="the brand's slug; all brands when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        found = chains(options["brand"])
        if options["brand"] and not found:
            raise CommandError(f"No brand is called {options['brand']}.")
        broken = [line for pk, name in found.items() if (line := self._examine(pk, name))]
        if broken:
            raise CommandError("\n".join(broken), returncode=1)

    def _examine(self, brand_id: int, name: str) -> str:
        """One line on standard output when the chain holds; the break's description otherwise."""
        broken = ledger.verify(brand_id)
        if broken is not None:
            return f"{name}: BROKEN at entry {broken.seq}: {broken.reason}"
        count, digest = ledger.head(brand_id)
        self.stdout.write(f"{name}: {count} entries, head {digest}")
        return ""
