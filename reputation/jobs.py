"""The turns of an audit. Each may run twice, or several at once, and changes nothing the second time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Final

from django.db import OperationalError

from cm_suite.core import clock, fetch, pace_hosts, seats
from cm_suite.core.errors import Later, OutcomeError
from cm_suite.core.fetch import Fetcher
from cm_suite.core.queue import enqueue
from reputation.enums import RunState
from reputation.models import Run
from reputation.services import collect, email, listing, score, start, steps
from reputation.services import sweep as sweeper
from reputation.services.collect import Order, Reading
from reputation.services.request import WORK

logger = logging.getLogger(__name__)

TURN_SECONDS: Final = 20.0
"""Shorter than a worker is given to stop: a turn ends by itself, and rings for the next one."""
READERS: Final = 8
"""Pages that one worker reads at once, each of another host."""
MOST_WORKERS: Final = 4
"""Workers that go on with one run at once, when it has many hosts."""
MAIL_SECONDS: Final = 120.0
"""For the mails of finished runs: the one that is begun last needs most of what is left of the job's time."""
SEAT_SECONDS: Final = 60.0
"""From the beginning of one turn to that of the next: a worker that died leaves its seat after so long."""
NAP: Final = 0.25
S = RunState


def start_due() -> int:
    """Begin the audits whose time has come, on the clocks of their brands; how many."""
    for audit in start.planned():
        _step(partial(start.follow, audit), f"audit {audit.pk}")
    return sum(_step(partial(start.begin, pk), f"audit {pk}") for pk in start.due())


def work(run_id: int, seat: int = 0) -> bool:
    """Go on with a run for one turn, and ring for the next one; whether anything is left to do right away.

    `seat`: what the turn before held. However often a run is rung for, only so many workers go on with it.
    """
    room = seats.seats(f"run:{run_id}", 1 + _helpers(run_id), SEAT_SECONDS)
    held = room.sit(seat)
    if not held:
        return False
    more = False
    try:
        more = turn(run_id)
    finally:
        if not more:
            room.leave(held)
    if more:
        enqueue(WORK, run_id, held)
    return more


def turn(run_id: int, seconds: float = TURN_SECONDS) -> bool:
    """Go on with a run for so many seconds at most; whether anything is left to do right away."""
    stop_at = time.monotonic() + seconds
    fetcher = pace_hosts.web()
    if _list(run_id, fetcher, stop_at):
        return True
    run = Run.objects.select_related("audit").filter(pk=run_id, state=S.COLLECTING).first()
    if run is not None and _Reading(run, fetcher).go_on(stop_at):
        return True
    _score(run_id)
    return False


def sweep() -> int:
    """Put right what was left behind and ring for what waits; how many rows."""
    return _step(collect.expired, "expired pages") + _step(sweeper.ring, "waiting runs")


def send_audit_emails() -> int:
    """Hand the reports of finished runs to the outbox; how many mails.

    Those that fail are passed by, so that however many they are they keep no other waiting.
    """
    written = failed = 0
    stop_at = time.monotonic() + MAIL_SECONDS
    while time.monotonic() < stop_at:
        pks = email.due(skip=failed)
        written += sum(_step(partial(email.send, pk), f"mails of run {pk}") for pk in pks)
        failed += email.unsent(pks)
        if len(pks) < email.BATCH:
            break
    return written


def _list(run_id: int, fetcher: Fetcher, stop_at: float) -> bool:
    """Ask the sources if that is where the run stands; whether some are left for the next turn."""
    run = steps.take(run_id, (S.PLANNED, S.LISTING), S.LISTING)
    if run is None:
        return False
    soon = _alone(run, lambda: listing.list_pages(run, fetcher, stop_at))
    if run.state == S.COLLECTING:
        for _worker in range(_helpers(run_id)):
            enqueue(WORK, run_id)
    return bool(soon) and Run.objects.filter(steps.FREE, pk=run_id, state=S.LISTING, tries=0).exists()


def _helpers(run_id: int) -> int:
    """How many workers more than one a run is worth: one for so many hosts."""
    return min(MOST_WORKERS - 1, collect.hosts(run_id) // READERS)


def _score(run_id: int) -> None:
    """Weigh the run if all its pages are read or given up."""
    run = steps.take(run_id, (S.COLLECTING, S.SCORING), S.SCORING, where=collect.ALL_READ)
    if run is not None:
        _alone(run, lambda: score.score_run(run))


def _alone[T](run: Run, act: Callable[[], T]) -> T | None:
    """One worker's step, and what it returns; after a fault or a signal it may be begun again."""
    try:
        return act()
    except steps.LeaseLostError:
        logger.info("run %s goes on elsewhere", run.pk)
    except Exception:
        logger.exception("run %s stumbled while %s", run.pk, run.state)
        steps.stumble(run)
    except BaseException:
        steps.rest(run)
        raise
    return None


class _Reading:
    """One worker's share of a run's pages: threads read, this thread alone talks to the database."""

    def __init__(self, run: Run, fetcher: Fetcher) -> None:
        self.run = run
        self.fetcher = fetcher
        self.running: dict[Future[Reading], Order] = {}
        self.resting: dict[str, float] = {}  # hosts that are to be left alone, until when (monotonic)
        self.kept_at = time.monotonic()

    def go_on(self, stop_at: float) -> bool:
        """Read until time is over or nothing can be read; whether there is more to read right away.

        What is on its way is written down in any case, so that no page is read for nothing.
        """
        with (
            ThreadPoolExecutor(1, thread_name_prefix="taking-apart") as apart,
            ThreadPoolExecutor(READERS, thread_name_prefix="reading") as pool,
        ):
            self.apart = apart
            try:
                idle = self._read(pool, stop_at)
            finally:
                while self.running:
                    self._settle()
        return not idle and collect.next_at(self.run) is not None and collect.goes_on(self.run)

    def _read(self, pool: ThreadPoolExecutor, stop_at: float) -> bool:
        """Read until time is over; True when it ended before because nothing can be read for now."""
        while time.monotonic() < stop_at:
            self._take(pool)
            if not self.running and not self._worth_a_nap(stop_at):
                return True
            self._settle()
        return False

    def _take(self, pool: ThreadPoolExecutor) -> None:
        now = time.monotonic()
        self.resting = {host: until for host, until in self.resting.items() if until > now}
        free = READERS - len(self.running)
        for order in collect.take(self.run, free, self.resting) if free else ():
            self.running[pool.submit(collect.read, self.fetcher, order, self.apart)] = order

    def _worth_a_nap(self, stop_at: float) -> bool:
        """Whether a page can be tried before this turn is over."""
        at = collect.next_at(self.run) if collect.goes_on(self.run) else None
        if at is None or (at - clock.now()).total_seconds() > stop_at - time.monotonic():
            return False
        time.sleep(NAP)
        return True

    def _settle(self) -> None:
        """Write down what the threads have read by now; the others are still ours."""
        done, _running = wait(self.running, timeout=NAP, return_when=FIRST_COMPLETED)
        for future in done:
            self._write(self.running.pop(future), future)
        if time.monotonic() > self.kept_at + collect.RENEW:
            self.kept_at = time.monotonic()
            collect.keep(self.running.values())

    def _write(self, order: Order, future: Future[Reading]) -> None:
        self.resting[order.fetch.host] = time.monotonic() + fetch.PAUSE
        try:
            _stored(order, future.result())
        except OutcomeError as error:
            collect.fall_through(order, error, self.run.started_at or self.run.asked_at)
            self._rest(order, error)
        except OperationalError as error:
            logger.warning("page %s waits for another reader: %s", order.fetch.pk, type(error).__name__)
        except Exception:
            logger.exception("page %s of run %s", order.fetch.pk, self.run.pk)
            collect.give_up(order.fetch, "unreadable")

    def _rest(self, order: Order, error: OutcomeError) -> None:
        """A host that asked for time is left alone by this worker, all its pages."""
        if isinstance(error, Later) and error.retry_at is not None:
            pause = (error.retry_at - clock.now()).total_seconds()
            self.resting[order.fetch.host] = time.monotonic() + pause


def _stored(order: Order, reading: Reading) -> None:
    """Keep a page; a database that is out of reach for a moment is asked twice."""
    try:
        collect.store(order, reading)
    except OperationalError:
        collect.store(order, reading)


def _step(step: Callable[[], int], name: str) -> int:
    """One step of many; its fault keeps no other from its turn."""
    try:
        return int(step())
    except Exception:
        logger.exception("%s failed", name)
        return 0
