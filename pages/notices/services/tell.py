"""Telling people: a notice in the app, a mail when they want one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.http import url_has_allowed_host_and_scheme

from cm_suite.core import clock
from cm_suite.core.text import clip
from pages.models import Brand, Person
from pages.notices.enums import MailKind, NoticeKind
from pages.notices.messages import notice_words
from pages.notices.models import Notice
from pages.notices.selectors import ways_for
from pages.notices.services.outbox import queue_mail


def notify(
    *,
    brand: Brand,
    kind: NoticeKind,
    key: str,
    subject: str,
    link: str,
    at: datetime,
    persons: Iterable[Person],
) -> None:
    """Tell each person once of one event of a brand, in the app and by mail as they prefer.

    `key` names the event (80 characters at most): told again, nothing changes. `subject` says what it is
    about, without the verb; `link` is a path of this site where to act. Raises ValueError for a link
    that leaves the site.
    """
    if not link.startswith("/") or not url_has_allowed_host_and_scheme(link, allowed_hosts=None):
        raise ValueError("a notice links to a path of this site")
    people = [person for person in persons if person.is_active]
    ways = ways_for(people, kind)
    about = clip(" ".join(subject.split()), 200)
    with transaction.atomic():
        Notice.objects.bulk_create(
            [
                Notice(person=person, brand=brand, kind=kind, key=key, subject=about, link=link, at=at)
                for person in people
                if ways[person.pk].in_app
            ],
            ignore_conflicts=True,
        )
        for person in people:
            if ways[person.pk].by_mail:
                _write(person, brand, kind, key, about, link)


def _write(person: Person, brand: Brand, kind: NoticeKind, key: str, subject: str, link: str) -> None:
    queue_mail(
        kind=MailKind.NOTICE,
        key=f"notice:{person.pk}:{key}",
        to=person.email,
        template="notice",
        context={
            "person": person.name,
            "brand": brand.name,
            "subject": subject,
            "words": notice_words(kind),
            "link": settings.PUBLIC_URL + link,
        },
        language=person.language,
        brand=brand,
    )


def mark_read(notice: Notice) -> None:
    """Note that the person has seen the notice; the first time counts."""
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=clock.now())


def mark_all_read(person: Person, brand: Brand) -> int:
    """Note that a person has seen every notice of a brand; how many were unread."""
    return Notice.objects.filter(person=person, brand=brand, read_at=None).update(read_at=clock.now())
