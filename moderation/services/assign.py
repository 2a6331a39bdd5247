"""Who works on a review: a lease of five minutes, by the database's clock."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from cm_suite.core import clock, leases, ledger
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from moderation import rules
from moderation.enums import Presence, ReviewState
from moderation.models import Comment, Review
from moderation.services import assess, reviews
from moderation.services.results import Claimed
from pages.enums import Act
from pages.models import Brand, Person
from pages.rules import may
from pages.selectors.people import role_of

R = ReviewState
_FREE = Q(state=R.WAITING) | Q(state=R.CLAIMED, lease_until__lte=Now())


def claim(review: Review, person: Person) -> Claimed:
    """Take a review that waits, or whose holder's lease ran out; one's own is renewed.

    It is never taken from somebody whose lease still runs. `review` is refreshed.
    """
    if not _may(person, review.comment.page.brand):
        return _refused(review)
    own = Q(state=R.CLAIMED, claimed_by=person)
    with transaction.atomic():
        Review.objects.select_for_update().get(pk=review.pk)  # whoever comes second learns who was first
        taken = _take(Review.objects.filter(_FREE | own, pk=review.pk), person)
    if taken is None:
        return _refused(review)
    review.refresh_from_db()
    return Claimed(review, taken=True, held_by=person, until=review.lease_until)


def renew(review: Review, person: Person) -> Claimed:
    """Prolong one's own lease to five minutes from now; not taken when it was lost or ran out."""
    review.refresh_from_db()
    if review.state != R.CLAIMED or review.claimed_by_id != person.pk:
        return _refused(review)
    if not leases.renew(review, rules.CLAIM_SECONDS):
        return _refused(review)
    return Claimed(review, taken=True, held_by=person, until=review.lease_until)


def release(review: Review, person: Person) -> bool:
    """Give a review back. False when it was not the person's any more."""
    mine = Q(claimed_by=person)
    return move(review, R.CLAIMED, R.WAITING, where=mine, claimed_by=None, **RELEASED)


def claim_next(brand: Brand, person: Person, *, skip: Review | None = None) -> Review | None:
    """Take the free review with the nearest target, or None; `skip` is left aside.

    Reviews that wait for a second person are not taken: they are answered without a lease.
    """
    if not _may(person, brand):
        return None
    free = Review.objects.filter(_FREE, comment__page__brand=brand).order_by(*rules.urgent_order())
    return _take(free.exclude(pk=skip.pk) if skip else free, person)


def ask_review(comment: Comment, person: Person) -> Review | None:
    """Open a review of any comment, or give the open one.

    None for what is gone, erased, private or the page's own, and for a person who may not moderate.
    """
    brand = comment.page.brand
    if comment.presence == Presence.GONE or not assess.is_assessed(comment) or not _may(person, brand):
        return None
    with transaction.atomic():
        comment = Comment.objects.select_for_update().get(pk=comment.pk)
        return reviews.open_review(comment) or ask(comment, person)


def ask(comment: Comment, person: Person, *, qualified: bool = False) -> Review:
    """Open a review for a person; `qualified` when a person retained a legal label before."""
    assessment = assess.assess_comment(comment)
    review = reviews.open_review(comment)
    if review is None and assessment is not None:
        review = reviews.open_new(comment, reviews.rank_of(assessment), asked=True, qualified=qualified)
    if review is None:
        raise ValueError("this comment is not reviewed")
    ledger.append(
        comment.page.brand_id,
        "review.asked",
        actor_id=person.pk,
        subject_kind="review",
        subject_id=review.pk,
    )
    return review


def expired() -> int:
    """Claims whose lease ran out go back to the queue. How many."""
    left = leases.expired(Review.objects.filter(state=R.CLAIMED))
    gone = Q(lease_until__lte=Now())
    return sum(move(each, R.CLAIMED, R.WAITING, where=gone, claimed_by=None, **RELEASED) for each in left)


def in_hand(person: Person) -> Q:
    """The review is the person's, and the lease still runs."""
    return Q(claimed_by=person, lease_until__gt=Now())


def _take(rows: QuerySet[Review], person: Person) -> Review | None:
    with transaction.atomic():
        taken = leases.claim(
            rows, from_=(R.WAITING, R.CLAIMED), to=R.CLAIMED, seconds=rules.CLAIM_SECONDS, limit=1
        )
        for review in taken:
            review.claimed_by = person
            review.first_claimed_at = review.first_claimed_at or clock.now()
            review.save(update_fields=["claimed_by", "first_claimed_at"])
    return taken[0] if taken else None


def _refused(review: Review) -> Claimed:
    review.refresh_from_db()
    running = leases.held(review) if review.state == R.CLAIMED else False
    return Claimed(
        review,
        taken=False,
        held_by=review.claimed_by if running else None,
        until=review.lease_until if running else None,
    )


def _may(person: Person, brand: Brand) -> bool:
    return may(role_of(person, brand), Act.MODERATE)
