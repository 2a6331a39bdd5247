"""What people do about an action that is not done."""

from __future__ import annotations

import pytest

from cm_suite.core.errors import Never, NextStep, Unknown
from moderation import jobs
from moderation.enums import ActionState, Code, Decided, Presence, ResultKind, ReviewState
from moderation.models import Action, Comment, Review
from moderation.services import act, assign
from moderation.services.act import cancel, retry, settle
from moderation.services.ingest import poll_page
from tests.moderation.makers import HARMLESS, decided, fresh, lines, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast

A = ActionState
D = Decided
K = ResultKind


@pytest.fixture
def refused(cast: Cast, network: FakeNetwork) -> Action:
    """A removal that the network refused."""
    action = decided(taken(cast.newsroom, network), cast.mona).action
    assert action is not None
    network.fails("hide", Never("content_refused", step=NextStep.CONTACT))
    act.carry_out(action.pk)
    return fresh(action)


@pytest.fixture
def doubtful(refused: Action) -> Action:
    """A removal that a person must check."""
    Action.objects.update(state=A.NEEDS_PERSON, code=Code.CANNOT_TELL, step="")
    return fresh(refused)


def test_tried_again_it_is_done(cast: Cast, network: FakeNetwork, refused: Action) -> None:
    result = retry(refused, cast.alice)
    assert (result.kind, fresh(refused).state, fresh(refused).step) == (K.DONE, A.PLANNED, "")
    assert lines(cast.brand)[-1] == "action.retried"
    act.carry_out(refused.pk)
    assert fresh(refused).state == A.DONE


def test_what_waits_for_its_next_try_may_be_tried_now(cast: Cast, network: FakeNetwork) -> None:
    action = decided(taken(cast.newsroom, network), cast.mona).action
    assert action is not None
    network.fails("hide", Never("access_refused", step=NextStep.RECONNECT))
    act.carry_out(action.pk)
    assert act.carry_out(action.pk) is False
    assert retry(action, cast.mona).kind == K.DONE
    assert act.carry_out(action.pk) is True


def test_given_up_the_comment_is_back_in_the_queue_as_qualified_as_it_was(
    cast: Cast, network: FakeNetwork, refused: Action
) -> None:
    before = refused.decision.review
    result = cancel(refused, cast.mona)
    assert (result.kind, fresh(refused).state, fresh(refused).code) == (K.DONE, A.CANCELLED, Code.CANCELLED)
    review = result.review
    assert review == review_of(Comment.objects.get())
    assert review is not None
    assert (review == before, review.state, review.qualified) == (False, ReviewState.WAITING, True)
    assert lines(cast.brand)[-2:] == ["action.cancelled", "review.asked"]
    assert decided(Comment.objects.get(), cast.mona, D.KEEP).kind == K.NEEDS_SECOND


def test_given_up_for_a_comment_that_is_gone_nothing_is_left(
    cast: Cast, network: FakeNetwork, refused: Action
) -> None:
    network.take_down("c1")
    poll_page(cast.newsroom.pk)
    assert cancel(fresh(refused), cast.mona).review is None
    assert Review.objects.filter(state=ReviewState.WAITING).count() == 0


def test_to_give_up_showing_it_again_leaves_it_hidden(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network, HARMLESS)
    Comment.objects.update(presence=Presence.HIDDEN)
    assign.ask_review(fresh(comment), cast.mona)
    action = decided(fresh(comment), cast.mona, D.UNHIDE).action
    assert action is not None
    assert cancel(action, cast.mona).review is None
    assert fresh(comment).presence == Presence.HIDDEN


@pytest.mark.parametrize("done", [True, False])
def test_a_person_says_what_they_see(
    cast: Cast, network: FakeNetwork, doubtful: Action, *, done: bool
) -> None:
    result = settle(doubtful, cast.mona, done=done, reason="Vu sur la page")
    now = fresh(doubtful)
    assert (result.kind, now.state, now.code) == (
        (K.DONE, A.DONE, Code.SETTLED) if done else (K.DONE, A.PLANNED, Code.ABSENT)
    )
    assert Comment.objects.get().presence == (Presence.HIDDEN if done else Presence.VISIBLE)
    after = ["action.settled", "action.done"] if done else ["action.settled"]
    assert lines(cast.brand)[-len(after) :] == after
    assert network.calls == []
    assert jobs.carry_out() == (0 if done else 1)


def test_a_reply_that_may_be_out_is_settled_before_it_is_sent_again(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network, HARMLESS)
    assign.ask_review(comment, cast.mona)
    action = decided(comment, cast.mona, D.REPLY, text="Merci !").action
    assert action is not None
    network.fails("reply", Unknown("reset"))
    act.carry_out(action.pk)
    Action.objects.update(state=A.NEEDS_PERSON)
    assert retry(action, cast.mona).kind == K.NOT_POSSIBLE
    assert settle(fresh(action), cast.mona, done=False, reason="Absente").kind == K.DONE
    act.carry_out(action.pk)
    assert network.calls == [("reply", "c1", "Merci !")]


@pytest.mark.parametrize("name", ["bob", "ada", "vera", "charlie"])
def test_who_may_not_moderate_changes_nothing(cast: Cast, doubtful: Action, name: str) -> None:
    person = getattr(cast, name)
    kinds = (
        retry(doubtful, person).kind,
        cancel(doubtful, person).kind,
        settle(doubtful, person, done=True, reason="Vu ainsi").kind,
    )
    assert kinds == (K.NOT_ALLOWED,) * 3
    assert fresh(doubtful).state == A.NEEDS_PERSON


def test_settling_takes_a_reason(cast: Cast, doubtful: Action) -> None:
    assert settle(doubtful, cast.mona, done=True, reason="ok").kind == K.NEEDS_REASON
    assert fresh(doubtful).state == A.NEEDS_PERSON


def test_what_is_done_is_neither_tried_again_nor_given_up_nor_settled(
    cast: Cast, network: FakeNetwork, refused: Action
) -> None:
    retry(refused, cast.mona)
    act.carry_out(refused.pk)
    stale = fresh(refused)
    kinds = (
        retry(stale, cast.mona).kind,
        cancel(stale, cast.mona).kind,
        settle(stale, cast.mona, done=True, reason="Vu ainsi").kind,
    )
    assert kinds == (K.NOT_HELD,) * 3
    assert len(network.calls) == 1


def test_of_two_who_give_it_up_one_does(cast: Cast, refused: Action) -> None:
    stale = fresh(refused)
    assert cancel(refused, cast.mona).kind == K.DONE
    assert cancel(stale, cast.alice).kind == K.NOT_HELD
    assert Review.objects.filter(state=ReviewState.WAITING).count() == 1
