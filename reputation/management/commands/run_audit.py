"""`manage.py run_audit BRAND/AUDIT [--json]`: one run, now, in this process."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from threading import Event, current_thread, main_thread
from types import FrameType
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string

from reputation import messages
from reputation.enums import RunState
from reputation.models import Audit, Run
from reputation.rules import RUNNING
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
        with _interruptible() as asked_to_stop:
            self._go_on(run, asked_to_stop)
        run.refresh_from_db()
        if asked_to_stop.is_set() and run.state in RUNNING:
            raise CommandError(INTERRUPTED, returncode=130)
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

    def _go_on(self, run: Run, asked_to_stop: Event) -> None:
        """Turn after turn until the run has ended, with a bar where somebody looks."""
        turn: Callable[..., bool] = import_string(TURN)
        while not (progress := progress_of(run)).finished and not asked_to_stop.is_set():
            self._show(progress)
            if not turn(run.pk, 1.0):
                collect.expired()
                asked_to_stop.wait(NAP)
        self._show(progress, last=True)

    def _show(self, progress: Progress, *, last: bool = False) -> None:
        if not self.stderr.isatty():
            return
        full = WIDTH * progress.percent // 100
        bar = "#" * full + "." * (WIDTH - full)
        line = f"\r[{bar}] {progress.done}/{progress.total} {progress.state:<10}"
        self.stderr.write(line, ending="\n" if last else "")
        self.stderr.flush()


@contextmanager
def _interruptible() -> Iterator[Event]:
    """Set by the first Ctrl-C, so that the pages on their way are kept; the second one stops at once."""
    asked_to_stop = Event()
    if current_thread() is not main_thread():
        yield asked_to_stop
        return
    before = signal.getsignal(signal.SIGINT)

    def ask(_number: int, _frame: FrameType | None) -> None:
        asked_to_stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, ask)
    try:
        yield asked_to_stop
    finally:
        signal.signal(signal.SIGINT, before)


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
