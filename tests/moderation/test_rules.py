"""What may be decided, by whom, and in which order: the rules alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import rules
from moderation.enums import Decided, Kind, Presence
from moderation.risk.labels import FLAGGING, Label, Target
from pages.networks.types import Capability

D = Decided
ALL = frozenset(Capability)
NONE: frozenset[Capability] = frozenset()
KNOWN = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("capabilities", "presence", "acts"),
    [
        (ALL, Presence.VISIBLE, (D.KEEP, D.REPLY, D.HIDE, D.DELETE)),
        (ALL, Presence.PENDING, (D.APPROVE, D.HIDE, D.DELETE)),
        (ALL, Presence.HIDDEN, (D.UNHIDE, D.HIDE, D.DELETE)),
        (ALL, Presence.GONE, ()),
        (NONE, Presence.VISIBLE, (D.KEEP,)),
        (NONE, Presence.PENDING, ()),
        (NONE, Presence.HIDDEN, ()),
        ({Capability.REPLY}, Presence.VISIBLE, (D.KEEP, D.REPLY)),
        ({Capability.HIDE}, Presence.HIDDEN, (D.UNHIDE, D.HIDE)),
    ],
)
def test_what_can_be_decided_depends_on_the_network_and_on_where_the_comment_stands(
    capabilities: frozenset[Capability], presence: Presence, acts: tuple[Decided, ...]
) -> None:
    assert rules.acts_possible(capabilities, presence) == acts


@pytest.mark.parametrize(
    ("kind", "below", "mentions", "depth", "answerable"),
    [
        (Kind.COMMENT, False, False, 1, True),
        (Kind.COMMENT, True, False, 1, False),
        (Kind.COMMENT, True, False, 2, True),
        (Kind.COMMENT, True, False, None, True),
        (Kind.MENTION, False, False, None, False),
        (Kind.MENTION, False, True, 1, True),
        (Kind.MESSAGE, True, False, 1, True),
    ],
)
def test_where_words_can_be_answered(
    kind: Kind, below: bool, mentions: bool, depth: int | None, answerable: bool
) -> None:
    assert rules.is_answerable(kind, below=below, mentions=mentions, depth=depth) is answerable


@pytest.mark.parametrize("kind", [Kind.COMMENT, Kind.MENTION])
def test_what_cannot_be_answered_where_it_stands_is_named_as_missing(kind: Kind) -> None:
    offered = rules.acts_possible(ALL, Presence.VISIBLE, kind)
    assert rules.acts_possible(ALL, Presence.VISIBLE, kind, answerable=False) == tuple(
        act for act in offered if act != D.REPLY
    )
    assert rules.missing_acts(ALL, Presence.VISIBLE, kind, answerable=False) == (D.REPLY,)
    assert rules.missing_acts(ALL, Presence.VISIBLE, kind) == ()


@pytest.mark.parametrize("presence", Presence)
@given(capabilities=st.frozensets(st.sampled_from(Capability)))
def test_an_act_is_either_offered_or_named_as_missing(
    presence: Presence, capabilities: frozenset[Capability]
) -> None:
    offered = set(rules.acts_possible(capabilities, presence))
    missing = set(rules.missing_acts(capabilities, presence))
    assert offered & missing == set()
    assert offered | missing == set(rules.acts_possible(ALL, presence))


@pytest.mark.parametrize(
    ("act", "two"),
    [
        (D.KEEP, True),
        (D.APPROVE, True),
        (D.UNHIDE, True),
        (D.REPLY, True),
        (D.HIDE, False),
        (D.DELETE, False),
    ],
)
def test_two_people_are_asked_for_what_leaves_a_qualified_comment_in_sight(act: Decided, two: bool) -> None:
    assert rules.needs_two(act, qualified=True) is two
    assert rules.needs_two(act, qualified=False) is False


@pytest.mark.parametrize("label", Label)
def test_a_label_is_qualified_when_it_flags_for_a_legal_reason(label: Label) -> None:
    assert rules.is_qualified(label) is (label in FLAGGING and label != Label.SPAM)


@pytest.mark.parametrize(
    ("reason", "given_"),
    [("", False), ("  ", False), ("ok", False), (" ok ", False), ("vu.", True), ("  insulte ", True)],
)
def test_a_reason_has_three_characters_at_least(reason: str, given_: bool) -> None:
    assert rules.reason_given(reason) is given_


@pytest.mark.parametrize(
    ("labels", "target", "notified", "hours"),
    [
        ((), Target.NOBODY, False, None),
        ((), Target.NOBODY, True, 24),
        (("injure",), Target.NAMED, False, 4),
        (("injure", "menace"), Target.NAMED, False, 1),
        (("injure",), Target.NAMED, True, 4),
        (("diffamation",), Target.NAMED, False, 24),
        (("diffamation",), Target.COMPANY, False, None),
        (("diffamation",), Target.COMPANY, True, 24),
        (("diffamation", "injure"), Target.COMPANY, False, 4),
        (("spam",), Target.NOBODY, False, 24),
        (("denigrement",), Target.PRODUCT, False, None),
    ],
)
def test_the_target_is_the_nearest_of_the_labels_or_of_a_notice(
    labels: tuple[str, ...], target: str, notified: bool, hours: int | None
) -> None:
    due = rules.due(labels, target, KNOWN, notified=notified)
    assert due == (KNOWN + timedelta(hours=hours) if hours else None)
