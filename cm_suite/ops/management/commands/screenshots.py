"""`manage.py screenshots`: pictures of every page of a running demo."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cm_suite.ops.screenshots import CannotLook, take


class Command(BaseCommand):
    help = (
        "Take pictures of every page of a running demo into the var folder: French and English, wide and "
        "360 px, light and dark. While it runs, the demo's lead and brands change their language."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """--url, --out and --only."""
        parser.add_argument("--url", default=settings.PUBLIC_URL, help="where the demo runs")
        parser.add_argument("--out", type=Path, default=settings.VAR_DIR / "screenshots", help="a folder")
        parser.add_argument("--only", default="", metavar="TEXT", help="only pages whose name holds TEXT")

    def handle(self, *_args: Any, url: str, out: Path, only: str, **_options: Any) -> None:
        """Look at everything. Raises CommandError when something is missing."""
        try:
            count = take(url.rstrip("/"), out, only, self.stdout.write)
        except CannotLook as missing:
            raise CommandError(str(missing)) from missing
        self.stdout.write(f"{count} pages in {out}; open {out / 'index.html'}")
