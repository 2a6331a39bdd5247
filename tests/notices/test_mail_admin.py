"""The back office's list of outgoing mail: what needs somebody is found, and codes are told in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from pages.models import Brand, Person
from pages.notices.enums import MailState
from pages.notices.models import Mail
from tests.pages.admin_rows import make_row
from tests.people import Cast

SignIn = Callable[[Person], Client]
LIST = "/admin/notices/mail/"


def written(brand: Brand | None, **fields: Any) -> int:
    """One mail of the outbox; its number."""
    number = Mail.objects.count()
    named = {"kind": "digest", "key": f"k{number}", "message_id": f"m{number}@localhost", "to": "a@b.example"}
    return Mail.objects.create(brand=brand, **{**named, **fields}).pk


@pytest.fixture
def mails(cast: Cast) -> dict[str, int]:
    """A mail of every fate, and one of another brand that was refused."""
    return {
        "new": written(cast.brand),
        "again": written(cast.brand, tries=2, code="mail_server_unreachable"),
        "refused": written(cast.brand, state=MailState.REFUSED, tries=1, code="mail_recipient_refused"),
        "gone": written(cast.brand, state=MailState.REFUSED, tries=1, code="mail_malformed", emptied=True),
        "unknown": written(cast.brand, state=MailState.UNKNOWN, tries=1, code="mail_answer_lost"),
        "sent": written(cast.brand, state=MailState.SENT, tries=1, emptied=True),
        "foreign": written(cast.other_brand, state=MailState.REFUSED, code="mail_folder_closed"),
        "house": written(None, state=MailState.REFUSED, code="mail_sender_refused"),
    }


def listed(client: Client, mails: dict[str, int], query: str) -> set[str]:
    answer = client.get(f"{LIST}?{query}")
    assert answer.status_code == 200
    rows = set(answer.context["cl"].queryset.values_list("pk", flat=True))
    return {name for name, number in mails.items() if number in rows}


def filters(client: Client, query: str = "") -> dict[str, list[str]]:
    """The choices of each filter, by its title."""
    page = BeautifulSoup(client.get(f"{LIST}?{query}").content, "lxml")
    return {
        " ".join(each.summary.get_text().split()): [a.get_text(strip=True) for a in each.select("li a")]
        for each in page.select("#changelist-filter details")
        if each.summary is not None
    }


@pytest.fixture
def english(cast: Cast) -> Cast:
    for person in (cast.alice, cast.charlie):
        person.language = "en"
        person.save(update_fields=["language"])
    return cast


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"new", "again", "refused", "gone", "unknown", "sent"}),
        ("fate=undecided", {"refused", "unknown"}),
        ("fate=again", {"again"}),
        ("fate=lost", {"gone"}),
        ("fate=nonsense", {"new", "again", "refused", "gone", "unknown", "sent"}),
        ("state__exact=refused", {"refused", "gone"}),
        ("state__exact=unknown", {"unknown"}),
        ("code=mail_malformed", {"gone"}),
        ("fate=undecided&state__exact=refused", {"refused"}),
    ],
)
def test_what_needs_somebody_is_found(
    english: Cast, signed_in: SignIn, mails: dict[str, int], query: str, found: set[str]
) -> None:
    assert listed(signed_in(english.alice), mails, query) == found


def test_who_runs_the_installation_finds_every_brands_and_the_house_s(
    db: None, signed_in: SignIn, mails: dict[str, int]
) -> None:
    root = signed_in(Person.objects.create_superuser("root@agence.example", "Root", "x"))
    assert listed(root, mails, "fate=undecided") == {"refused", "unknown", "foreign", "house"}
    assert listed(root, mails, "brand__isnull=True") == {"house"}


def test_every_filter_and_choice_is_in_words(english: Cast, signed_in: SignIn, mails: dict[str, int]) -> None:
    offered = filters(signed_in(english.alice))
    assert offered["By what is to be done"] == [
        "All",
        "Refused or uncertain: to be decided",
        "Not taken yet: tried again by itself",
        "Refused, and its text erased",
    ]
    assert offered["By state"][-2:] == ["Refused", "Unknown"]
    assert offered["By explanation"] == [
        "All",
        "None",
        "The mail was handed over, then the answer was lost. It may have arrived.",
        "The mail could not be written in a valid form.",
        "The mail server says that this address does not exist or takes no mail.",
        "The mail server could not be reached.",
    ]
    assert list(offered) == ["By what is to be done", "By brand", "By kind", "By state", "By explanation"]


def test_words_keep_their_counts(english: Cast, signed_in: SignIn, mails: dict[str, int]) -> None:
    offered = filters(signed_in(english.alice), "_facets=True")
    assert offered["By what is to be done"][1:] == [
        "Refused or uncertain: to be decided (2)",
        "Not taken yet: tried again by itself (1)",
        "Refused, and its text erased (1)",
    ]
    assert offered["By explanation"][1] == "None (2)"
    assert offered["By explanation"][3] == "The mail could not be written in a valid form. (1)"


def test_why_a_mail_stands_there_is_in_words(english: Cast, signed_in: SignIn, mails: dict[str, int]) -> None:
    client = signed_in(english.alice)
    page = BeautifulSoup(client.get(f"{LIST}?fate=undecided").content, "lxml")
    assert [cell.get_text() for cell in page.select("td.field-code")] == [
        "The mail was handed over, then the answer was lost. It may have arrived.",
        "The mail server says that this address does not exist or takes no mail.",
    ]
    detail = client.get(f"{LIST}{mails['refused']}/change/").content.decode()
    assert "The mail server says that this address does not exist or takes no mail." in detail
    assert "mail_recipient_refused" not in detail


def test_a_hidden_column_is_no_filter(english: Cast, signed_in: SignIn) -> None:
    make_row(Mail, english.brand, english.alice)
    client = signed_in(english.alice)
    for query in ("key=k0", "emptied=1", "message_id__startswith=m", "settled_reason__contains=a"):
        assert client.get(f"{LIST}?{query}").status_code == 400, query
