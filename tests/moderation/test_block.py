"""Keeping somebody away from a page: with a reason, in the ledger, four outcomes, and the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings

from cm_suite.core.errors import Later, Never, OutcomeError, Unknown
from moderation.enums import ActionState, Code, Decided, Presence, ResultKind, ReviewState
from moderation.models import Action, Comment, Review
from moderation.selectors.author import author_block
from moderation.selectors.comments import Wanted, comment_row, list_comments
from moderation.selectors.queue import open_reviews
from moderation.services import act, beside, decide, reconcile, reporters, reviews, troubles
from moderation.services.assign import ask_review
from moderation.services.ingest import poll_page
from moderation.services.results import Result
from pages.models import Page
from tests.moderation.makers import HARMLESS, INSULT, decided, fresh, lines, review_of
from tests.moderation.network import VISITOR, FakeNetwork
from tests.people import Cast

A = ActionState
K = ResultKind
D = Decided
WHY = "Il insulte tout le monde depuis lundi."


@pytest.fixture
def comment(account: Page, social: FakeNetwork) -> Comment:
    """A harmless comment of somebody known."""
    social.write("c1", HARMLESS)
    poll_page(account.pk)
    return Comment.objects.select_related("page__brand").get()


def blocked(comment: Comment, cast: Cast) -> Action:
    return done(beside.block(comment, cast.mona, WHY))


def done(result: Result) -> Action:
    assert (result.kind, result.action is not None) == (K.DONE, True)
    assert result.action is not None
    return result.action


def test_a_block_is_carried_out_and_written_down(cast: Cast, comment: Comment, social: FakeNetwork) -> None:
    action = blocked(comment, cast)
    assert act.carry_out(action.pk) is True
    assert (social.kept_away, social.calls) == ({"v1"}, [("block", "v1")])
    assert fresh(action).state == A.DONE
    assert lines(cast.brand)[-2:] == ["decision.block", "action.done"]
    stands = author_block(comment)
    assert (stands.blocked, stands.act, stands.decision and stands.decision.reason) == (True, "unblock", WHY)
    assert fresh(comment).presence == Presence.VISIBLE


def test_letting_in_again_is_a_decision_too(cast: Cast, comment: Comment, social: FakeNetwork) -> None:
    act.carry_out(blocked(comment, cast).pk)
    action = done(beside.unblock(comment, cast.alice, "Il s'est excusé."))
    act.carry_out(action.pk)
    assert (social.kept_away, social.calls) == (set(), [("block", "v1"), ("unblock", "v1")])
    assert lines(cast.brand)[-2:] == ["decision.unblock", "action.done"]
    assert (author_block(comment).blocked, author_block(comment).act) == (False, "block")


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Later("not_sent"), A.PLANNED),
        (Never("not_allowed_here"), A.REJECTED),
        (Unknown("no_answer"), A.UNKNOWN),
    ],
)
def test_each_outcome_is_kept(
    cast: Cast, comment: Comment, social: FakeNetwork, error: OutcomeError, state: A
) -> None:
    social.fails("block", error)
    action = blocked(comment, cast)
    act.carry_out(action.pk)
    assert (fresh(action).state, fresh(action).code, social.kept_away) == (state, error.code, set())


def test_what_got_lost_is_done_once_more_for_it_changes_nothing(
    cast: Cast, comment: Comment, social: FakeNetwork, noon: time_machine.Traveller
) -> None:
    social.fails("block", Unknown("no_answer"), done=True)
    action = blocked(comment, cast)
    act.carry_out(action.pk)
    noon.shift(settings.CM_RECONCILE_AFTER + timedelta(minutes=1))
    for each in reconcile.take(5):
        reconcile.look(each)
    assert (fresh(action).state, fresh(action).code) == (A.PLANNED, Code.ABSENT)
    act.carry_out(action.pk)
    assert (fresh(action).state, social.kept_away) == (A.DONE, {"v1"})


def test_an_author_nobody_finds_is_no_comment_that_is_gone(
    cast: Cast, comment: Comment, social: FakeNetwork
) -> None:
    social.fails("block", Never("not_found"))
    act.carry_out(blocked(comment, cast).pk)
    assert fresh(comment).presence == Presence.VISIBLE


def test_who_may_and_of_whom(cast: Cast, comment: Comment, network: FakeNetwork) -> None:
    assert beside.block(comment, cast.bob, WHY).kind == K.NOT_ALLOWED
    assert beside.block(comment, cast.ada, WHY).kind == K.NOT_ALLOWED
    assert beside.block(comment, cast.charlie, WHY).kind == K.NOT_ALLOWED
    assert beside.block(comment, cast.mona, " x ").kind == K.NEEDS_REASON
    assert beside.unblock(comment, cast.mona, WHY).kind == K.NOT_POSSIBLE
    Comment.objects.update(by_page=True)
    assert beside.block(comment, cast.mona, WHY).kind == K.NOT_POSSIBLE
    Comment.objects.update(by_page=False, author_remote_id="")
    assert beside.block(comment, cast.mona, WHY).kind == K.NOT_POSSIBLE
    Comment.objects.update(author_remote_id="v1", page=cast.newsroom)
    assert beside.block(comment, cast.mona, WHY).kind == K.NOT_POSSIBLE
    assert (Action.objects.count(), Review.objects.count()) == (0, 0)


def test_where_a_network_cannot_it_says_why_and_has_no_button(cast: Cast, network: FakeNetwork) -> None:
    network.write("n1", HARMLESS)
    poll_page(cast.newsroom.pk)
    stands = author_block(Comment.objects.select_related("page").get())
    assert (stands.known, stands.why_not != "", stands.blocked) == (True, True, False)


def test_twice_is_once(cast: Cast, comment: Comment) -> None:
    action = blocked(comment, cast)
    assert beside.block(comment, cast.mona, WHY).kind == K.NOT_POSSIBLE
    assert act.take_one(action.pk)
    assert beside.unblock(comment, cast.mona, WHY).kind == K.ON_ITS_WAY
    assert Action.objects.count() == 1


def test_a_refused_block_may_be_asked_for_again(cast: Cast, comment: Comment, social: FakeNetwork) -> None:
    social.fails("block", Never("not_allowed_here"))
    first = blocked(comment, cast)
    act.carry_out(first.pk)
    assert author_block(comment).blocked is False
    again = blocked(comment, cast)
    act.carry_out(again.pk)
    assert (fresh(first).state, fresh(again).state, social.kept_away) == (A.CANCELLED, A.DONE, {"v1"})


def test_one_that_has_not_left_is_taken_back(cast: Cast, comment: Comment, social: FakeNetwork) -> None:
    action = blocked(comment, cast)
    assert troubles.cancel(action, cast.mona).done
    assert act.carry_out(action.pk) is False
    assert (social.calls, author_block(comment).blocked) == ([], False)
    assert list(open_reviews(cast.brand)) == []


def test_it_is_the_same_person_under_every_comment(
    cast: Cast, account: Page, comment: Comment, social: FakeNetwork
) -> None:
    act.carry_out(blocked(comment, cast).pk)
    social.write("c2", HARMLESS)
    social.write("c3", HARMLESS, author=VISITOR.__class__("v2", "Anne"))
    poll_page(account.pk)
    rows = {each.remote_id: author_block(each).blocked for each in Comment.objects.select_related("page")}
    assert rows == {"c1": True, "c2": True, "c3": False}


def test_it_leaves_what_is_decided_of_the_comment_alone(
    cast: Cast, account: Page, social: FakeNetwork
) -> None:
    social.write("c1", INSULT)
    poll_page(account.pk)
    comment = Comment.objects.select_related("page__brand").get()
    review = review_of(comment)
    act.carry_out(blocked(comment, cast).pk)
    assert fresh(review).state == ReviewState.WAITING
    assert reviews.final_decision(comment) is None
    poll_page(account.pk)
    assert review_of(comment) == review
    assert list(reporters.waiting()) == []
    result = decided(comment, cast.mona, D.KEEP)
    assert result.kind == K.NEEDS_SECOND
    first = fresh(review)
    final = decide.second(first, cast.ada, agree=True, reason=WHY, revision=1)
    assert final.decision is not None
    assert reviews.final_decision(comment) == final.decision


def test_a_later_decision_on_the_comment_does_not_take_the_block_back(
    cast: Cast, account: Page, social: FakeNetwork
) -> None:
    social.write("c1", HARMLESS)
    poll_page(account.pk)
    comment = Comment.objects.select_related("page__brand").get()

    ask_review(comment, cast.mona)
    action = blocked(comment, cast)
    assert decided(comment, cast.mona, D.KEEP).kind == K.DONE
    assert act.carry_out(action.pk) is True
    assert (fresh(action).state, social.kept_away) == (A.DONE, {"v1"})


def test_the_list_says_of_the_comment_what_was_decided_of_the_comment(cast: Cast, comment: Comment) -> None:
    blocked(comment, cast)
    [row] = list_comments(cast.brand, Wanted())
    assert comment_row(cast.brand, row).review_state == ""
    assert list(list_comments(cast.brand, Wanted(standing="never"))) == [comment]
