"""Those who formally notified a comment hear what was decided, once each, when it is done."""

from __future__ import annotations

import pytest
import time_machine

from cm_suite.core.errors import Later, Unknown
from moderation import jobs
from moderation.enums import ActionState, Decided
from moderation.models import Action, Comment, Review
from moderation.services import act, reporters
from moderation.services.evidence import erase
from moderation.services.ingest import poll_page
from tests.moderation.makers import HARMLESS, INSULT, decided, fresh, lines
from tests.moderation.network import FakeNetwork
from tests.people import Cast

D = Decided


@pytest.fixture
def notified(cast: Cast, network: FakeNetwork) -> Comment:
    """A comment that two people reported."""
    network.write("c1", HARMLESS, notices=2)
    poll_page(cast.newsroom.pk)
    return Comment.objects.get()


def told(network: FakeNetwork) -> list[str]:
    return [call[2] for call in network.calls if call[0] == "tell"]


def test_kept_they_are_told_so_once(cast: Cast, network: FakeNetwork, notified: Comment) -> None:
    assert reporters.answer_due(10) == 0
    decided(notified, cast.mona, D.KEEP)
    assert reporters.answer_one(notified.pk) is True
    assert told(network) == ["kept"]
    assert fresh(notified).notices_answered == 2
    assert lines(cast.brand)[-1] == "comment.reporters_told"
    assert (reporters.answer_one(notified.pk), reporters.answer_due(10)) == (False, 0)
    assert told(network) == ["kept"]


@pytest.mark.parametrize("chosen", [D.HIDE, D.DELETE])
def test_removed_they_are_told_when_it_is_done_and_not_before(
    cast: Cast, network: FakeNetwork, notified: Comment, chosen: Decided
) -> None:
    action = decided(notified, cast.mona, chosen).action
    assert action is not None
    for state in (ActionState.PLANNED, ActionState.UNKNOWN, ActionState.REJECTED, ActionState.NEEDS_PERSON):
        Action.objects.update(state=state)
        assert reporters.answer_due(10) == 0
    Action.objects.update(state=ActionState.PLANNED)
    act.carry_out(action.pk)
    assert reporters.answer_due(10) == 1
    assert told(network) == ["removed"]


def test_answered_in_the_thread_it_was_kept_whatever_becomes_of_the_reply(
    cast: Cast, network: FakeNetwork, notified: Comment
) -> None:
    decided(notified, cast.mona, D.REPLY, text="Merci de votre message.")
    Action.objects.update(state=ActionState.REJECTED)
    assert reporters.answer_due(10) == 1
    assert told(network) == ["kept"]


def test_taken_down_by_its_author_they_are_told_it_is_gone(
    cast: Cast, network: FakeNetwork, notified: Comment
) -> None:
    network.take_down("c1")
    poll_page(cast.newsroom.pk)
    assert reporters.answer_due(10) == 1
    assert told(network) == ["removed"]


def test_a_notice_about_what_is_hidden_already_is_answered_at_once(cast: Cast, network: FakeNetwork) -> None:
    network.write("c1", INSULT)
    poll_page(cast.newsroom.pk)
    action = decided(Comment.objects.get(), cast.mona).action
    assert action is not None
    act.carry_out(action.pk)
    network.change("c1", notices=1)
    poll_page(cast.newsroom.pk)
    assert Review.objects.count() == 1
    assert reporters.answer_due(10) == 1
    assert told(network) == ["removed"]


def test_a_later_notice_is_answered_after_its_own_decision(
    cast: Cast, network: FakeNetwork, notified: Comment
) -> None:
    decided(notified, cast.mona, D.KEEP)
    reporters.answer_due(10)
    network.change("c1", notices=3)
    poll_page(cast.newsroom.pk)
    assert reporters.answer_due(10) == 0
    decided(fresh(notified), cast.mona, D.KEEP)
    assert reporters.answer_due(10) == 1
    assert told(network) == ["kept", "kept"]


@pytest.mark.parametrize("error", [Later("not_sent"), Unknown("reset")])
def test_what_fails_is_tried_again_later(
    cast: Cast,
    network: FakeNetwork,
    notified: Comment,
    noon: time_machine.Traveller,
    error: Later | Unknown,
) -> None:
    decided(notified, cast.mona, D.KEEP)
    network.fails("tell_reporters", error)
    assert reporters.answer_one(notified.pk) is False
    assert (fresh(notified).notices_answered, reporters.answer_due(10)) == (0, 0)
    noon.shift(reporters.AGAIN)
    assert jobs.answer_due() == 1
    assert (told(network), fresh(notified).answer_at) == (["kept"], None)


def test_a_network_without_notices_is_not_asked_again_and_again(
    cast: Cast, network: FakeNetwork, notified: Comment, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided(notified, cast.mona, D.KEEP)
    monkeypatch.setattr("pages.services.connect.client_for", lambda page, *, waiting=False: object())
    assert reporters.answer_due(10) == 1
    assert reporters.answer_due(10) == 0
    assert "comment.reporters_told" not in lines(cast.brand)


def test_nobody_is_told_of_a_comment_that_was_erased_undecided(
    cast: Cast, network: FakeNetwork, notified: Comment
) -> None:
    erase(notified, cast.alice)
    assert reporters.answer_due(10) == 0
