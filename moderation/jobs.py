"""The turns of moderation. Each may run twice, or several at once, and changes nothing the second time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from copy import copy
from functools import partial
from traceback import format_tb
from typing import Any, Final

from django.conf import settings
from django.db.models import Model

from cm_suite.core import queue
from moderation.models import Action, Watch
from moderation.services import (
    act,
    assign,
    forgetting,
    hooks,
    ingest,
    last_days,
    listening,
    reconcile,
    reporters,
    tell,
    watching,
)
from moderation.services.crew import side_by_side
from moderation.services.results import Polled

logger = logging.getLogger(__name__)

TURN_SECONDS: Final = 20
POLL_SECONDS: Final = 180
"""No page's turn begins after this: the job ends within its time, and the others come first next time."""

CHECK_SECONDS: Final = 300
THREADS: Final = 12
"""Pages read at once by one job; each thread keeps a database connection while the job lasts."""

ANSWERS: Final = 100

type Take = Callable[[int], list[Action]]
type Act = Callable[[Action], None]
type TakeWatch = Callable[[Collection[int]], Watch | None]


def poll_comments() -> int:
    """Read what people write to the pages whose turn it is; how much was new or changed.

    Pages are read side by side, each by one worker at a time. Those that have waited longest come first;
    what is left when time is up has its turn next time.
    """
    watching.watch_all()
    return _read_in_parallel(watching.take, ingest.turn, POLL_SECONDS)


def poll_page(page_id: int) -> int:
    """Read what is new on one page, of every kind; how much was new or changed."""
    done: list[str] = []
    news: list[int] = []

    def read(watch: Watch) -> None:
        news.append(ingest.turn(watch).news)

    while (watch := watching.take_page(page_id, done)) is not None:
        done.append(watch.kind)
        _guarded(read, watching.recover, watch)
    return sum(news)


def read_named(page_id: int, media: int, comment: int) -> bool:
    """Read words that name a page elsewhere, of which its network told the number alone."""
    return bool(_step(partial(hooks.read_named, page_id, media, comment)))


def check_listening() -> int:
    """Compare what networks show with what we hold, once a day for each kind of a page; how many."""
    return _read_in_parallel(listening.take, listening.turn, CHECK_SECONDS)


def tidy() -> int:
    """Forget receipts and comparisons that nobody needs any more; how many rows."""
    return sum(_step(step) for step in (hooks.forget, listening.forget))


def forget_words() -> int:
    """Forget what networks' terms do not let us keep any longer; how many comments."""
    return _step(forgetting.forget)


def carry_out() -> int:
    """Carry out what was decided until nothing is due, or the turn is over; how many actions were taken."""
    taken, finished = drain(act.take, act.perform, act.recover)
    if not finished:
        queue.enqueue("moderation.jobs.carry_out")
    return taken


def carry_out_one(action_id: int) -> bool:
    """Carry out one action that was just decided."""
    taken = act.take_one(action_id)
    for action in taken:
        _guarded(act.perform, act.recover, action)
    return bool(taken)


def tell_reporters(comment_id: int) -> bool:
    """Answer those who notified one comment."""
    return bool(_step(partial(reporters.answer_one, comment_id)))


def sweep() -> int:
    """Put right what was left behind, ask networks about lost answers, remind people; how many rows."""
    steps: tuple[Callable[[], Any], ...] = (
        watching.expired,
        assign.expired,
        reconcile.expired_claims,
        reconcile.expired_sends,
        reconcile.reconnected,
        reconcile_due,
        answer_due,
        hooks.read_left,
        tell.remind,
    )
    return sum(_step(step) for step in steps)


def remind_last_days() -> int:
    """Recall the last days of victims; how many marks."""
    return _step(last_days.remind)


def reconcile_due() -> int:
    """Ask networks about the acts whose answer was lost."""
    return drain(reconcile.take, reconcile.look, reconcile.postpone)[0]


def answer_due() -> int:
    """Answer reporters who still wait."""
    return reporters.answer_due(ANSWERS)


def drain(take: Take, perform: Act, recover: Act) -> tuple[int, bool]:
    """Take actions one by one until none is left or the turn is over; how many, and whether none was left."""
    stop_at = time.monotonic() + TURN_SECONDS
    taken = 0
    while time.monotonic() < stop_at:
        rows = take(1)
        if not rows:
            return taken, True
        _guarded(perform, recover, rows[0])
        taken += 1
    return taken, False


def _read_in_parallel(take: TakeWatch, turn: Callable[[Watch], Polled], seconds: float) -> int:
    """Claim watches until none is due or time is up, several threads at once; how much was new."""
    news: list[int] = []

    def read(watch: Watch) -> None:
        news.append(turn(watch).news)

    def work(watch: Watch) -> None:
        _guarded(read, watching.recover, watch)

    side_by_side(take, work, THREADS if settings.CM_SEND_THREADS > 1 else 1, seconds)
    return sum(news)


def _guarded[Row: Model](perform: Callable[[Row], None], recover: Callable[[Row], None], row: Row) -> None:
    """Act on a row; after a fault recover it, and if that fails too its lease runs out.

    Each works on a copy: what a transaction undid in the database must not stay done in memory.
    """
    for attempt in (perform, recover):
        try:
            attempt(copy(row))
        except Exception as fault:  # noqa: BLE001 -- the job boundary; logged without its message
            logger.error("%s of %s %s: %s", attempt.__name__, type(row).__name__, row.pk, _where(fault))
        else:
            return


def _step(step: Callable[[], Any]) -> int:
    """One step of the sweep; its fault keeps no other step from running."""
    try:
        return int(step())
    except Exception as fault:  # noqa: BLE001 -- the job boundary; logged without its message
        logger.error("%s failed: %s", _name(step), _where(fault))
        return 0


def _name(step: Callable[[], Any]) -> str:
    called = step.func if isinstance(step, partial) else step
    return str(called.__name__)


def _where(fault: Exception) -> str:
    """What kind of fault it was, and where; without its message, for a database's quotes the row."""
    return "\n".join((type(fault).__name__, *format_tb(fault.__traceback__)))
