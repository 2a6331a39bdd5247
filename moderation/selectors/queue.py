"""What waits for a person: the queue in its order, how long it is, and how much was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from cm_suite.core import clock
from cm_suite.core.text import clip
from moderation import rules
from moderation.enums import ActionState, Decided, Kind, ReviewState
from moderation.messages.law import label_name, label_plain
from moderation.messages.marks import Risk, left_words, risk
from moderation.models import Action, Comment, Review
from pages.messages import network_icon
from pages.models import Brand, Person

R = ReviewState
ENDED: Final = (R.DECIDED, R.CLOSED)
EXCERPT: Final = 180


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One comment to decide, as lists show it.

    `label` is a code, `label_name` its legal words, `label_plain` what they mean. `due_at`: our own target
    for removing, None where nothing is to be removed; `left` says it in words. `held_by`: who is on it now,
    empty if nobody; `mine`: whether that is the reader. `url`: where to decide.
    """

    review_id: int
    comment_id: int
    url: str
    state: str
    label: str
    label_name: str
    label_plain: str
    risk: Risk
    severity: int
    excerpt: str
    author: str
    page_id: int
    page: str
    page_icon: str
    due_at: datetime | None
    left: str
    overdue: bool
    notified: bool
    asked: bool
    changed: bool
    mention: bool
    held_by: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """Of the comments of a page over some days: how many there were, how many got an answer from us."""

    comments: int
    answered: int

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.answered / self.comments if self.comments else 0.0


def open_reviews(brand: Brand) -> QuerySet[Review]:
    """Everything a person must still decide: notices first, then the gravest, then the nearest deadline."""
    rows = Review.objects.filter(comment__page__brand=brand, state__in=rules.OPEN)
    rows = rows.select_related("comment__page__brand", "claimed_by")
    return rows.order_by(*rules.queue_order())


def ended_reviews(brand: Brand) -> QuerySet[Review]:
    """What was decided or closed, the latest first."""
    rows = Review.objects.filter(comment__page__brand=brand, state__in=ENDED)
    return rows.select_related("comment__page__brand").order_by("-closed_at", "-pk")


def held_by(brand: Brand, person: Person) -> QuerySet[Review]:
    """What this person is on, whether or not the five minutes are over."""
    return Review.objects.filter(comment__page__brand=brand, state=R.CLAIMED, claimed_by=person)


def open_count(brand: Brand) -> int:
    """How many comments wait for a person; one query."""
    return Review.objects.filter(comment__page__brand=brand, state__in=rules.OPEN).count()


def opened_since(brand: Brand, since: datetime) -> int:
    """How many of those that wait were opened after a moment; one query."""
    waiting = Review.objects.filter(comment__page__brand=brand, state__in=rules.OPEN)
    return waiting.filter(opened_at__gt=since).count()


def now_reviews(brand: Brand, limit: int, reader: Person | None = None) -> list[ReviewLine]:
    """The `limit` comments whose target is nearest; one query."""
    now = clock.now()
    rows = open_reviews(brand).order_by(*rules.urgent_order())
    return [review_line(brand, each, now, reader) for each in rows[:limit]]


def answered_share(brand: Brand, days: int) -> Mapping[int, Answered]:
    """By page id, the comments of the last `days` × 24 hours and those that got a reply; one query.

    A page without comments is absent. Spam and what its author took down count like the rest; what the page
    wrote itself does not, and an answer it gave on the network does. Private messages are no comments.
    """
    replied = Action.objects.filter(
        decision__review__comment=OuterRef("pk"), decision__act=Decided.REPLY, state=ActionState.DONE
    )
    elsewhere = Comment.objects.filter(
        page=OuterRef("page"), parent_remote_id=OuterRef("remote_id"), by_page=True
    )
    since = clock.now() - timedelta(days=days)
    recent = Comment.objects.filter(page__brand=brand, by_page=False, seen_at__gt=since)
    recent = recent.exclude(kind=Kind.MESSAGE)
    rows = (
        recent.annotate(replied=Exists(replied), answered_there=Exists(elsewhere))
        .order_by()
        .values("page_id")
    )
    counted = rows.annotate(
        comments=Count("pk"), answered=Count("pk", filter=Q(replied=True) | Q(answered_there=True))
    )
    return {each["page_id"]: Answered(each["comments"], each["answered"]) for each in counted}


def review_line(brand: Brand, review: Review, now: datetime, reader: Person | None) -> ReviewLine:
    """A review, read with its comment and page, as a line of the queue."""
    comment = review.comment
    holder = holder_of(review, now)
    left = review.due_at - now if review.due_at else None
    return ReviewLine(
        review_id=review.pk,
        comment_id=comment.pk,
        url=reverse("moderation:review", args=[brand.slug, review.pk]),
        state=review.state,
        label=review.label,
        label_name=label_name(review.label),
        label_plain=label_plain(review.label),
        risk=risk(review.severity),
        severity=review.severity,
        excerpt=excerpt(comment.text),
        author=comment.author_name or comment.author_handle,
        page_id=comment.page_id,
        page=comment.page.name,
        page_icon=network_icon(comment.page.network),
        due_at=review.due_at,
        left=left_words(left),
        overdue=left is not None and left.total_seconds() <= 0,
        notified=review.notified,
        asked=review.asked_by_person,
        changed=review.changed_since,
        mention=comment.kind == Kind.MENTION,
        held_by=holder.name if holder else "",
        mine=holder is not None and reader is not None and holder.pk == reader.pk,
    )


def holder_of(review: Review, now: datetime) -> Person | None:
    """Who is on it: whoever claimed it, while the lease runs."""
    running = review.state == R.CLAIMED and review.lease_until is not None and review.lease_until > now
    return review.claimed_by if running else None


def excerpt(text: str) -> str:
    """The beginning of a comment on one line."""
    return clip(" ".join(text[: EXCERPT * 4].split()), EXCERPT)
