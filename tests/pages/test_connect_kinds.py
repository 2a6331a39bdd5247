"""What is typed opens an account: a token, a name with a password, an address; and keeps the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError
from cm_suite.core.guard import GuardRefused
from pages import jobs
from pages.enums import PageState
from pages.models import Credential, Page, Person, ServerApp
from pages.networks.errors import Code
from pages.networks.spec import NetworkSpec, Tools
from pages.networks.types import Access, AppKeys, ConnectKind, Grant, Profile
from pages.services import connect, health, tokens
from pages.services.connect import Given
from tests.pages import salon as invented
from tests.pages.salon import Salon
from tests.people import Cast

SignIn = Callable[[Person], Client]


class Seen:
    """A client that notes what it was built with, and believes everything."""

    made: list[Access]

    def __init__(self, access: Access, tools: Tools) -> None:
        Seen.made.append(access)
        self.access = access

    def profile(self) -> Profile:
        return Profile(self.access.remote_id or "1", "@lumen", "Maison Lumen", "javascript:alert(1)")


class SeenLogs(Seen):
    """The same, where a name and a password are used once."""

    def log_in(self, login: str, password: str) -> Grant:
        if password != "right":
            raise Never(Code.ACCESS_REFUSED, step=NextStep.RECONNECT)
        ends: datetime = clock.now() + timedelta(hours=2)
        return Grant(f"session-of-{login}", "renewal", ends, login=login)


@pytest.fixture(autouse=True)
def nothing_seen(redis_url: str) -> None:
    Seen.made = []


def network(
    monkeypatch: pytest.MonkeyPatch, kind: ConnectKind, build: Any = Seen, **more: Any
) -> NetworkSpec:
    """Let the house know an invented network of this kind."""
    wanted: dict[str, Any] = {"connect": kind, "build": build, "door": None, "app": None, "host": ""}
    spec: NetworkSpec = replace(invented.SPEC, **(wanted | more))
    invented.install(monkeypatch, spec)
    return spec


def at(name: str, *parts: object) -> str:
    return reverse(f"pages:{name}", args=["maison-lumen", *parts])


def text(html: bytes) -> str:
    soup = BeautifulSoup(html, "lxml").find("main")
    return " ".join(soup.get_text(" ").split()) if soup else ""


def test_an_application_password_is_kept_with_its_name(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    network(monkeypatch, ConnectKind.LOGIN)
    given = Given(host="blog.example", login=" nadia ", token=" abcd efgh ")
    page = connect.open_account(cast.brand, "salon", given, cast.alice)
    assert (page.host, page.url, page.state) == ("https://blog.example", "", PageState.CONNECTED)
    row = tokens.read(page)
    assert (row.token, row.login, row.refresh_token, row.expires_at) == ("abcd efgh", "nadia", "", None)
    connect.client_for(page)
    last = Seen.made[-1]
    assert (last.host, last.token, last.login, last.remote_id) == (
        "https://blog.example",
        "abcd efgh",
        "nadia",
        "1",
    )


def test_where_a_password_is_used_once_it_is_kept_nowhere(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    network(monkeypatch, ConnectKind.LOGIN, SeenLogs, host="https://usual.example")
    page = connect.open_account(cast.brand, "salon", Given(login="lumen", token="right"), cast.alice)
    row = tokens.read(page)
    assert (row.token, row.refresh_token, row.login) == ("session-of-lumen", "renewal", "lumen")
    assert row.expires_at is not None
    assert page.host == ""
    with pytest.raises(Never) as caught:
        connect.reconnect(page, Given(login="lumen", token="wrong"), cast.alice)
    assert caught.value.code == Code.ACCESS_REFUSED
    assert tokens.read(page).token == "session-of-lumen"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("", ""), ("usual.example", ""), ("https://usual.example/", ""), ("own.example", "https://own.example")],
)
def test_the_usual_server_is_not_written_down(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, typed: str, kept: str
) -> None:
    network(monkeypatch, ConnectKind.LOGIN, host="https://usual.example")
    page = connect.open_account(cast.brand, "salon", Given(typed, "secret", "lumen"), cast.alice)
    assert (page.host, Seen.made[-1].host) == (kept, kept)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("blog.example", "https://blog.example"),
        ("https://blog.example/boutique/", "https://blog.example/boutique"),
        ("blog.example/été?a=1#b", "https://blog.example/%C3%A9t%C3%A9"),
    ],
)
def test_a_site_of_one_s_own_may_be_a_folder(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, typed: str, kept: str
) -> None:
    network(monkeypatch, ConnectKind.LOGIN)
    page = connect.open_account(cast.brand, "salon", Given(typed, "secret", "nadia"), cast.alice)
    assert (page.host, Seen.made[-1].host) == (kept, kept)
    network(monkeypatch, ConnectKind.TOKEN)
    other = connect.open_account(cast.brand, "salon", Given(typed, "secret"), cast.alice)
    assert other.host == "https://blog.example"


@pytest.mark.parametrize("typed", ["https://127.0.0.1/blog", f"https://blog.example/{'a' * 200}", "a b/c"])
def test_what_is_no_place_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    network(monkeypatch, ConnectKind.LOGIN)
    with pytest.raises(GuardRefused):
        connect.open_account(cast.brand, "salon", Given(typed, "secret", "nadia"), cast.alice)
    assert Seen.made == []


def test_another_origin_may_stand_in_for_a_network(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.CM_NETWORK_HOSTS = {"salon": "https://gateway.example"}
    network(monkeypatch, ConnectKind.LOGIN, host="https://usual.example")
    page = connect.open_account(cast.brand, "salon", Given("", "secret", "lumen"), cast.alice)
    connect.client_for(page)
    assert page.host == ""
    assert {access.host for access in Seen.made} == {"https://gateway.example"}


def test_an_address_needs_no_credential(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    network(monkeypatch, ConnectKind.ADDRESS)
    typed = "https://blog.example/feed/"
    page = connect.open_account(cast.brand, "salon", Given(host=typed), cast.alice)
    assert (page.host, page.remote_id, Credential.objects.count()) == ("https://blog.example", typed, 0)
    connect.client_for(page)
    assert (Seen.made[-1].remote_id, Seen.made[-1].token) == (typed, "")
    assert connect.disconnect(page, cast.alice)
    again = connect.reconnect(page, Given(host=typed), cast.alice)
    assert (again.pk, again.state) == (page.pk, PageState.CONNECTED)
    with pytest.raises(Never) as caught:
        connect.reconnect(page, Given(host="https://blog.example/other/"), cast.alice)
    assert caught.value.code == Code.WRONG_ACCOUNT


def test_what_is_typed_opens_no_network_that_asks_itself(
    cast: Cast, salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in ("salon", "newsroom", "gone"):
        with pytest.raises(Never) as caught:
            connect.open_account(cast.brand, code, Given(host="m.example", token="t"), cast.alice)
        assert caught.value.code == Code.NOT_OFFERED
    assert Page.objects.filter(network__in=["salon", "gone"]).count() == 0


def test_a_given_password_is_not_shown_by_mistake() -> None:
    assert "s3cret" not in repr(Given("m.example", "s3cret", "nadia"))


class Ringing(Seen):
    """A client whose network rings."""

    asked = 0
    answer: OutcomeError | None = None

    def subscribe(self) -> None:
        Ringing.asked += 1
        if Ringing.answer is not None:
            raise Ringing.answer


@pytest.mark.parametrize(
    ("public", "answer", "rings"),
    [
        ("https://desk.example", None, True),
        ("https://desk.example", Later("not_sent"), False),
        ("https://desk.example", Never(Code.NOT_ALLOWED_HERE, step=NextStep.RECONNECT), False),
        ("http://localhost:8000", None, False),
    ],
)
def test_a_network_rings_where_it_can_and_costs_nothing_where_not(
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    public: str,
    answer: OutcomeError | None,
    rings: bool,
) -> None:
    settings.PUBLIC_URL, Ringing.asked, Ringing.answer = public, 0, answer
    network(monkeypatch, ConnectKind.TOKEN, Ringing)
    page = connect.open_account(cast.brand, "salon", Given("m.example", "token"), cast.alice)
    assert health.subscribe(page) == rings
    assert Ringing.asked == (public.startswith("https"))
    page.refresh_from_db()
    assert (page.state, page.health_code) == (PageState.CONNECTED, "")
    assert not health.subscribe(cast.newsroom)


def test_what_does_not_ring_yet_is_asked_for_with_each_check_and_then_once_a_week(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.PUBLIC_URL, Ringing.asked, Ringing.answer = "https://desk.example", 0, Later("not_sent")
    network(monkeypatch, ConnectKind.TOKEN, Ringing, rings=True)
    page = connect.open_account(cast.brand, "salon", Given("m.example", "token"), cast.alice)

    def check() -> tuple[int, bool]:
        Page.objects.update(checked_at=None)
        jobs.check_page(page.pk)
        page.refresh_from_db()
        return Ringing.asked, page.subscribed_at is not None

    assert [check(), check()] == [(1, False), (2, False)]
    Ringing.answer = None
    assert [check(), check()] == [(3, True), (3, True)]
    Page.objects.update(subscribed_at=clock.now() - health.RINGS_FOR)
    assert check() == (4, True)
    connect.reconnect(page, Given(token="token"), cast.alice)
    page.refresh_from_db()
    assert page.subscribed_at is None
    network(monkeypatch, ConnectKind.TOKEN, Ringing)
    assert check() == (4, False)


# --- the room


def test_the_room_asks_what_the_network_wants(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, signed_in: SignIn
) -> None:
    Person.objects.update(language="en")
    client = signed_in(cast.alice)
    for kind, fields in (
        (ConnectKind.TOKEN, {"host", "token"}),
        (ConnectKind.LOGIN, {"host", "login", "token"}),
        (ConnectKind.ADDRESS, {"host"}),
    ):
        network(monkeypatch, kind)
        shown = client.get(at("connect_network", "salon"))
        assert set(shown.context["form"].fields) == fields
        assert "Prepare the way there" not in text(shown.content)


def test_a_name_and_a_password_are_typed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, signed_in: SignIn
) -> None:
    Person.objects.update(language="en")
    network(monkeypatch, ConnectKind.LOGIN, SeenLogs, host="https://usual.example")
    client = signed_in(cast.alice)
    assert client.get(at("connect_network", "salon")).context["form"]["host"].initial == "usual.example"
    said = {"host": "usual.example", "login": "lumen", "token": "wrong"}
    wrong = client.post(at("connect_network", "salon"), said)
    assert (wrong.status_code, Page.objects.filter(network="salon").count()) == (422, 0)
    assert "token" in wrong.context["form"].errors
    assert "wrong" not in BeautifulSoup(wrong.content, "lxml").find("input", {"name": "token"}).attrs.values()  # type: ignore[union-attr]  # the input is there
    right = client.post(at("connect_network", "salon"), said | {"token": "right"})
    page = Page.objects.get(network="salon")
    assert right["Location"] == at("page", page.pk)
    assert set(client.get(at("reconnect", page.pk)).context["form"].fields) == {"login", "token"}


def test_reading_an_address_again_begins_with_the_one_known(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, signed_in: SignIn
) -> None:
    network(monkeypatch, ConnectKind.ADDRESS)
    client = signed_in(cast.alice)
    client.post(at("connect_network", "salon"), {"host": "https://blog.example/feed/"})
    page = Page.objects.get(network="salon")
    shown = client.get(at("reconnect", page.pk))
    assert shown.context["form"]["host"].value() == "https://blog.example/feed/"
    assert client.get(at("page", page.pk)).context["view"].access is None


# --- a network where each server registers applications itself


class Registering(invented.SalonDoor):
    """A door that registers this installation with its server first."""

    registered: list[tuple[str, str, str, str]]

    def register(self, name: str, redirect_uri: str, website: str) -> AppKeys:
        Registering.registered.append((self.host, name, redirect_uri, website))
        return AppKeys(f"id-of-{self.host}", "a-key")


def test_each_server_is_asked_for_keys_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, signed_in: SignIn, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://desk.example"
    Registering.registered = []
    network(monkeypatch, ConnectKind.TOKEN, door=Registering)
    client = signed_in(cast.alice)
    for typed in ("m.example", "https://m.example/", "@lumen@other.example"):
        answer = client.post(at("connect_leave", "salon"), {"leave-host": typed})
        assert answer.status_code == 200
        assert "client_id=id-of-https" in answer.context["address"]
    back = "https://desk.example/connect/back/salon/"
    assert Registering.registered == [
        ("https://m.example", "cm_suite", back, "https://desk.example"),
        ("https://other.example", "cm_suite", back, "https://desk.example"),
    ]
    row = ServerApp.objects.get(host="https://m.example")
    assert (row.client_id, row.client_secret, row.redirect_uri) == ("id-of-https://m.example", "a-key", back)
    refused = client.post(at("connect_leave", "salon"), {"leave-host": "https://127.0.0.1"})
    assert refused.status_code == 422
    assert refused.context["leave"].errors["host"]
