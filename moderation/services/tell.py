"""What people of the house are told: a comment to decide, a second person wanted, an act that is not done."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Final

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation

from cm_suite.core import clock
from moderation import rules
from moderation.enums import Reminder, ReviewState
from moderation.messages.notices import about
from moderation.models import Action, Comment, Review
from moderation.selectors.undone import undone
from pages.enums import Act
from pages.models import Brand, Person
from pages.notices.enums import NoticeKind
from pages.notices.services import notify
from pages.selectors.people import people_with

_KINDS: Final = {Reminder.SOON: NoticeKind.REVIEW_SOON, Reminder.OVERDUE: NoticeKind.REVIEW_OVERDUE}


def second_wanted(review: Review, comment: Comment, first: Person) -> None:
    """Tell everybody else who may be the second person. Once for each first decision."""
    brand = comment.page.brand
    _notify(
        brand,
        NoticeKind.SECOND_WANTED,
        f"second:{review.pk}:{review.decisions.count()}",
        review,
        people_with(brand, Act.SECOND).exclude(pk=first.pk),
    )


def action_trouble(action: Action) -> None:
    """Tell those who decide that an action was refused, drags on or must be checked. Once for each try."""
    _tell_undone(action, f"action:{action.pk}:{action.state}:{action.attempts.count()}")


def _tell_undone(action: Action, key: str) -> None:
    review = action.decision.review
    brand = review.comment.page.brand
    _notify(brand, NoticeKind.ACTION_TROUBLE, key, review, people_with(brand, Act.MODERATE))


def remind() -> int:
    """Tell people of what is near its target or past it, each once. How many reviews.

    It is what waits to be decided, and what was decided and is not done: a comment that still stands.
    """
    now = clock.now()
    open_ = Review.objects.filter(state__in=rules.OPEN).select_related(
        "comment__page__brand", "comment__thread"
    )
    overdue = open_.filter(due_at__lte=now).exclude(reminded=Reminder.OVERDUE)
    near = Q(due_at__lte=now + rules.SOON) | Q(notified=True)
    soon = open_.filter(near, reminded=Reminder.NONE).exclude(due_at__lte=now)
    told = sum(_remind(each, Reminder.OVERDUE) for each in overdue.order_by("due_at", "pk"))
    told += sum(_remind(each, Reminder.SOON) for each in soon.order_by("due_at", "pk"))
    return told + _remind_undone(now)


def _remind(review: Review, reminder: Reminder) -> bool:
    rows = Review.objects.filter(pk=review.pk, state__in=rules.OPEN, reminded=review.reminded)
    if not rows.update(reminded=reminder):
        return False
    brand = review.comment.page.brand
    _notify(brand, _KINDS[reminder], f"review:{review.pk}:{reminder}", review, _deciders(review, brand))
    return True


def _remind_undone(now: datetime) -> int:
    """Of removals that were refused or must be checked: an hour before the comment's target, and after it."""
    rows = undone().filter(decision__act__in=rules.REMOVALS, decision__review__due_at__lte=now + rules.SOON)
    rows = rows.select_related("decision__review__comment__page__brand", "decision__review__comment__thread")
    told = 0
    for action in rows.order_by("decision__review__due_at", "pk"):
        review = action.decision.review
        past = review.due_at is not None and review.due_at <= now
        reminder = Reminder.OVERDUE if past else Reminder.SOON
        if review.reminded in (reminder, Reminder.OVERDUE):
            continue
        if Review.objects.filter(pk=review.pk, reminded=review.reminded).update(reminded=reminder):
            _tell_undone(action, f"action:{action.pk}:{reminder}")
            told += 1
    return told


def _deciders(review: Review, brand: Brand) -> QuerySet[Person]:
    """Who can bring this review to its end now."""
    if review.state != ReviewState.SECOND:
        return people_with(brand, Act.MODERATE)
    first = review.decisions.filter(final=False, agrees=True).last()
    others = people_with(brand, Act.SECOND)
    return others.exclude(pk=first.by_id) if first and first.by_id else others


def _notify(brand: Brand, kind: NoticeKind, key: str, review: Review, persons: QuerySet[Person]) -> None:
    """Tell each person in their own language."""
    for language, each in groupby(persons.order_by("language", "pk"), key=lambda person: person.language):
        with translation.override(language):
            subject = _about(review, brand)
        notify(
            brand=brand,
            kind=kind,
            key=key,
            subject=subject,
            link=reverse("moderation:review", args=[brand.slug, review.pk]),
            at=clock.now(),
            persons=list(each),
        )


def _about(review: Review, brand: Brand) -> str:
    comment = review.comment
    post = comment.thread.text if comment.thread else ""
    return about(review.label, review.due_at, comment.page.name, post, clock.zone(brand.zone))
