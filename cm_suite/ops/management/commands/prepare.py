"""`manage.py prepare`: everything a production needs before it starts, and again after each upgrade."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cm_suite.ops.prepare import bring_up_to_date


class Command(BaseCommand):
    """No demo is seeded, and nothing is lost by running it twice."""

    help = "Compile the translations, collect the static files, apply the migrations."

    def handle(self, *args: Any, **options: Any) -> None:
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        bring_up_to_date(demo=False)
        self.stdout.write("Ready. A first account: manage.py createsuperuser")
