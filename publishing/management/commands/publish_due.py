"""`manage.py publish_due`: one turn of the publisher, in this process."""

from typing import Any, Final

from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

JOB: Final = "publishing.jobs.publish_due"


class Command(BaseCommand):
    """Prints how many deliveries were taken."""

    help = "Send what is due, once."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(import_string(JOB)()))
