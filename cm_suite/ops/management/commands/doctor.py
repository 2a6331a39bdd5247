"""`manage.py doctor [--json]`: how the installation is."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cm_suite.ops.health import State, examine


class Command(BaseCommand):
    """Exit code 1 when anything is degraded or down."""

    help = "Health: database, Redis, workers, periodic jobs, queue age, last sends, credentials, outbox."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        report = examine(thorough=True)
        if options["json"]:
            self.stdout.write(
                json.dumps({"state": report.state, "checks": [asdict(c) for c in report.checks]})
            )
        else:
            for check in report.checks:
                self.stdout.write(f"{check.state:<9} {check.name:<11} {check.words}")
        if report.state is not State.OK:
            raise CommandError(f"The installation is {report.state}.", returncode=1)
