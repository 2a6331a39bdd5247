"""The turns of the engine. Each may run twice, or several at once, and changes nothing the second time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from copy import copy
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from cm_suite.core import clock, queue
from publishing.services import claim, expiry, followups, metrics, pictures, prepared, reconcile, send
from publishing.services import sweep as sweeper

logger = logging.getLogger(__name__)

TURN_SECONDS: Final = 20
"""Shorter than a worker is given to stop: a turn ends by itself, and rings for the next one."""

type Take[Row] = Callable[[int], list[Row]]
type Act[Row] = Callable[[Row], None]


def publish_due() -> int:
    """Send what is due until nothing is, or the turn is over; how many deliveries were taken."""
    taken, finished = drain(claim.take, send.deliver, send.recover, settings.CM_SEND_THREADS)
    follow_up()
    if not finished:
        queue.enqueue("publishing.jobs.publish_due")
    return taken


def sweep() -> int:
    """Put right what was left behind, ask networks about lost answers, do what must follow; how many rows."""
    steps = (
        followups.expired,
        sweeper.expired_claims,
        sweeper.expired_sends,
        sweeper.missed,
        sweeper.held_again,
        sweeper.released,
        reconcile_due,
        follow_up,
    )
    return sum(_step(step) for step in steps)


def reconcile_due() -> int:
    """Ask networks about the posts whose answer was lost."""
    return drain(reconcile.take, reconcile.look, reconcile.postpone, settings.CM_SEND_THREADS)[0]


def follow_up() -> int:
    """Write and tell what follows from what happened."""
    return drain(followups.take, followups.do, followups.postpone, 1)[0]


def tidy_images() -> int:
    """Forget uploaded images that no post uses, and what networks no longer hold of them; how many."""
    return pictures.forget_unused() + prepared.forget_old()


def measure() -> int:
    """Count what became of published posts, on the pages whose turn it is; how many turns."""
    return metrics.measure_due()


def warn_expiring() -> int:
    """Tell people of what is planned beyond the end of a page's access; how many pages have such a plan."""
    return expiry.warn(clock.now())


def drain[Row: Model](take: Take[Row], act: Act[Row], recover: Act[Row], threads: int) -> tuple[int, bool]:
    """Take rows and act on them, `threads` at once, until there are none or the turn is over.

    Gives how many were taken, and whether none was left. One thread means this one; of the others each
    keeps its own database connection, closed with the turn.
    """
    stop_at = time.monotonic() + TURN_SECONDS
    if threads == 1:
        return _drain_here(take, act, recover, stop_at)
    opened: set[BaseDatabaseWrapper] = set()
    try:
        with ThreadPoolExecutor(threads, thread_name_prefix="publishing") as pool:
            work = partial(_in_thread, act, recover, opened)
            return _drain_in(pool, take, work, threads, stop_at)
    finally:
        for connection in opened:
            connection.inc_thread_sharing()  # its thread is gone
            connection.close()


def _drain_in[Row: Model](
    pool: ThreadPoolExecutor, take: Take[Row], work: Act[Row], threads: int, stop_at: float
) -> tuple[int, bool]:
    taken = 0
    running: set[Future[None]] = set()
    while time.monotonic() < stop_at:
        rows = take(threads - len(running))
        taken += len(rows)
        running |= {pool.submit(work, row) for row in rows}
        if not running:
            return taken, True
        running = wait(running, return_when=FIRST_COMPLETED).not_done
    return taken, False


def _drain_here[Row: Model](
    take: Take[Row], act: Act[Row], recover: Act[Row], stop_at: float
) -> tuple[int, bool]:
    taken = 0
    while time.monotonic() < stop_at:
        rows = take(1)
        if not rows:
            return taken, True
        _guarded(act, recover, rows[0])
        taken += 1
    return taken, False


def _in_thread[Row: Model](
    act: Act[Row], recover: Act[Row], opened: set[BaseDatabaseWrapper], row: Row
) -> None:
    try:
        _guarded(act, recover, row)
    finally:
        opened.update(connections.all(initialized_only=True))


def _guarded[Row: Model](act: Act[Row], recover: Act[Row], row: Row) -> None:
    """Act on a row; after a fault recover it, and if that fails too its lease runs out.

    Each works on a copy: what a transaction undid in the database must not stay done in memory.
    """
    for attempt in (act, recover):
        try:
            attempt(copy(row))
        except Exception:
            logger.exception("%s of %s %s", attempt.__name__, type(row).__name__, row.pk)
        else:
            return


def _step(step: Callable[[], Any]) -> int:
    """One step of the sweep; its fault keeps no other step from running."""
    try:
        return int(step())
    except Exception:
        logger.exception("%s failed", step.__name__)
        return 0
