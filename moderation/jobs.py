"""The turns of moderation. Each may run twice, or several at once, and changes nothing the second time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from copy import copy
from typing import Any, Final

from cm_suite.core import queue
from moderation.models import Action
from moderation.services import act, assign, ingest, reconcile, reporters, tell
from moderation.services.results import Polled

logger = logging.getLogger(__name__)

TURN_SECONDS: Final = 20
ANSWERS: Final = 100

type Take = Callable[[int], list[Action]]
type Act = Callable[[Action], None]


def poll_comments() -> int:
    """Read the comments of the pages whose turn it is; how many comments were new or changed."""
    return sum(each.stored + each.changed for each in ingest.poll_due(ingest.AT_ONCE))


def poll_page(page_id: int) -> int:
    """Read what is new on one page; how many comments were new or changed."""
    polled: Polled = ingest.poll_page(page_id)
    return polled.stored + polled.changed


def carry_out() -> int:
    """Carry out what was decided until nothing is due, or the turn is over; how many actions were taken."""
    taken, finished = drain(act.take, act.perform, act.recover)
    if not finished:
        queue.enqueue("moderation.jobs.carry_out")
    return taken


def carry_out_one(action_id: int) -> bool:
    """Carry out one action that was just decided."""
    return act.carry_out(action_id)


def tell_reporters(comment_id: int) -> bool:
    """Answer those who notified one comment."""
    return reporters.answer_one(comment_id)


def sweep() -> int:
    """Put right what was left behind, ask networks about lost answers, remind people; how many rows."""
    steps: tuple[Callable[[], Any], ...] = (
        ingest.expired,
        assign.expired,
        reconcile.expired_claims,
        reconcile.expired_sends,
        reconcile.reconnected,
        reconcile_due,
        answer_due,
        tell.remind,
    )
    return sum(_step(step) for step in steps)


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


def _guarded(perform: Act, recover: Act, action: Action) -> None:
    """Act on a row; after a fault recover it, and if that fails too its lease runs out."""
    for attempt in (perform, recover):
        try:
            attempt(copy(action))
        except Exception:
            logger.exception("%s of action %s", attempt.__name__, action.pk)
        else:
            return


def _step(step: Callable[[], Any]) -> int:
    """One step of the sweep; its fault keeps no other step from running."""
    try:
        return int(step())
    except Exception:
        logger.exception("%s failed", step.__name__)
        return 0
