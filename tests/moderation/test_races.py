"""Two at once on one comment, each in a thread of its own: one wins, and what is left agrees with itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from cm_suite.core import clock, ledger
from moderation import jobs
from moderation.enums import ActionState, Decided, Presence, ResultKind, ReviewState
from moderation.models import Action, Comment, Decision, Evidence, Review, Revision
from moderation.rules import OPEN
from moderation.services import act, assign, evidence, ingest, reporters, troubles
from moderation.services.decide import decide, undo
from moderation.services.results import Result
from pages.models import Person
from pages.networks.types import CommentPresence
from pages.services import connect
from tests.moderation.makers import HARMLESS, INSULT, REASON, decided, fresh, held, lines, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.moderation.test_together import together
from tests.people import Cast, make_cast

A = ActionState
D = Decided
K = ResultKind


@pytest.fixture
def crowd(transactional_db: None) -> Cast:
    """The cast, where several threads see it."""
    return make_cast()


@pytest.fixture
def quick(crowd: Cast, monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    """One network for everybody."""
    fake = FakeNetwork()
    monkeypatch.setattr(connect, "client_for", lambda page, *, waiting=False: fake)
    return fake


def takes_and_decides(pk: int, person: Person, chosen: Decided) -> Callable[[], Result]:
    """What a moderator does: claim, then decide."""

    def run() -> Result:
        review = Review.objects.get(pk=pk)
        assign.claim(review, person)
        return decide(review, person, chosen, reason=REASON, revision=1)

    return run


def whole(brand_id: int) -> bool:
    """Whether decisions, evidence, actions and ledger agree with each other."""
    finals = Decision.objects.filter(final=True)
    removals = finals.filter(act__in=(D.HIDE, D.DELETE))
    return (
        removals.filter(evidence=None).count() == 0
        and Action.objects.count() == finals.exclude(act=D.KEEP).count()
        and ledger.verify(brand_id) is None
    )


def test_two_moderators_who_claim_and_decide_at_once_one_decides(crowd: Cast, quick: FakeNetwork) -> None:
    pk = review_of(taken(crowd.newsroom, quick)).pk
    results = together(
        takes_and_decides(pk, crowd.mona, D.HIDE), takes_and_decides(pk, crowd.alice, D.DELETE)
    )
    assert Counter(each.kind for each in results) == {K.DONE: 1, K.NOT_HELD: 1}
    assert (Decision.objects.count(), Evidence.objects.count()) == (1, 1)
    assert whole(crowd.brand.pk)


def test_each_of_two_who_want_the_next_gets_another(crowd: Cast, quick: FakeNetwork) -> None:
    for number in range(2):
        taken(crowd.newsroom, quick, remote_id=f"c{number}")
    found = together(
        *[
            lambda person=person: assign.claim_next(crowd.brand, person)
            for person in (crowd.mona, crowd.alice)
        ]
    )
    assert {each.pk for each in found if each} == set(Review.objects.values_list("pk", flat=True))


def test_erased_while_it_is_decided_nothing_is_left_to_read(crowd: Cast, quick: FakeNetwork) -> None:
    comment = taken(crowd.newsroom, quick)
    pk = held(review_of(comment), crowd.mona).pk
    result, _erased = together(
        lambda: decide(Review.objects.get(pk=pk), crowd.mona, D.HIDE, reason=REASON, revision=1),
        lambda: evidence.erase(comment, crowd.alice),
    )
    assert fresh(comment).text == ""
    assert result.kind in (K.DONE, K.GONE)
    assert [each.key for each in Evidence.objects.all() if each.key] == []
    assert Review.objects.filter(state__in=OPEN).count() == 0
    assert whole(crowd.brand.pk)


def test_taken_down_while_it_is_decided(crowd: Cast, quick: FakeNetwork) -> None:
    comment = taken(crowd.newsroom, quick)
    pk = held(review_of(comment), crowd.mona).pk
    quick.take_down("c1")
    result, _polled = together(
        lambda: decide(Review.objects.get(pk=pk), crowd.mona, D.HIDE, reason=REASON, revision=1),
        lambda: ingest.poll_page(crowd.newsroom.pk),
    )
    assert result.kind in (K.DONE, K.GONE, K.NOT_HELD)
    assert (fresh(comment).presence, fresh(comment).text) == (Presence.GONE, INSULT)
    ended = ReviewState.DECIDED if result.kind == K.DONE else ReviewState.CLOSED
    assert (Review.objects.get().state, Evidence.objects.count()) == (ended, 1)
    assert whole(crowd.brand.pk)


def test_undone_twice_at_once_it_is_asked_once(crowd: Cast, quick: FakeNetwork) -> None:
    comment = taken(crowd.newsroom, quick)
    hidden = decided(comment, crowd.mona)
    jobs.carry_out()
    assert hidden.decision is not None
    pk = hidden.decision.pk
    results = together(
        *[
            lambda person=person: undo(Decision.objects.get(pk=pk), person, REASON)
            for person in (crowd.mona, crowd.alice)
        ]
    )
    assert Counter(each.kind for each in results) == {K.NEEDS_SECOND: 1, K.NOT_HELD: 1}
    assert Review.objects.filter(state=ReviewState.SECOND).count() == 1
    assert quick.calls == [("hide", "c1", "")]


def test_asked_by_two_at_once_one_review_opens(crowd: Cast, quick: FakeNetwork) -> None:
    comment = taken(crowd.newsroom, quick, HARMLESS)
    found = together(
        *[
            lambda person=person: assign.ask_review(Comment.objects.get(pk=comment.pk), person)
            for person in (crowd.mona, crowd.alice)
        ]
    )
    assert {each.pk for each in found if each} == {Review.objects.get().pk}


def test_tried_again_and_given_up_at_once_it_is_one_of_both(crowd: Cast, quick: FakeNetwork) -> None:
    action = decided(taken(crowd.newsroom, quick), crowd.mona).action
    assert action is not None
    Action.objects.update(state=A.REJECTED)
    retried, cancelled = together(
        lambda: troubles.retry(Action.objects.get(), crowd.mona),
        lambda: troubles.cancel(Action.objects.get(), crowd.alice),
    )
    # given up after it was tried again: both went through, in that order
    assert (cancelled.kind, fresh(action).state) == (K.DONE, A.CANCELLED)
    assert retried.kind in (K.DONE, K.NOT_HELD)
    assert review_of(Comment.objects.get()).state == ReviewState.WAITING
    jobs.carry_out()
    assert quick.calls == []


def test_reporters_are_told_once_by_two_workers(crowd: Cast, quick: FakeNetwork) -> None:
    comment = taken(crowd.newsroom, quick, HARMLESS)
    quick.change("c1", notices=1)
    ingest.poll_page(crowd.newsroom.pk)
    decided(comment, crowd.mona, D.KEEP)
    together(*[lambda: reporters.answer_one(comment.pk)] * 2)
    assert (fresh(comment).notices_answered, reporters.answer_due(10)) == (1, 0)
    assert ledger.verify(crowd.brand.pk) is None
    assert lines(crowd.brand).count("comment.reporters_told") == 1


def test_an_edit_while_it_is_removed_leaves_no_wording_unsealed(crowd: Cast, quick: FakeNetwork) -> None:
    comment = taken(crowd.newsroom, quick)
    decided(comment, crowd.mona)
    quick.change("c1", text=INSULT + " Bis.")
    together(lambda: act.carry_out_due(5), lambda: ingest.poll_page(crowd.newsroom.pk))
    jobs.poll_page(crowd.newsroom.pk)
    assert Action.objects.get().state == A.DONE
    assert list(Revision.objects.values_list("text", flat=True)) == [INSULT, INSULT + " Bis."]
    held_by_copies = {
        each["text"] for row in Evidence.objects.all() for each in evidence.open_record(row).data["revisions"]
    }
    assert held_by_copies == {INSULT, INSULT + " Bis."}
    assert quick.held["c1"].presence == CommentPresence.HIDDEN


def test_a_removal_and_a_later_decision_at_once_end_as_decided_last(crowd: Cast, quick: FakeNetwork) -> None:
    comment = taken(crowd.newsroom, quick)
    decided(comment, crowd.mona)
    asked = assign.ask_review(fresh(comment), crowd.alice)
    assert asked is not None
    held(asked, crowd.alice)
    _taken, result = together(
        lambda: act.carry_out_due(5),
        lambda: decide(Review.objects.get(pk=asked.pk), crowd.alice, D.DELETE, reason=REASON, revision=1),
    )
    Action.objects.update(next_attempt_at=clock.now() - timedelta(hours=1))
    jobs.carry_out()
    assert result.kind == K.DONE
    assert quick.held["c1"].presence == CommentPresence.GONE
    assert fresh(comment).presence == Presence.GONE
    states = list(Action.objects.order_by("pk").values_list("state", flat=True))
    assert states in ([A.DONE, A.DONE], [A.CANCELLED, A.DONE])
    assert whole(crowd.brand.pk)
