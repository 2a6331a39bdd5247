"""`manage.py translations [--update]`: what the French catalogue lacks, or merge what the sources have."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cm_suite.ops import translations

LANGUAGE = "fr"


class Command(BaseCommand):
    """Exit code 1 when something lacks. English is the sources' language and needs no catalogue."""

    help = "Check the translations, or merge the sources' messages into the catalogue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--update", action="store_true", help="merge new messages, drop unused ones")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.LOCALE_PATHS[0])
        file = folder / LANGUAGE / "LC_MESSAGES" / "django.po"
        if options["update"]:
            translations.update(settings.BASE_DIR, file)
        found = translations.problems(settings.BASE_DIR, file)
        translations.compile_stale(folder)
        for line in found:
            self.stdout.write(line)
        if found and not options["update"]:
            raise CommandError(f"{len(found)} translations need work.", returncode=1)
        self.stdout.write(
            f"{len(found)} translations need work." if found else "Every message is translated."
        )
