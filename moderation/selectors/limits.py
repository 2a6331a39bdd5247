"""Whose victims have little time left: qualified comments on the days that a reminder stands on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from moderation import law
from moderation.enums import ActionState, CloseCode, Decided
from moderation.models import Action, Review
from moderation.risk.labels import Label
from moderation.selectors.reading import events_of, limitation_of

GRACE: Final = timedelta(days=2)
"""How long after its day a reminder is still given, should nobody have been able to give it."""
_SLACK: Final = timedelta(days=4)  # a month has 28 to 31 days: what is counted forth is not counted back
_NOT_ITS_WORDS: Final = (CloseCode.EDITED_HARMLESS, CloseCode.ERASED)


def reminders(now: datetime) -> Iterator[tuple[Review, law.Alert]]:
    """Each qualified comment one of whose reminders stands on today or two days before, by its last review.

    Questions: one, and two for each comment near such a day.
    """
    today = now.astimezone(law.PARIS).date()
    for review in _near(today).iterator(chunk_size=200):
        comment = review.comment
        found = limitation_of(review.label, comment, now, events_of(comment))
        for alert in found.alerts_due(today):
            if today - alert.on <= GRACE:
                yield review, alert


def _near(today: date) -> QuerySet[Review]:
    windows = list(_windows(today))
    again = Action.objects.filter(
        _within("done_at", windows),
        decision__review__comment=OuterRef("comment"),
        decision__act__in=(Decided.UNHIDE, Decided.APPROVE),
        state=ActionState.DONE,
    )
    later = Review.objects.filter(comment=OuterRef("comment"), pk__gt=OuterRef("pk"))
    return (
        Review.objects.filter(
            _within("comment__published_at", windows) | Q(Exists(again)),
            ~Q(Exists(later)),
            qualified=True,
            comment__erased_at=None,
        )
        .exclude(close_code__in=_NOT_ITS_WORDS)
        .select_related("comment__page__brand", "comment__thread")
        .order_by("pk")
    )


def _windows(today: date) -> Iterator[tuple[datetime, datetime]]:
    """When something was published whose reminder may stand on these days."""
    for months in sorted({law.OFFENCES[label].months for label in Label} - {0}):
        for days in law.ALERT_DAYS:
            first = law.add_months(today + timedelta(days=days), -months)
            yield _midnight(first - GRACE - _SLACK), _midnight(first + _SLACK)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), law.PARIS)


def _within(field: str, windows: list[tuple[datetime, datetime]]) -> Q:
    found = Q()
    for start, end in windows:
        found |= Q(**{f"{field}__gte": start, f"{field}__lt": end})
    return found
