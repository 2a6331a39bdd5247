"""Several at once, each in a thread of its own: the database lets one win."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from cm_suite.core import ledger
from moderation import jobs
from moderation.enums import Decided, ResultKind, ReviewState
from moderation.models import Action, Comment, Decision, Evidence, Review
from moderation.services import act, assign
from moderation.services.decide import decide, second
from moderation.services.ingest import poll_page
from pages.services import connect
from tests.moderation.makers import INSULT, REASON, decided, held, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast, make_cast

D = Decided
K = ResultKind


def together(*acts: Callable[[], Any]) -> list[Any]:
    """What each gives, begun at the same moment."""
    ready = Barrier(len(acts))

    def run(one: Callable[[], Any]) -> Any:
        try:
            ready.wait(timeout=20)
            return one()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


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


def test_of_two_moderators_one_gets_the_review(crowd: Cast, quick: FakeNetwork) -> None:
    pk = review_of(taken(crowd.newsroom, quick)).pk
    claims = together(
        *[
            lambda person=person: assign.claim(Review.objects.get(pk=pk), person)
            for person in (crowd.mona, crowd.alice)
        ]
    )
    assert sorted(each.taken for each in claims) == [False, True]
    winner = next(each.held_by for each in claims if each.taken)
    assert Review.objects.get().claimed_by == winner
    lost = next(each for each in claims if not each.taken)
    assert lost.held_by == winner


def test_a_decision_sent_twice_at_once_is_one(crowd: Cast, quick: FakeNetwork) -> None:
    pk = held(review_of(taken(crowd.newsroom, quick)), crowd.mona).pk
    results = together(
        *[
            lambda chosen=chosen: decide(
                Review.objects.get(pk=pk), crowd.mona, chosen, reason=REASON, revision=1
            )
            for chosen in (D.HIDE, D.DELETE, D.HIDE)
        ]
    )
    assert Counter(each.kind for each in results) == {K.DONE: 1, K.NOT_HELD: 2}
    assert (Decision.objects.count(), Action.objects.count(), Evidence.objects.count()) == (1, 1, 1)
    assert ledger.verify(crowd.brand.pk) is None


def test_of_two_second_persons_one_answers(crowd: Cast, quick: FakeNetwork) -> None:
    review = review_of(taken(crowd.newsroom, quick))
    decided(review.comment, crowd.mona, D.KEEP)
    results = together(
        *[
            lambda person=person, agree=agree: second(
                Review.objects.get(pk=review.pk), person, agree=agree, reason=REASON, revision=1
            )
            for person, agree in ((crowd.ada, True), (crowd.alice, False))
        ]
    )
    assert Counter(each.kind for each in results) == {K.DONE: 1, K.NOT_HELD: 1}
    assert Decision.objects.count() == 2
    assert Review.objects.get().state in (ReviewState.DECIDED, ReviewState.WAITING)


def test_workers_at_once_carry_out_each_act_once(crowd: Cast, quick: FakeNetwork) -> None:
    for number in range(4):
        decided(taken(crowd.newsroom, quick, remote_id=f"c{number}"), crowd.mona, D.DELETE)
    together(*[lambda: act.carry_out_due(4)] * 3)
    jobs.carry_out()
    assert Counter(quick.calls) == {("delete_comment", f"c{number}", ""): 1 for number in range(4)}
    assert set(Action.objects.values_list("state", flat=True)) == {"done"}


def test_readers_at_once_take_each_comment_once(crowd: Cast, quick: FakeNetwork) -> None:
    for number in range(3):
        quick.write(f"c{number}", INSULT)
    polled = together(*[lambda: poll_page(crowd.newsroom.pk)] * 3)
    assert sum(each.stored for each in polled) == 3
    assert (Comment.objects.count(), Review.objects.count()) == (3, 3)


def test_an_edit_against_a_decision_is_refused_or_reviewed_again(crowd: Cast, quick: FakeNetwork) -> None:
    comment = taken(crowd.newsroom, quick)
    pk = held(review_of(comment), crowd.mona).pk
    quick.change("c1", text=INSULT + " Encore.")
    result, _polled = together(
        lambda: decide(Review.objects.get(pk=pk), crowd.mona, D.HIDE, reason=REASON, revision=1),
        lambda: poll_page(crowd.newsroom.pk),
    )
    comment.refresh_from_db()
    assert comment.revision == 2
    open_ = Review.objects.exclude(state=ReviewState.DECIDED).get()
    if result.kind == K.DONE:
        assert (open_.pk == pk, Decision.objects.get().revision) == (False, 1)
    else:
        assert (result.kind, open_.pk, Decision.objects.count()) == (K.CHANGED, pk, 0)
