"""What people of the house are told of victims' last prudent days, mark after mark."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import ngettext

from cm_suite.core import clock
from moderation.law import PARIS, Alert
from moderation.models import Review
from moderation.selectors.limits import reminders
from pages.enums import Act
from pages.notices.enums import NoticeKind
from pages.notices.models import Notice
from pages.notices.services import notify
from pages.selectors.people import people_with


def remind() -> int:
    """Tell those who decide that a victim’s last day comes nearer, once for each day-mark. How many marks."""
    now = clock.now()
    return sum(_remind(review, alert, now) for review, alert in reminders(now))


def _remind(review: Review, alert: Alert, now: datetime) -> bool:
    """Tell everybody who decides, in their own language, unless they were told."""
    brand = review.comment.page.brand
    key = f"last_day:{review.comment_id}:{alert.last_day:%Y%m%d}:{alert.days}"
    told = Notice.objects.filter(brand=brand, key=key).values("person")
    persons = list(people_with(brand, Act.MODERATE).exclude(pk__in=told).order_by("language", "pk"))
    for language, each in groupby(persons, key=lambda person: person.language):
        with translation.override(language):
            subject = f"{_words(alert, now)} · {review.comment.page.name}"
        notify(
            brand=brand,
            kind=NoticeKind.LAST_DAY,
            key=key,
            subject=subject,
            link=reverse("moderation:review", args=[brand.slug, review.pk]),
            at=now,
            persons=each,
        )
    return bool(persons)


def _words(alert: Alert, now: datetime) -> str:
    """How long the victim still has, and until when; translated where it is called."""
    left = (alert.last_day - now.astimezone(PARIS).date()).days
    words = ngettext(
        "%(count)s day left for the victim, until %(day)s",
        "%(count)s days left for the victim, until %(day)s",
        left,
    )
    return words % {"count": left, "day": date_format(alert.last_day, "j F Y")}
