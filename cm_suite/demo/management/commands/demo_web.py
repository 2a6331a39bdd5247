"""`manage.py demo_web`: the demo's own small web, until it is stopped."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cm_suite.core import clock
from cm_suite.demo import audits, small_web
from cm_suite.demo.people import FIRST
from cm_suite.demo.stage import BEGAN
from pages.models import Brand


class Command(BaseCommand):
    help = "Serve the four invented sites of the demo on loopback, one a port, from --port on."

    def add_arguments(self, parser: CommandParser) -> None:
        """--port and --settle."""
        parser.add_argument("--port", type=int, required=True)
        parser.add_argument("--settle", action="store_true", help="only bring the demo's audit to this port")

    def handle(self, *_args: Any, port: int, settle: bool, **_options: Any) -> None:
        """Serve until a signal. Their dates count from the day of the demo, so that they stay the same."""
        if settle:
            audits.settle(port)
            return
        brand = Brand.objects.filter(slug=FIRST).only("created_at").first()
        today = brand.created_at + BEGAN if brand else clock.now()
        try:
            servers = small_web.serve(port, today)
        except OSError as taken:
            raise CommandError(f"port {port} or one after it is taken: {taken}") from taken
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
        for server in servers:
            server.server_close()
