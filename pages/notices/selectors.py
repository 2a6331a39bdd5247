"""Questions about notices and outgoing mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Case, F, QuerySet, When

from pages.models import Brand, Person
from pages.notices.enums import MailState, NoticeKind
from pages.notices.models import Mail, Notice, NoticePreference
from pages.notices.rules import Ways, default_ways


def inbox(person: Person, brand: Brand) -> QuerySet[Notice]:
    """A person's notices on a brand: unread first, then the newest."""
    rows = Notice.objects.filter(person=person, brand=brand)
    return rows.order_by(F("read_at").desc(nulls_first=True), "-at", "-pk")


def unread_count(person: Person, brand: Brand) -> int:
    """How many notices of the brand this person has not read."""
    return Notice.objects.filter(person=person, brand=brand, read_at=None).count()


def ways(person: Person) -> Mapping[NoticeKind, Ways]:
    """How this person hears of each kind, defaults included."""
    return {kind: _ways_of(rows, person.pk, kind) for rows in [_rows([person])] for kind in NoticeKind}


def ways_for(persons: Iterable[Person], kind: NoticeKind) -> Mapping[int, Ways]:
    """How each of these people hears of one kind, by their id."""
    people = list(persons)
    rows = _rows(people, kind)
    return {person.pk: _ways_of(rows, person.pk, kind) for person in people}


def mails_of(brand: Brand) -> QuerySet[Mail]:
    """The brand's outgoing mail: what waits for a decision first, then the newest; words are not read."""
    rows = Mail.objects.filter(brand=brand).select_related("settled_by")
    undecided = Case(When(state=MailState.UNKNOWN, then=0), default=1)
    return rows.defer("text", "html", "unsubscribe_url", "subject").order_by(undecided, "-pk")


def _rows(persons: Iterable[Person], kind: NoticeKind | None = None) -> Mapping[tuple[int, str], Ways]:
    rows = NoticePreference.objects.filter(person__in=persons)
    if kind is not None:
        rows = rows.filter(kind=kind)
    return {(row.person_id, row.kind): Ways(row.in_app, row.by_mail) for row in rows}


def _ways_of(rows: Mapping[tuple[int, str], Ways], person_id: int, kind: NoticeKind) -> Ways:
    return rows.get((person_id, kind), default_ways(kind))
