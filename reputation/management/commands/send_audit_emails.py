"""`manage.py send_audit_emails`: hand the reports of finished runs to the outbox, once."""

from typing import Any, Final

from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

JOB: Final = "reputation.jobs.send_audit_emails"


class Command(BaseCommand):
    """Prints how many mails were written."""

    help = "Write the e-mails of the audits that have finished, once."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(import_string(JOB)()))
