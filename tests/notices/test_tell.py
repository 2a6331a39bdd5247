"""Telling people: once, to those who should know, the way they chose, in their language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from pages.models import Person
from pages.notices import selectors
from pages.notices.enums import MailState, NoticeKind
from pages.notices.messages import MAIL_CODES, MAIL_MARKS, NOTICES
from pages.notices.models import Mail, Notice, NoticePreference
from pages.notices.rules import Ways
from pages.notices.services import mark_all_read, mark_read, notify, save_preferences
from tests.people import Cast, make_person

pytestmark = pytest.mark.django_db

AT = datetime(2026, 8, 3, 10, 0, tzinfo=UTC)


def tell(cast: Cast, *persons: Person, kind: NoticeKind = NoticeKind.MISSED, **changes: Any) -> None:
    """Tell these people of one event."""
    said: dict[str, Any] = {
        "brand": cast.brand,
        "key": "delivery:7:missed",
        "subject": "Les soldes\r\ncommencent",
        "link": "/b/maison-lumen/posts/7/",
        "at": AT,
    }
    notify(kind=kind, persons=persons, **said | changes)


def mailed() -> list[str]:
    """Who gets a mail."""
    return [mail.to for mail in Mail.objects.order_by("pk")]


def test_everybody_is_told_once(cast: Cast) -> None:
    for _turn in range(2):
        tell(cast, cast.alice, cast.bob)
    told = Notice.objects.order_by("person__name")
    assert [(each.person, each.subject, each.at) for each in told] == [
        (cast.alice, "Les soldes commencent", AT),
        (cast.bob, "Les soldes commencent", AT),
    ]
    assert mailed() == ["alice@agence.example", "bob@agence.example"]


def test_the_mail_speaks_the_language_of_the_person_and_leads_to_the_act(
    cast: Cast, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://desk.example"
    cast.bob.language = "en"
    tell(cast, cast.bob)
    mail = Mail.objects.get()
    assert (mail.language, mail.brand) == ("en", cast.brand)
    assert mail.subject == "A post missed its time · Les soldes commencent"
    assert "https://desk.example/b/maison-lumen/posts/7/" in mail.text
    assert 'href="https://desk.example/b/maison-lumen/posts/7/"' in mail.html
    assert "https://desk.example/me/notices/" in mail.text


def test_only_what_waits_for_a_person_is_mailed_unless_asked(cast: Cast) -> None:
    mailed_kinds = set()
    for kind in NoticeKind:
        tell(cast, cast.bob, kind=kind, key=kind.value)
        if Mail.objects.filter(key=f"notice:{cast.bob.pk}:{kind}").exists():
            mailed_kinds.add(kind)
    assert Notice.objects.count() == len(NoticeKind)
    waiting = {NoticeKind.NEEDS_PERSON, NoticeKind.REJECTED, NoticeKind.MISSED, NoticeKind.RECONNECT}
    deciding = {NoticeKind.REVIEW_SOON, NoticeKind.REVIEW_OVERDUE, NoticeKind.SECOND_WANTED}
    deciding |= {NoticeKind.LAST_DAY}
    ending = {NoticeKind.EXPIRING, NoticeKind.BUDGET}
    assert mailed_kinds == waiting | deciding | ending | {NoticeKind.ACTION_TROUBLE, NoticeKind.PAUSED}


def test_what_somebody_chose_holds_for_them_alone(cast: Cast) -> None:
    save_preferences(cast.alice, {NoticeKind.MISSED: Ways(in_app=True, by_mail=False)})
    save_preferences(cast.bob, {NoticeKind.MISSED: Ways(in_app=False, by_mail=True)})
    save_preferences(cast.mona, {NoticeKind.MISSED: Ways(in_app=False, by_mail=False)})
    for _turn in range(2):
        tell(cast, cast.alice, cast.bob, cast.mona, cast.vera)
    assert set(Notice.objects.values_list("person__name", flat=True)) == {"Alice", "Vera"}
    assert mailed() == ["bob@agence.example", "vera@agence.example"]


def test_choices_are_saved_once_and_replaced(cast: Cast) -> None:
    save_preferences(cast.bob, {NoticeKind.HELD: Ways(in_app=True, by_mail=True)})
    save_preferences(cast.bob, {NoticeKind.HELD: Ways(in_app=False, by_mail=False)})
    assert NoticePreference.objects.count() == 1
    assert selectors.ways(cast.bob)[NoticeKind.HELD] == Ways(in_app=False, by_mail=False)
    assert selectors.ways(cast.bob)[NoticeKind.MISSED] == Ways(in_app=True, by_mail=True)
    assert selectors.ways(cast.alice)[NoticeKind.HELD] == Ways(in_app=True, by_mail=False)


def test_somebody_who_left_the_house_is_not_told(cast: Cast) -> None:
    cast.bob.is_active = False
    tell(cast, cast.bob)
    assert (Notice.objects.count(), mailed()) == (0, [])


@pytest.mark.parametrize("link", ["https://bad.example/", "//bad.example/", "/\\bad.example", "b/x/", ""])
def test_a_notice_never_leads_away(cast: Cast, link: str) -> None:
    with pytest.raises(ValueError):
        tell(cast, cast.bob, link=link)
    assert (Notice.objects.count(), mailed()) == (0, [])


def test_a_long_subject_is_clipped(cast: Cast) -> None:
    tell(cast, cast.bob, subject="é" * 300)
    assert Notice.objects.get().subject == "é" * 199 + "…"


def test_the_longest_key_has_room(cast: Cast) -> None:
    tell(cast, cast.bob, key="k" * 80)
    notice, mail = Notice.objects.get(), Mail.objects.get()
    notice.full_clean()
    mail.clean_fields(exclude=["to", "subject", "text", "html", "unsubscribe_url"])


def test_telling_more_people_in_the_app_costs_no_more(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    people = [make_person(f"P{number}") for number in range(3)]
    with django_assert_num_queries(4):  # preferences, savepoint, notices, release
        tell(cast, people[0], kind=NoticeKind.PUBLISHED, key="a")
    with django_assert_num_queries(4):
        tell(cast, *people, kind=NoticeKind.PUBLISHED, key="b")


def test_reading_counts_the_first_time(cast: Cast) -> None:
    tell(cast, cast.bob)
    tell(cast, cast.bob, key="other")
    tell(cast, cast.bob, key="elsewhere", brand=cast.other_brand)
    first = Notice.objects.earliest("pk")
    mark_read(first)
    first.refresh_from_db()
    read_at = first.read_at
    mark_read(first)
    first.refresh_from_db()
    assert first.read_at == read_at
    assert selectors.unread_count(cast.bob, cast.brand) == 1
    assert mark_all_read(cast.bob, cast.brand) == 1
    assert selectors.unread_count(cast.bob, cast.brand) == 0
    assert selectors.unread_count(cast.bob, cast.other_brand) == 1


def test_every_kind_and_state_has_its_words() -> None:
    assert set(NOTICES) == set(NoticeKind)
    assert set(MAIL_MARKS) == set(MailState)
    assert all(str(words) for words in MAIL_CODES.values())
