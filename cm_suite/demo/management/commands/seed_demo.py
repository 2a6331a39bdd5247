"""`manage.py seed_demo`: the demo agency, once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cm_suite.demo.seed import NotEmpty, seed

REFUSED = (
    "This database holds something else than the demo: nothing was written. "
    "With --force the demo is added beside it, unless its names are taken."
)
SCALE = (
    "for measures: 2 × N brands in all, each added one with 24 × N posts published, 7 × N planned and "
    "50 × N subscribers. With 1, the demo alone; run again with more, only what is missing is added."
)


class Command(BaseCommand):
    help = (
        "Make the demo agency: two invented brands, six people, three weeks of posts and subscribers, posts "
        "due in the next minutes. A second run adds nothing. The log-ins are written to the file named by "
        "CM_DEMO_LOGINS, in the var folder."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """--scale and --force."""
        parser.add_argument("--scale", type=int, default=1, metavar="N", help=SCALE)
        parser.add_argument("--force", action="store_true", help="seed a database that is not empty")

    def handle(self, *_args: Any, scale: int, force: bool, **_options: Any) -> None:
        """Seed, and say what was added. Raises CommandError."""
        if scale < 1:
            raise CommandError("--scale is at least 1")
        try:
            done = seed(scale, force=force)
        except NotEmpty as refused:
            raise CommandError(REFUSED) from refused
        if not done.anything:
            self.stdout.write("The demo is here already: nothing to add.")
            return
        self.stdout.write(f"Brands added: {done.brands}. Log-ins: {settings.CM_DEMO_LOGINS}")
