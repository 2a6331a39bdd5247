"""`manage.py run_audit BRAND/AUDIT [--json]`: one run, now, in this process."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string

from reputation import messages
from reputation.enums import RunState
from reputation.models import Audit, Run
from reputation.services import collect
from reputation.services.progress import Progress, progress_of
from reputation.services.report import Report, report_of
from reputation.services.request import run_now

TURN: Final = "reputation.jobs.turn"
WIDTH: Final = 30
SHOWN: Final = 10  # audits that are named when the one asked for is not there
INTERRUPTED: Final = "interrupted: what was read is kept; the same command, or a worker, goes on from there"
NAP: Final = 0.5  # seconds between two looks while other workers read or a site asked for time


class Command(BaseCommand):
    """Prints a summary, or the report as JSON; exit code 1 when the run did not finish."""

    help = "Run an audit now, in this process, and print what it found."

    def add_arguments(self, parser: CommandParser) -> None:
        """BRAND/AUDIT, as in the addresses of the interface."""
        parser.add_argument("audit", metavar="BRAND/AUDIT")
        parser.add_argument("--json", action="store_true", help="print the report as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        run = run_now(self._audit(options["audit"]))
        began = time.monotonic()
        try:
            self._go_on(run)
        except KeyboardInterrupt:
            raise CommandError(INTERRUPTED, returncode=130) from None
        run.refresh_from_db()
        if run.state != RunState.DONE:
            raise CommandError(_ending(run))
        report = report_of(run)
        seconds = round(time.monotonic() - began, 1)
        self.stdout.write(_as_json(report, seconds) if options["json"] else _as_text(report, seconds))

    def _audit(self, named: str) -> Audit:
        brand, _slash, slug = named.partition("/")
        theirs = Audit.objects.filter(brand__slug=brand, archived_at=None).order_by("slug")
        found = theirs.filter(slug=slug).first()
        if found is None:
            known = [f"{brand}/{each}" for each in theirs.values_list("slug", flat=True)[:SHOWN]]
            there = f"of this brand: {', '.join(known)}" if known else "this brand has none"
            raise CommandError(f"there is no audit {named}: write BRAND/AUDIT as in its address ({there})")
        return found

    def _go_on(self, run: Run) -> None:
        """Turn after turn until the run has ended, with a bar where somebody looks."""
        turn: Callable[..., bool] = import_string(TURN)
        while not (progress := progress_of(run)).finished:
            self._show(progress)
            if not turn(run.pk, 1.0):
                collect.expired()
                time.sleep(NAP)
        self._show(progress, last=True)

    def _show(self, progress: Progress, *, last: bool = False) -> None:
        if not self.stderr.isatty():
            return
        full = WIDTH * progress.percent // 100
        bar = "#" * full + "." * (WIDTH - full)
        line = f"\r[{bar}] {progress.done}/{progress.total} {progress.state:<10}"
        self.stderr.write(line, ending="\n" if last else "")
        self.stderr.flush()


def _ending(run: Run) -> str:
    """What became of a run that has no report, and what to do."""
    if run.state != RunState.FAILED:
        return f"the run ended as {run.state}; start it again for a report"
    reason = messages.run_fault(run.code)
    return f"the run ended as {run.state} ({run.code}): {reason}"


def _as_json(report: Report, seconds: float) -> str:
    return json.dumps({**asdict(report), "seconds": seconds}, default=_plain, ensure_ascii=False)


def _plain(value: datetime) -> str:
    """An instant in ISO 8601, with its zone."""
    return value.isoformat()


def _as_text(report: Report, seconds: float) -> str:
    totals = report.totals
    lines = [messages.sentence(said) for said in report.sentences]
    lines.append(
        f"run {report.number}: {totals.read}/{totals.asked} pages read, {totals.failed} not, "
        f"{totals.originals} mentions and {totals.copies} repeats, {seconds} s"
    )
    lines += [f"{source.name}: {source.status} {source.reason}".rstrip() for source in report.sources]
    return "\n".join(lines)
