"""Every code has its words, and its next step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from publishing import messages
from publishing.enums import DeliveryState, EngineCode, HoldReason, PlanNote, Refusal
from publishing.policy.caps import Cap, Gap
from publishing.rules import DeliveryAct

S = DeliveryState
PARAMS: dict[str, str | int] = {
    "page": "Lumen",
    "network": "Bluesky",
    "count": 5,
    "length": 501,
    "limit": 500,
    "days": 730,
    "code": "rate_limited",
}


@pytest.fixture(autouse=True)
def english(settings: object) -> None:
    translation.activate("en")


@pytest.mark.parametrize("code", list(Refusal))
def test_every_refusal_has_words(code: Refusal) -> None:
    words = messages.refusal_words(code, PARAMS)
    assert words
    assert "%(" not in words


def test_a_long_text_is_told_with_both_numbers() -> None:
    words = messages.refusal_words(Refusal.TOO_LONG, PARAMS)
    assert words == "The text is too long for Lumen: 501 characters, at most 500. Shorten it."


@pytest.mark.parametrize("note", list(PlanNote))
def test_every_note_has_words(note: PlanNote) -> None:
    assert messages.note_words(note)


@pytest.mark.parametrize("act", list(DeliveryAct))
def test_every_act_has_a_name(act: DeliveryAct) -> None:
    assert str(messages.ACTS[act])


@pytest.mark.parametrize("reason", list(HoldReason))
def test_every_hold_has_words(reason: HoldReason) -> None:
    found = messages.standing(S.HELD, reason, "")
    assert found is not None
    assert str(found.what).startswith("Held: ")


@pytest.mark.parametrize(
    ("state", "code", "says"),
    [
        (S.REJECTED, "content_refused", "refused this text"),
        (S.REJECTED, EngineCode.TOO_LONG, "longer than this page takes"),
        (S.UNKNOWN, "no_answer", "answer was lost"),
        (S.UNKNOWN, EngineCode.WORKER_LOST, "stopped while it was sending"),
        (S.NEEDS_PERSON, EngineCode.CANNOT_TELL, "cannot say whether"),
        (S.MISSED, EngineCode.LATE, "within half an hour"),
        (S.MISSED, EngineCode.ABSENT, "not there"),
        (S.PLANNED, "rate_limited", "asked us to wait"),
    ],
)
def test_where_it_stands_and_why(state: S, code: str, says: str) -> None:
    assert says in str(messages.standing(state, "", code))


@pytest.mark.parametrize("state", [S.PUBLISHED, S.CANCELLED, S.REMOVED, S.PLANNED])
def test_where_nothing_is_wrong_nothing_is_said(state: S) -> None:
    assert messages.standing(state, "", "") is None


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Cap(3, timedelta(hours=24)), "At most 3 posts in any 24 hours."),
        (Cap(1, timedelta(hours=1)), "At most 1 post in any 1 hour."),
        (Cap(9, timedelta(days=7)), "At most 9 posts in any 7 days."),
        (Gap(timedelta(minutes=30)), "At least 30 minutes between two posts."),
        (Gap(timedelta(minutes=120)), "At least 2 hours between two posts."),
    ],
)
def test_rules_are_sentences(rule: Cap | Gap, words: str) -> None:
    assert messages.rule_words(rule) == words
