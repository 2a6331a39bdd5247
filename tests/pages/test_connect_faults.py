"""Each way a server can fail, in each place a lead meets it: the words, what is kept, no token shown."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from cm_suite.core.models import LedgerEntry
from cm_suite.ops.bench.fake_network import Fault
from pages import jobs
from pages.enums import PageState
from pages.models import Credential, Page, Person
from pages.notices.models import Mail, Notice
from pages.selectors.connected import to_check
from pages.services import connect, health
from pages.services.connect import Given
from tests.networks.fake_mastodon import (
    ACCOUNT,
    RESET_AFTER,
    RESET_BEFORE,
    TOKEN,
    Mastodon,
    answer_before,
    running,
)
from tests.people import Cast

SignIn = Callable[[Person], Client]
FRESH = "a-fresh-token-of-maison-lumen"
LATER = "Check the address, then try again in a few minutes."
ROBOT = "<html>Are you a robot?</html>"
# What the server does, the code, the field it is said under, the words, and whether the token is to blame.
FAULTS: list[Any] = [
    (RESET_BEFORE, "no_answer", None, f"The server gave no answer. {LATER}", False),
    (RESET_AFTER, "no_answer", None, f"The server gave no answer. {LATER}", False),
    (answer_before(500), "server_error", None, f"The server has a problem of its own. {LATER}", False),
    (answer_before(503), "server_error", None, f"The server has a problem of its own. {LATER}", False),
    (answer_before(429), "rate_limited", None, f"The network asked us to wait. {LATER}", False),
    (
        answer_before(200, "<html>Maintenance</html>"),
        "answer_unreadable",
        "host",
        f"The server answered, but not in the language of this network. {LATER}",
        False,
    ),
    (
        answer_before(404),
        "not_this_network",
        "host",
        "There is no server of this network at this address."
        " Check the spelling: it looks like mastodon.social.",
        False,
    ),
    (
        answer_before(403, ROBOT),
        "blocked",
        None,
        "Something in front of the server turns us away. Ask those who run that server to let this site in.",
        False,
    ),
    (
        answer_before(401),
        "access_refused",
        "token",
        "The server does not accept the token. Make a new token on the server and reconnect the page.",
        True,
    ),
    (
        answer_before(403, {"error": "This action is outside the authorized scopes"}),
        "scope_missing",
        "token",
        "The token does not allow what is needed."
        " Make one that allows reading and writing statuses, and reconnect the page.",
        True,
    ),
]
each_fault = pytest.mark.parametrize(
    ("fault", "code", "field", "words", "blamed"),
    FAULTS,
    ids=[f"{case[1]}-{n}" for n, case in enumerate(FAULTS)],
)


@pytest.fixture
def server(settings: Settings) -> Iterator[Mastodon]:
    """A Mastodon server that the guard lets us reach."""
    with running(Mastodon()) as fake:
        fake.open_account(FRESH, ACCOUNT.id, ACCOUNT.username)
        settings.CM_ALLOWED_HOSTS = frozenset({fake.pair})
        yield fake


@pytest.fixture
def page(cast: Cast, server: Mastodon) -> Page:
    """A connected page of Maison Lumen."""
    return connect.open_account(cast.brand, "mastodon", Given(host=server.origin, token=TOKEN), cast.alice)


@pytest.fixture
def lead(cast: Cast, signed_in: SignIn) -> Client:
    """Alice at her desk, in English."""
    Person.objects.update(language="en")
    return signed_in(cast.alice)


def at(name: str, *parts: object) -> str:
    return reverse(f"pages:{name}", args=["maison-lumen", *parts])


def errors(response: Any) -> dict[str | None, list[str]]:
    """What a form says, field by field; None for the form as a whole."""
    return {
        name if name != "__all__" else None: list(each)
        for name, each in response.context["form"].errors.items()
    }


def lines() -> list[str]:
    return list(LedgerEntry.objects.order_by("brand_id", "seq").values_list("kind", flat=True))


@each_fault
def test_connecting_says_which_field_is_wrong_and_keeps_nothing(
    cast: Cast,
    server: Mastodon,
    lead: Client,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
    code: str,
    field: str | None,
    words: str,
    blamed: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.fail_next(fault, "read")
    response = lead.post(at("connect_network", "mastodon"), {"host": server.origin, "token": TOKEN})
    assert (response.status_code, errors(response)) == (422, {field: [words]})
    assert response.context["form"]["host"].value() == server.origin
    assert TOKEN not in response.content.decode()
    assert TOKEN not in caplog.text
    assert (Page.objects.filter(network="mastodon").count(), Credential.objects.count()) == (0, 0)
    assert (lines(), Notice.objects.count(), Mail.objects.count()) == ([], 0, 0)


@each_fault
def test_reconnecting_keeps_the_old_token_until_the_new_one_is_good(
    cast: Cast,
    page: Page,
    server: Mastodon,
    lead: Client,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
    code: str,
    field: str | None,
    words: str,
    blamed: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.fail_next(fault, "read")
    response = lead.post(at("reconnect", page.pk), {"token": FRESH})
    said = field if field == "token" else None  # there is no field for the server here
    assert (response.status_code, errors(response)) == (422, {said: [words]})
    assert Credential.objects.get(page=page).token == TOKEN
    page.refresh_from_db()
    assert (page.state, page.health_code) == (PageState.CONNECTED, "")
    assert [word for word in (FRESH, TOKEN) if word in response.content.decode() + caplog.text] == []
    assert lines() == ["page.connected"]


@each_fault
def test_a_check_blames_the_token_only_when_the_server_does(
    cast: Cast,
    page: Page,
    server: Mastodon,
    lead: Client,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
    code: str,
    field: str | None,
    words: str,
    blamed: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.fail_next(fault, "read")
    shown = lead.post(at("check", page.pk), follow=True)
    page.refresh_from_db()
    assert page.health_code == code
    assert page.state == (PageState.NEEDS_RECONNECT if blamed else PageState.CONNECTED)
    assert Credential.objects.get(page=page).token == TOKEN
    told = set(Notice.objects.values_list("person__name", flat=True))
    assert told == ({"Alice"} if blamed else set())
    assert lines() == ["page.connected", "page.refused"][: 1 + blamed]
    assert TOKEN not in shown.content.decode() + caplog.text
    [message] = shown.context["messages"]
    assert str(message).startswith(words.partition(".")[0])


@pytest.mark.parametrize("network_up", [True, False])
def test_a_server_that_is_not_there_is_said(
    cast: Cast, server: Mastodon, lead: Client, settings: Settings, network_up: bool
) -> None:
    """A port where nobody listens, and one the guard does not open."""
    host, _port = server.pair
    settings.CM_ALLOWED_HOSTS = frozenset({(host, 9)}) if network_up else frozenset()
    response = lead.post(at("connect_network", "mastodon"), {"host": f"http://{host}:9", "token": TOKEN})
    assert response.status_code == 422
    [(field, [words])] = errors(response).items()
    expected = (
        f"The server cannot be reached. {LATER}" if network_up else "Only secure addresses are accepted."
    )
    assert (field, words.startswith(expected)) == ("host", True)
    assert list(server.requests) == []
    assert Page.objects.filter(network="mastodon").count() == 0


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "é-accent", "tab\there", "x" * 501, "", "   "])
def test_a_token_nobody_issued_is_refused_under_its_field(
    cast: Cast, server: Mastodon, lead: Client, token: str
) -> None:
    response = lead.post(at("connect_network", "mastodon"), {"host": server.origin, "token": token})
    assert (response.status_code, list(errors(response))) == (422, ["token"])
    assert Credential.objects.count() == 0
    assert lines() == []


@pytest.mark.parametrize("spaces", ["{}", " {}", "{}\n", "\t{}  "])
def test_a_pasted_token_is_stored_without_what_came_along(
    cast: Cast, server: Mastodon, lead: Client, spaces: str
) -> None:
    answer = lead.post(
        at("connect_network", "mastodon"), {"host": server.origin, "token": spaces.format(TOKEN)}
    )
    assert answer.status_code == 302
    assert Credential.objects.get().token == TOKEN
    sent = [request.headers.get("Authorization") for request in server.requests]
    assert set(sent) <= {f"Bearer {TOKEN}", None}


def test_no_page_of_the_house_shows_a_token(cast: Cast, page: Page, lead: Client) -> None:
    names: list[tuple[Any, ...]] = [
        ("pages",),
        ("page", page.pk),
        ("reconnect", page.pk),
        ("settings",),
        ("connect",),
        ("people",),
    ]
    html = "".join(lead.get(at(*name)).content.decode() for name in names)
    office = [f"/admin/pages/page/{page.pk}/change/", "/admin/pages/page/", "/admin/core/ledgerentry/"]
    html += "".join(lead.get(path).content.decode() for path in office)
    assert page.name in html
    assert [word for word in (TOKEN, "gAAAA") if word in html] == []


def test_two_clicks_on_connect_make_one_page(cast: Cast, server: Mastodon, lead: Client) -> None:
    for _ in range(2):
        answer = lead.post(at("connect_network", "mastodon"), {"host": server.origin, "token": TOKEN})
        assert answer.status_code == 302
    assert Page.objects.filter(network="mastodon").count() == Credential.objects.count() == 1
    assert lines() == ["page.connected", "page.reconnected"]


def test_two_clicks_on_disconnect_say_it_once_in_the_ledger(cast: Cast, page: Page, lead: Client) -> None:
    for _ in range(2):
        assert lead.post(at("disconnect", page.pk)).status_code == 302
    assert lines() == ["page.connected", "page.disconnected"]
    page.refresh_from_db()
    assert (page.state, Credential.objects.count()) == (PageState.DISCONNECTED, 0)


def test_a_disconnected_page_is_not_asked_for_news(
    cast: Cast, page: Page, server: Mastodon, lead: Client
) -> None:
    connect.disconnect(page, cast.alice)
    asked = len(server.requests)
    assert health.check(page) is False
    lead.post(at("check", page.pk))
    assert len(server.requests) == asked
    page.refresh_from_db()
    assert (page.state, Notice.objects.count()) == (PageState.DISCONNECTED, 0)


@pytest.mark.parametrize(
    ("minutes", "code", "due"),
    [
        (59, "", False),
        (61, "", True),
        (9, "server_error", False),
        (11, "server_error", True),
        (None, "", True),
    ],
)
def test_a_page_is_asked_again_in_its_time(
    cast: Cast, page: Page, minutes: int | None, code: str, due: bool
) -> None:
    now = timezone.now()
    checked = None if minutes is None else now - timedelta(minutes=minutes)
    Page.objects.filter(pk=page.pk).update(checked_at=checked, health_code=code)
    assert list(to_check(now)) == ([page] if due else [])


@pytest.mark.parametrize("state", [PageState.NEEDS_RECONNECT, PageState.DISCONNECTED])
def test_a_page_that_is_shut_and_the_public_page_are_never_due(cast: Cast, page: Page, state: str) -> None:
    Page.objects.filter(pk=page.pk).update(state=state, checked_at=None)
    assert list(to_check(timezone.now())) == []


def test_a_job_rung_twice_asks_the_server_once(cast: Cast, page: Page, server: Mastodon) -> None:
    Page.objects.filter(pk=page.pk).update(checked_at=None)
    before = len(server.requests)
    jobs.check_page(page.pk)
    once = len(server.requests) - before
    jobs.check_page(page.pk)
    jobs.check_page(page.pk + 1000)
    assert once > 0
    assert len(server.requests) - before == once


def test_rings_ask_one_question_for_one_page_and_for_three(
    cast: Cast, page: Page, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[tuple[object, ...]] = []
    monkeypatch.setattr(jobs, "enqueue", lambda *parts: rung.append(parts))
    Page.objects.filter(pk=page.pk).update(checked_at=None)
    with django_assert_num_queries(1):
        jobs.check_health()
    others = [
        Page.objects.create(brand=cast.brand, network="mastodon", remote_id=str(number), name="P")
        for number in range(2)
    ]
    with django_assert_num_queries(1):
        jobs.check_health()
    name = "pages.jobs.check_page"
    assert rung[0] == (name, page.pk)
    assert sorted(rung[1:]) == sorted((name, each.pk) for each in (page, *others))
