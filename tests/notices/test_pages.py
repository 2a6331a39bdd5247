"""The pages of notices and of outgoing mail, as each role meets them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cm_suite.core.ledger import verify
from cm_suite.core.models import LedgerEntry
from pages.models import Person
from pages.notices.enums import MailState, NoticeKind
from pages.notices.models import Mail, Notice
from pages.notices.services import forget_mails
from tests.notices.conftest import Queue
from tests.people import Cast

pytestmark = pytest.mark.django_db

type SignIn = Callable[[Person], Client]
AT = datetime(2026, 8, 3, 10, 0, tzinfo=UTC)


def notice(cast: Cast, person: Person, key: str = "k", **changes: Any) -> Notice:
    """One notice."""
    said: dict[str, Any] = {
        "brand": cast.brand,
        "kind": NoticeKind.MISSED,
        "subject": f"Subject {key}",
        "link": "/b/maison-lumen/pause/",
        "at": AT,
    }
    return Notice.objects.create(person=person, key=key, **said | changes)


def at(name: str, cast: Cast, *args: int) -> str:
    """An address of the brand."""
    return reverse(name, args=[cast.brand.slug, *args])


def test_the_inbox_shows_unread_first(cast: Cast, signed_in: SignIn) -> None:
    for number, read in enumerate((None, AT, None)):
        notice(cast, cast.bob, f"n{number}", at=AT + timedelta(hours=number), read_at=read)
    page = signed_in(cast.bob).get(at("notices:inbox", cast))
    assert [each.key for each in page.context["notices"]] == ["n2", "n0", "n1"]
    assert page.context["unread_count"] == 2


def test_an_empty_inbox_says_the_next_step(cast: Cast, signed_in: SignIn) -> None:
    page = signed_in(cast.bob).get(at("notices:inbox", cast))
    assert page.status_code == 200
    assert reverse("pages:notice_settings") in page.content.decode()


def test_more_than_a_page_can_be_reached(cast: Cast, signed_in: SignIn) -> None:
    for number in range(31):
        notice(cast, cast.bob, f"n{number}")
    client = signed_in(cast.bob)
    assert len(client.get(at("notices:inbox", cast)).context["notices"]) == 30
    assert len(client.get(at("notices:inbox", cast), {"page": "2"}).context["notices"]) == 1


def test_an_inbox_costs_the_same_at_one_and_three(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.bob)
    costs = []
    for count in (1, 3):
        while Notice.objects.count() < count:
            notice(cast, cast.bob, f"n{Notice.objects.count()}")
        with CaptureQueriesContext(connection) as queries:
            client.get(at("notices:inbox", cast))
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_following_reads_and_leads_there(cast: Cast, signed_in: SignIn) -> None:
    row = notice(cast, cast.bob)
    answer = signed_in(cast.bob).get(at("notices:follow", cast, row.pk))
    assert (answer.status_code, answer["Location"]) == (302, "/b/maison-lumen/pause/")
    row.refresh_from_db()
    assert row.read_at is not None


def test_a_browser_that_looks_ahead_reads_nothing(cast: Cast, signed_in: SignIn) -> None:
    row = notice(cast, cast.bob)
    signed_in(cast.bob).get(at("notices:follow", cast, row.pk), headers={"Sec-Purpose": "prefetch"})
    row.refresh_from_db()
    assert row.read_at is None


def test_a_link_that_leads_away_is_not_followed(cast: Cast, signed_in: SignIn) -> None:
    row = notice(cast, cast.bob, link="//bad.example/")
    answer = signed_in(cast.bob).get(at("notices:follow", cast, row.pk))
    assert answer["Location"] == at("notices:inbox", cast)


def test_somebody_elses_notice_is_not_there(cast: Cast, signed_in: SignIn) -> None:
    row = notice(cast, cast.bob)
    other = notice(cast, cast.bob, "o", brand=cast.other_brand)
    assert signed_in(cast.alice).get(at("notices:follow", cast, row.pk)).status_code == 404
    assert signed_in(cast.bob).get(at("notices:follow", cast, other.pk)).status_code == 404
    assert Notice.objects.exclude(read_at=None).count() == 0


def test_marking_all_as_read_touches_only_ones_own(cast: Cast, signed_in: SignIn) -> None:
    notice(cast, cast.bob)
    notice(cast, cast.alice)
    client = signed_in(cast.bob)
    assert client.get(at("notices:read_all", cast)).status_code == 405
    assert client.post(at("notices:read_all", cast)).status_code == 302
    assert list(Notice.objects.filter(read_at=None).values_list("person__name", flat=True)) == ["Alice"]


ROOMS = [("notices:inbox", "get", ()), ("notices:read_all", "post", ()), ("notices:follow", "get", (1,))]
LEADS = [
    ("notices:mail", "get", ()),
    ("notices:mail_resend", "post", (1,)),
    ("notices:mail_sent", "post", (1,)),
]


@pytest.mark.parametrize(("name", "method", "args"), ROOMS + LEADS)
def test_an_outsider_finds_nothing(
    cast: Cast, signed_in: SignIn, name: str, method: str, args: tuple[int, ...]
) -> None:
    notice(cast, cast.bob)
    assert getattr(signed_in(cast.charlie), method)(at(name, cast, *args)).status_code == 404


@pytest.mark.parametrize(("name", "method", "args"), LEADS)
@pytest.mark.parametrize("role", ["author", "moderator", "approver", "viewer"])
def test_only_leads_see_the_outgoing_mail(
    cast: Cast, queued: Queue, signed_in: SignIn, role: str, name: str, method: str, args: tuple[int, ...]
) -> None:
    mail = queued()
    person = cast.by_role()[role]
    answer = getattr(signed_in(person), method)(at(name, cast, *(mail.pk for _each in args)), {"reason": "x"})
    assert answer.status_code == 403
    mail.refresh_from_db()
    assert (mail.state, mail.settled_reason) == (MailState.PLANNED, "")


def test_outgoing_mail_shows_no_address_and_no_words(cast: Cast, queued: Queue, signed_in: SignIn) -> None:
    queued()
    queued("other", brand=cast.other_brand)
    page = signed_in(cast.alice).get(at("notices:mail", cast))
    body = page.content.decode()
    assert len(page.context["mails"]) == 1
    assert "l…@public.example" in body
    assert "lea@" not in body
    assert "Un été" not in body


def test_what_waits_for_a_decision_comes_first(cast: Cast, queued: Queue, signed_in: SignIn) -> None:
    lost, later, latest = (queued(key) for key in "abc")
    Mail.objects.filter(pk=lost.pk).update(state=MailState.UNKNOWN)
    page = signed_in(cast.alice).get(at("notices:mail", cast))
    assert list(page.context["mails"]) == [lost, latest, later]


def test_outgoing_mail_costs_the_same_at_one_and_three(cast: Cast, queued: Queue, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    costs = []
    for keys in ("a", "bc"):
        for key in keys:
            queued(key)
        Mail.objects.update(state=MailState.UNKNOWN, settled_by=cast.alice)
        with CaptureQueriesContext(connection) as queries:
            client.get(at("notices:mail", cast))
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_an_empty_list_of_mail_says_the_next_step(cast: Cast, signed_in: SignIn) -> None:
    page = signed_in(cast.alice).get(at("notices:mail", cast))
    assert at("pages:people", cast) in page.content.decode()


@pytest.mark.parametrize("state", [MailState.UNKNOWN, MailState.REFUSED])
def test_a_lead_sends_again_with_a_reason(
    cast: Cast, queued: Queue, signed_in: SignIn, state: MailState
) -> None:
    mail = queued()
    Mail.objects.update(state=state, tries=3, code="mail_answer_lost")
    client = signed_in(cast.alice)
    for _turn in range(2):
        client.post(at("notices:mail_resend", cast, mail.pk), {"reason": "Lea got nothing"})
    mail.refresh_from_db()
    assert (mail.state, mail.tries, mail.code) == (MailState.PLANNED, 0, "")
    assert (mail.settled_by, mail.settled_reason) == (cast.alice, "Lea got nothing")
    assert list(LedgerEntry.objects.values_list("kind", "actor_id", "subject_id")) == [
        ("mail.sent_again", cast.alice.pk, mail.pk)
    ]
    assert verify(cast.brand.pk) is None


def test_without_a_reason_nothing_is_decided(cast: Cast, queued: Queue, signed_in: SignIn) -> None:
    mail = queued()
    Mail.objects.update(state=MailState.UNKNOWN)
    client = signed_in(cast.alice)
    for name in ("notices:mail_resend", "notices:mail_sent"):
        assert client.post(at(name, cast, mail.pk), {"reason": " "}).status_code == 422
    mail.refresh_from_db()
    assert mail.state == MailState.UNKNOWN
    assert LedgerEntry.objects.count() == 0


def test_a_lead_says_that_it_arrived(cast: Cast, queued: Queue, signed_in: SignIn) -> None:
    mail = queued()
    Mail.objects.update(state=MailState.UNKNOWN)
    signed_in(cast.alice).post(at("notices:mail_sent", cast, mail.pk), {"reason": "She answered it"})
    mail.refresh_from_db()
    assert (mail.state, mail.text, mail.emptied) == (MailState.SENT, "", True)
    assert LedgerEntry.objects.get().kind == "mail.marked_sent"


@pytest.mark.parametrize(
    ("name", "state", "emptied"),
    [
        ("notices:mail_resend", MailState.SENT, True),
        ("notices:mail_resend", MailState.SENDING, False),
        ("notices:mail_resend", MailState.UNKNOWN, True),
        ("notices:mail_sent", MailState.REFUSED, False),
        ("notices:mail_sent", MailState.PLANNED, False),
    ],
)
def test_what_cannot_be_decided_stays(
    cast: Cast, queued: Queue, signed_in: SignIn, name: str, state: MailState, emptied: bool
) -> None:
    mail = queued()
    Mail.objects.update(state=state, emptied=emptied)
    assert signed_in(cast.alice).post(at(name, cast, mail.pk), {"reason": "x"}).status_code == 302
    mail.refresh_from_db()
    assert (mail.state, mail.settled_reason) == (state, "")
    assert LedgerEntry.objects.count() == 0


def test_an_emptied_mail_says_why_it_cannot_be_sent(cast: Cast, queued: Queue, signed_in: SignIn) -> None:
    Person.objects.update(language="en")
    mail, old = (
        queued(to="lea@exemple.fr"),
        "Its text is no longer kept: it can no longer be sent.",
    )
    gone = "Whoever it was for is forgotten, with the address and the text: it can no longer be sent."
    Mail.objects.update(state=MailState.REFUSED)

    def said() -> tuple[bool, bool]:
        page = signed_in(cast.alice).get(at("notices:mail", cast)).content.decode()
        return old in page, gone in page

    assert said() == (False, False)
    forget_mails(mail.key)
    assert said() == (False, True)
    Mail.objects.update(to="lea@exemple.fr")
    assert said() == (True, False)


def test_another_brands_mail_is_not_there(cast: Cast, queued: Queue, signed_in: SignIn) -> None:
    mail = queued(brand=cast.other_brand)
    Mail.objects.update(state=MailState.UNKNOWN)
    for name in ("notices:mail_resend", "notices:mail_sent"):
        answer = signed_in(cast.alice).post(at(name, cast, mail.pk), {"reason": "x"})
        assert answer.status_code == 404
    mail.refresh_from_db()
    assert mail.state == MailState.UNKNOWN
