"""What each state allows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from publishing import rules
from publishing.enums import DeliveryState, HoldReason
from publishing.models import Delivery
from publishing.rules import DeliveryAct

S = DeliveryState
A = DeliveryAct
DUE = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        (S.PLANNED, (A.RESCHEDULE, A.CANCEL)),
        (S.HELD, (A.RESCHEDULE, A.CANCEL)),
        (S.MISSED, (A.RESCHEDULE, A.CANCEL)),
        (S.REJECTED, (A.RESCHEDULE, A.CANCEL)),
        (S.NEEDS_PERSON, (A.SETTLE,)),
        (S.CANCELLED, (A.UNDO_CANCEL,)),
        (S.PUBLISHED, (A.REMOVE,)),
        (S.PARTIAL, (A.REMOVE,)),
        (S.CLAIMED, ()),
        (S.SENDING, ()),
        (S.UNKNOWN, ()),
        (S.PROCESSING, ()),
        (S.REMOVED, ()),
    ],
)
def test_the_acts_of_a_state(state: S, acts: tuple[A, ...]) -> None:
    assert rules.acts_for(state) == acts


def test_every_state_has_its_moves() -> None:
    assert set(Delivery.MOVES) == set(S)


def test_what_was_sent_returns_to_the_plan_only_from_where_an_answer_can_be() -> None:
    to_plan = {state for state, moves in Delivery.MOVES.items() if S.PLANNED in moves}
    assert to_plan & rules.GONE == {S.SENDING, S.UNKNOWN}
    assert S.CLAIMED not in Delivery.MOVES[S.SENDING] | Delivery.MOVES[S.UNKNOWN]


@pytest.mark.parametrize(
    ("left_at", "counted"),
    [
        (None, DUE),
        (DUE + timedelta(minutes=5), DUE),
        (DUE + timedelta(minutes=5, seconds=1), DUE + timedelta(minutes=5, seconds=1)),
        (DUE - timedelta(seconds=1), DUE),
    ],
)
def test_when_a_post_counts(left_at: datetime | None, counted: datetime) -> None:
    assert rules.counted_at(DUE, left_at) == counted


def test_what_a_cap_holds_has_lost_its_slot() -> None:
    assert rules.counts(S.HELD, HoldReason.PAUSED) is True
    assert rules.counts(S.HELD, HoldReason.POLICY) is False
    assert rules.counts(S.CANCELLED, "") is False


def test_what_fans_have_seen_counts_even_when_it_was_taken_down() -> None:
    assert rules.counts(S.REMOVED, "") is True
    assert {S.REMOVED} == rules.SEEN - rules.GONE
