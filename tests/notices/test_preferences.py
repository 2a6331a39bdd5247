"""Every kind of notice, by every choice, in both languages: what is shown, what is mailed, what is not."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pages.notices import selectors
from pages.notices.enums import NoticeKind
from pages.notices.messages import notice_words
from pages.notices.models import Mail, Notice, NoticePreference
from pages.notices.rules import MAILED, Ways, default_ways
from pages.notices.services import notify, save_preferences
from tests.people import Cast

pytestmark = pytest.mark.django_db

AT = datetime(2026, 8, 3, 10, 0, tzinfo=UTC)
CHOICES = [Ways(in_app, by_mail) for in_app, by_mail in product((True, False), repeat=2)]
WAYS = st.builds(Ways, st.booleans(), st.booleans())
KINDS = st.sampled_from(NoticeKind)


def tell(cast: Cast, kind: NoticeKind, key: str = "delivery:7") -> None:
    notify(
        brand=cast.brand,
        kind=kind,
        key=key,
        subject="Les soldes",
        link="/b/maison-lumen/posts/7/",
        at=AT,
        persons=[cast.bob],
    )


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("ways", CHOICES)
@pytest.mark.parametrize("kind", NoticeKind)
def test_each_kind_goes_the_ways_that_were_chosen(
    cast: Cast, kind: NoticeKind, ways: Ways, language: str
) -> None:
    cast.bob.language = language
    save_preferences(cast.bob, {kind: ways})
    tell(cast, kind)
    shown = [(notice.kind, notice.subject, notice.link, notice.at) for notice in Notice.objects.all()]
    assert shown == [(kind, "Les soldes", "/b/maison-lumen/posts/7/", AT)] * ways.in_app
    with translation.override(language):
        subject = f"{notice_words(kind).title} · Les soldes"
    mails = [(mail.kind, mail.to, mail.language, mail.subject) for mail in Mail.objects.all()]
    assert mails == [("notice", "bob@agence.example", language, subject)] * ways.by_mail


@pytest.mark.parametrize("kind", NoticeKind)
def test_without_a_choice_what_waits_for_a_person_is_mailed(cast: Cast, kind: NoticeKind) -> None:
    tell(cast, kind)
    assert (Notice.objects.count(), Mail.objects.count()) == (1, int(kind in MAILED))
    assert selectors.ways(cast.bob)[kind] == default_ways(kind) == Ways(True, kind in MAILED)


@pytest.mark.parametrize("chosen", NoticeKind)
def test_a_choice_for_one_kind_changes_no_other(cast: Cast, chosen: NoticeKind) -> None:
    turned = Ways(not default_ways(chosen).in_app, not default_ways(chosen).by_mail)
    save_preferences(cast.bob, {chosen: turned})
    expected = {kind: turned if kind == chosen else default_ways(kind) for kind in NoticeKind}
    assert selectors.ways(cast.bob) == expected
    assert selectors.ways(cast.alice) == {kind: default_ways(kind) for kind in NoticeKind}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.dictionaries(KINDS, WAYS)), max_size=6))
def test_the_last_choice_of_each_person_holds(
    cast: Cast, saved: list[tuple[bool, dict[NoticeKind, Ways]]]
) -> None:
    with transaction.atomic():
        expected: dict[bool, dict[NoticeKind, Ways]] = {True: {}, False: {}}
        for alice, chosen in saved:
            save_preferences(cast.alice if alice else cast.bob, chosen)
            expected[alice] |= chosen
        for alice, person in ((True, cast.alice), (False, cast.bob)):
            assert selectors.ways(person) == {
                kind: expected[alice].get(kind, default_ways(kind)) for kind in NoticeKind
            }
        for kind in NoticeKind:
            both = selectors.ways_for([cast.alice, cast.bob], kind)
            assert both == {
                cast.alice.pk: selectors.ways(cast.alice)[kind],
                cast.bob.pk: selectors.ways(cast.bob)[kind],
            }
        assert NoticePreference.objects.count() == sum(map(len, expected.values()))
        transaction.set_rollback(True)


def test_a_choice_that_changes_between_two_tellings_is_followed(cast: Cast) -> None:
    tell(cast, NoticeKind.PUBLISHED, "one")
    save_preferences(cast.bob, {NoticeKind.PUBLISHED: Ways(in_app=False, by_mail=True)})
    tell(cast, NoticeKind.PUBLISHED, "two")
    assert list(Notice.objects.values_list("key", flat=True)) == ["one"]
    assert list(Mail.objects.values_list("key", flat=True)) == [f"notice:{cast.bob.pk}:two"]


def test_an_event_told_again_after_a_change_of_mind_adds_only_the_new_way(cast: Cast) -> None:
    tell(cast, NoticeKind.PUBLISHED)
    save_preferences(cast.bob, {NoticeKind.PUBLISHED: Ways(in_app=True, by_mail=True)})
    tell(cast, NoticeKind.PUBLISHED)
    tell(cast, NoticeKind.PUBLISHED)
    assert (Notice.objects.count(), Mail.objects.count()) == (1, 1)


def test_one_event_of_two_kinds_is_told_under_one_key_once(cast: Cast) -> None:
    tell(cast, NoticeKind.MISSED)
    tell(cast, NoticeKind.REJECTED)
    assert [notice.kind for notice in Notice.objects.all()] == [NoticeKind.MISSED]
    assert Mail.objects.count() == 1


def test_the_database_knows_the_kinds(cast: Cast) -> None:
    tell(cast, NoticeKind.MISSED)
    notice = Notice.objects.get()
    notice.kind = "invented"
    with pytest.raises(ValidationError) as refused:
        notice.full_clean()
    assert list(refused.value.message_dict) == ["kind"]


def test_telling_nobody_writes_nothing(cast: Cast) -> None:
    notify(
        brand=cast.brand, kind=NoticeKind.MISSED, key="k", subject="s", link="/b/", at=AT, persons=iter([])
    )
    assert (Notice.objects.count(), Mail.objects.count()) == (0, 0)


def test_people_given_as_a_stream_are_all_told(cast: Cast) -> None:
    notify(
        brand=cast.brand,
        kind=NoticeKind.MISSED,
        key="k",
        subject="s",
        link="/b/",
        at=AT,
        persons=(person for person in (cast.alice, cast.bob, cast.vera)),
    )
    assert (Notice.objects.count(), Mail.objects.count()) == (3, 3)
