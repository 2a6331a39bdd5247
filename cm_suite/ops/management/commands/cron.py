"""`manage.py cron`: start every periodic job in its time. Several may run; one leads."""

from typing import Any

import redis
from django.core.management.base import BaseCommand, CommandError
from django_rq import get_connection

from cm_suite.ops.cron import LeadLostError, lead


class Command(BaseCommand):
    """Ends with code 1 when Redis drops or another took the lead: whoever supervises starts it again."""

    help = "Start every periodic job in its time (one leader at a time)."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lead(get_connection("default"))
        except LeadLostError as failure:
            raise CommandError("Another process leads now.") from failure
        except redis.ConnectionError as failure:
            raise CommandError(f"Redis is away: {failure}") from failure
