"""What each state of a delivery allows: who counts for a cap, what is frozen, which acts make sense."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from publishing.enums import DeliveryState, HoldReason

S = DeliveryState

ON_TIME: Final = timedelta(minutes=5)
"""A post that leaves at most this late counts for caps at its planned time: a busy minute breaks no rule."""

WAITING: Final = frozenset({S.PLANNED, S.HELD})
FROZEN: Final = frozenset({S.CLAIMED, S.SENDING, S.PROCESSING, S.UNKNOWN, S.NEEDS_PERSON})
"""The content is on its way, or nobody knows yet whether it arrived: it may not change."""

OUT: Final = frozenset({S.PUBLISHED, S.PARTIAL})
GONE: Final = frozenset({S.SENDING, S.PROCESSING, S.UNKNOWN, S.NEEDS_PERSON}) | OUT
"""Out, or perhaps out."""

SEEN: Final = GONE | {S.REMOVED}
"""What fans have seen, or may have: what a post that leaves now is judged against. Taken down is seen."""

COUNTED: Final = SEEN | WAITING | {S.CLAIMED}
"""What a post that is being planned is judged against. One that a cap holds has lost its slot."""

TROUBLE: Final = frozenset({S.HELD, S.REJECTED, S.MISSED, S.NEEDS_PERSON})
ENDED: Final = frozenset({S.CANCELLED, S.REMOVED})


IMAGES_MOST: Final = 20
"""Images of a post, whatever its network takes."""

ALT_MOST: Final = 1500


class DeliveryAct(StrEnum):
    """What a person may do to a delivery, by state; the role is asked on top of it."""

    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    UNDO_CANCEL = "undo_cancel"
    SETTLE = "settle"
    REMOVE = "remove"


MOVED_FROM: Final = frozenset({S.PLANNED, S.HELD, S.MISSED, S.REJECTED})
CANCELLED_FROM: Final = MOVED_FROM
REPLANNED: Final = MOVED_FROM | {S.CANCELLED}
"""Where a time may be chosen. What was taken off the plan is planned anew, or put back: it is not moved."""

_ACTS: Final = {
    DeliveryAct.RESCHEDULE: MOVED_FROM,
    DeliveryAct.CANCEL: CANCELLED_FROM,
    DeliveryAct.UNDO_CANCEL: frozenset({S.CANCELLED}),
    DeliveryAct.SETTLE: frozenset({S.NEEDS_PERSON}),
    DeliveryAct.REMOVE: OUT,
}


def acts_for(state: str) -> tuple[DeliveryAct, ...]:
    """The acts that make sense on a delivery in this state, in the order they are offered."""
    return tuple(act for act, states in _ACTS.items() if state in states)


def counts(state: str, hold_reason: str) -> bool:
    """Whether a delivery uses the budget of its page's caps."""
    return state in COUNTED and not (state == S.HELD and hold_reason == HoldReason.POLICY)


def counted_at(due_at: datetime, left_at: datetime | None) -> datetime:
    """The instant for which a delivery counts: when it was due, or when it left if that was much later."""
    if left_at is None or left_at - due_at <= ON_TIME:
        return due_at
    return left_at
