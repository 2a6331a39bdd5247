"""`manage.py publish_due`: one turn of the publisher, in this process."""

from typing import Any

from django.core.management.base import BaseCommand

from publishing import jobs


class Command(BaseCommand):
    """Prints how many deliveries were taken."""

    help = "Send what is due, once."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(jobs.publish_due()))
