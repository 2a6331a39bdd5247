"""Who has a review in hand: one person at a time, for five minutes, by the database's clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from cm_suite.core import clock
from moderation.enums import Decided, Presence, ReviewState
from moderation.models import Comment, Review
from moderation.services import assign
from moderation.services.ingest import poll_page
from pages.enums import Role
from pages.models import Membership
from tests.moderation.conftest import NOON
from tests.moderation.makers import HARMLESS, INSULT, decided, fresh, held, lapse, lines, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast, make_person

R = ReviewState


@pytest.fixture
def review(cast: Cast, network: FakeNetwork) -> Review:
    """A flagged comment that waits."""
    return review_of(taken(cast.newsroom, network))


def test_a_review_is_taken_for_five_minutes(cast: Cast, review: Review) -> None:
    claimed = assign.claim(review, cast.mona)
    assert (claimed.taken, claimed.held_by, claimed.review.state) == (True, cast.mona, R.CLAIMED)
    assert claimed.until is not None
    left = claimed.until - clock.now()
    assert timedelta(seconds=290) < left <= timedelta(seconds=301)
    assert fresh(review).claimed_by == cast.mona
    assert fresh(review).first_claimed_at is not None


def test_it_is_not_taken_from_somebody_whose_time_still_runs(cast: Cast, review: Review) -> None:
    first = assign.claim(review, cast.mona)
    second = assign.claim(Review.objects.get(), cast.alice)
    assert (second.taken, second.held_by, second.until) == (False, cast.mona, first.until)
    assert fresh(review).claimed_by == cast.mona
    assert assign.release(review, cast.alice) is False
    assert assign.renew(Review.objects.get(), cast.alice).taken is False


def test_a_lapsed_claim_may_be_taken_over(cast: Cast, review: Review) -> None:
    held(review, cast.mona)
    lapse(review)
    assert assign.renew(Review.objects.get(), cast.mona).taken is False
    assert assign.claim(Review.objects.get(), cast.alice).held_by == cast.alice
    late = assign.renew(Review.objects.get(), cast.mona)
    assert (late.taken, late.held_by) == (False, cast.alice)


def test_a_refused_claim_on_a_lapsed_one_names_nobody(cast: Cast, review: Review) -> None:
    held(review, cast.mona)
    lapse(review)
    refused = assign.claim(Review.objects.get(), cast.bob)
    assert (refused.taken, refused.held_by, refused.until) == (False, None, None)


def test_ones_own_claim_is_prolonged(cast: Cast, review: Review) -> None:
    held(review, cast.mona)
    soon = Now() + timedelta(seconds=20)
    Review.objects.update(lease_until=soon)
    for again in (assign.claim, assign.renew):
        claimed = again(Review.objects.get(), cast.mona)
        assert claimed.taken is True
        assert claimed.until is not None
        assert claimed.until - clock.now() > timedelta(seconds=290)


def test_given_back_it_waits_again(cast: Cast, review: Review) -> None:
    held(review, cast.mona)
    assert assign.release(review, cast.mona) is True
    now = fresh(review)
    assert (now.state, now.claimed_by, now.lease_token, now.lease_until) == (R.WAITING, None, None, None)
    assert now.first_claimed_at is not None
    assert assign.release(review, cast.mona) is False


def test_the_sweeper_gives_back_what_lapsed_and_nothing_else(cast: Cast, network: FakeNetwork) -> None:
    lapsed = held(review_of(taken(cast.newsroom, network)), cast.mona)
    running = held(review_of(taken(cast.newsroom, network, remote_id="c2")), cast.alice)
    lapse(lapsed)
    assert assign.expired() == 1
    assert (fresh(lapsed).state, fresh(lapsed).claimed_by) == (R.WAITING, None)
    assert (fresh(running).state, fresh(running).claimed_by) == (R.CLAIMED, cast.alice)
    assert assign.expired() == 0


@pytest.mark.parametrize("name", ["bob", "ada", "vera", "charlie"])
def test_who_may_not_moderate_takes_nothing(cast: Cast, review: Review, name: str) -> None:
    person = getattr(cast, name)
    claimed = assign.claim(review, person)
    assert (claimed.taken, claimed.held_by) == (False, None)
    assert assign.claim_next(cast.brand, person) is None
    assert assign.ask_review(review.comment, person) is None
    assert fresh(review).state == R.WAITING


def test_the_next_has_the_nearest_target_though_others_were_reported_or_are_graver(
    cast: Cast, network: FakeNetwork
) -> None:
    network.write("reported", HARMLESS, notices=1)
    network.write("threat", "Je vais te casser la gueule, Karim.")
    network.write("insult", INSULT)
    network.write("unpressed", INSULT)
    poll_page(cast.newsroom.pk)
    hours = {"reported": 23, "threat": 2, "insult": 1}
    for remote_id, left in hours.items():
        due = clock.now() + timedelta(hours=left)
        Review.objects.filter(comment__remote_id=remote_id).update(due_at=due)
    Review.objects.filter(comment__remote_id="unpressed").update(due_at=None)
    order = [assign.claim_next(cast.brand, cast.mona) for _ in range(5)]
    assert [each and each.comment.remote_id for each in order] == [
        "insult",
        "threat",
        "reported",
        "unpressed",
        None,
    ]


def test_the_next_is_the_most_urgent_that_is_free(cast: Cast, network: FakeNetwork) -> None:
    for number, text in enumerate((INSULT, "Je vais te casser la gueule, Karim.", INSULT)):
        network.write(f"c{number}", text)
    poll_page(cast.newsroom.pk)
    mona, alice = cast.mona, cast.alice
    order = [assign.claim_next(cast.brand, person) for person in (mona, alice, mona, alice)]
    assert [each and each.comment.remote_id for each in order] == ["c1", "c0", "c2", None]
    assert [each and each.claimed_by for each in order] == [mona, alice, mona, None]


def test_the_one_to_skip_is_left_aside(cast: Cast, network: FakeNetwork) -> None:
    first = review_of(taken(cast.newsroom, network))
    other = review_of(taken(cast.newsroom, network, remote_id="c2"))
    assert assign.claim_next(cast.brand, cast.mona, skip=first) == other
    assert assign.claim_next(cast.brand, cast.mona, skip=first) is None


def test_the_next_is_of_this_brand_and_waits_for_no_second_person(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network)
    decided(comment, cast.mona, Decided.KEEP)
    assert assign.claim_next(cast.brand, cast.alice) is None
    refused = assign.claim(review_of(comment), cast.alice)
    assert (refused.taken, refused.held_by) == (False, None)
    Membership.objects.create(person=make_person("Zoe"), brand=cast.other_brand, role=Role.MODERATOR)
    assert assign.claim_next(cast.other_brand, cast.charlie) is None


def test_a_person_opens_a_review_of_any_comment(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network, HARMLESS)
    review = assign.ask_review(comment, cast.mona)
    assert review is not None
    kept = (review.state, review.asked_by_person, review.qualified, review.severity, review.due_at)
    assert kept == (R.WAITING, True, False, 0, None)
    assert lines(cast.brand) == ["review.asked"]
    assert assign.ask_review(comment, cast.alice) == review
    assert lines(cast.brand) == ["review.asked"]


@pytest.mark.parametrize(
    "fields",
    [{"presence": Presence.GONE}, {"by_page": True}, {"erased_at": NOON}],
    ids=["gone", "by the page", "erased"],
)
def test_there_is_nothing_to_review_in_what_is_gone_erased_or_ours(
    cast: Cast, network: FakeNetwork, fields: dict[str, Any]
) -> None:
    comment = taken(cast.newsroom, network, HARMLESS)
    Comment.objects.update(**fields)
    assert assign.ask_review(fresh(comment), cast.mona) is None
    assert Review.objects.count() == 0


def test_taking_a_review_writes_nothing_in_the_ledger(cast: Cast, review: Review) -> None:
    held(review, cast.mona)
    assign.release(review, cast.mona)
    assert lines(cast.brand) == []
