"""The rooms where pages are listed, shown, connected and disconnected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from cm_suite.core import clock
from pages.enums import PageState
from pages.models import Budget, Credential, Page, Pause, Person, Spending
from pages.services import connect
from pages.services.connect import Given
from tests.networks.fake_mastodon import ACCOUNT, TOKEN, Mastodon, answer_before, running
from tests.people import Cast

SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    """Everybody reads English."""
    Person.objects.update(language="en")
    for person in cast.by_role().values():
        person.refresh_from_db()


@pytest.fixture
def server(settings: Settings) -> Iterator[Mastodon]:
    """A Mastodon server that the guard lets us reach."""
    with running(Mastodon()) as fake:
        fake.open_account("another-account", "77", "atelier_roche")
        settings.CM_ALLOWED_HOSTS = frozenset({fake.pair})
        yield fake


@pytest.fixture
def page(cast: Cast, server: Mastodon) -> Page:
    """A connected page."""
    return connect.open_account(cast.brand, "mastodon", Given(host=server.origin, token=TOKEN), cast.alice)


def at(name: str, *parts: object) -> str:
    """An address in the rooms of Maison Lumen."""
    return reverse(f"pages:{name}", args=["maison-lumen", *parts])


def text(html: bytes) -> str:
    """What a reader sees in the main part of a page."""
    soup = BeautifulSoup(html, "lxml").find("main")
    return " ".join(soup.get_text(" ").split()) if soup else ""


def test_the_list_names_each_page_and_how_it_is(cast: Cast, page: Page, signed_in: SignIn) -> None:
    connect.mark_needs_reconnect(page)
    shown = text(signed_in(cast.vera).get(at("pages")).content)
    assert "Public page" in shown
    assert "5000 characters a post" in shown.replace(",", "")
    assert "@maison_lumen@fake.example" in shown
    assert "Connected" in shown
    assert "To reconnect" in shown
    assert "Connect a page" not in shown
    assert "Atelier Roche" not in shown


def test_a_lead_with_one_page_is_told_the_next_step(cast: Cast, signed_in: SignIn) -> None:
    shown = text(signed_in(cast.alice).get(at("pages")).content)
    assert "Only the public page so far" in shown
    assert "Connect a page" in shown


def test_a_brand_without_a_page_says_what_to_do(cast: Cast, signed_in: SignIn) -> None:
    cast.newsroom.delete()
    assert "No page yet" in text(signed_in(cast.alice).get(at("pages")).content)
    assert "A lead connects the first one." in text(signed_in(cast.bob).get(at("pages")).content)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_database_as_often_for_three_as_for_one(
    cast: Cast, signed_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count - 1):
        Page.objects.create(brand=cast.brand, network="mastodon", remote_id=str(number), name=f"P{number}")
    client = signed_in(cast.alice)
    with django_assert_max_num_queries(9):
        client.get(at("pages"))


def test_a_page_says_what_its_network_cannot_do(cast: Cast, page: Page, signed_in: SignIn) -> None:
    shown = text(signed_in(cast.vera).get(at("page", page.pk)).content)
    assert (
        "No: Does not say who left, nor why: only the total is known "
        "This network only says how many follow, and nothing of who left."
    ) in shown
    assert "any address counts for 23" in shown
    assert "214" in shown
    assert "Disconnect" not in shown
    assert "Check now" not in shown
    own = text(signed_in(cast.vera).get(at("page", cast.newsroom.pk)).content)
    assert "Counts who comes and who leaves, day by day, as far as it tells" in own
    assert "Does not say who left" not in own


def listed(cast: Cast, client: Client, page: Page) -> str:
    """What the list says of one page."""
    rows = BeautifulSoup(client.get(at("pages")).content, "lxml").select("main .rows > li")
    [found] = [row for row in rows if row.select_one(f'a[href="{at("page", page.pk)}"]')]
    return " ".join(found.get_text(" ").split())


def test_an_access_that_ends_soon_says_so_where_pages_are_listed_and_shown(
    cast: Cast, page: Page, signed_in: SignIn
) -> None:
    lead = signed_in(cast.alice)
    Credential.objects.filter(page=page).update(expires_at=clock.now() + timedelta(days=15))
    assert "End of the access" not in listed(cast, lead, page)
    assert "End of the access" not in text(lead.get(at("page", page.pk)).content)
    Credential.objects.filter(page=page).update(expires_at=clock.now() + timedelta(days=6))
    assert "End of the access" in listed(cast, lead, page)
    assert "Ends soon" in listed(cast, lead, page)
    own = lead.get(at("page", page.pk))
    assert "What is planned after it waits until somebody reconnects the page." in text(own.content)
    banner = BeautifulSoup(own.content, "lxml").select_one(".banner a")
    assert banner is not None
    assert banner["href"] == at("reconnect", page.pk)
    assert (
        BeautifulSoup(signed_in(cast.vera).get(at("page", page.pk)).content, "lxml").select(".banner a") == []
    )


def test_a_page_without_money_is_not_called_well(cast: Cast, signed_in: SignIn) -> None:
    lead = signed_in(cast.alice)
    paid = Page.objects.create(brand=cast.brand, network="x", remote_id="1", name="Lumen")
    assert "No monthly budget is set" in listed(cast, lead, paid)
    assert "No money" in listed(cast, lead, paid)
    assert "Connected" not in listed(cast, lead, paid)
    budget = Budget.objects.create(brand=cast.brand, network="x", microdollars=2_000_000)
    assert "Connected" in listed(cast, lead, paid)
    month = clock.now().date().replace(day=1)
    Spending.objects.create(brand=cast.brand, network="x", month=month, what="post", microdollars=2_000_000)
    assert "The month’s budget is spent" in listed(cast, lead, paid)
    budget.delete()
    other = Page.objects.create(brand=cast.brand, network="bluesky", remote_id="1", name="Lumen")
    assert "Connected" in listed(cast, lead, other)


def test_a_page_that_rests_says_until_when(cast: Cast, page: Page, signed_in: SignIn) -> None:
    Page.objects.filter(pk=page.pk).update(paced_until=clock.now() + timedelta(hours=1))
    assert "Rests until" in listed(cast, signed_in(cast.vera), page)


def test_a_page_that_is_only_read_promises_no_text(cast: Cast, signed_in: SignIn) -> None:
    blog = Page.objects.create(brand=cast.brand, network="feed", remote_id="https://a.example", name="Blog")
    lead = signed_in(cast.alice)
    assert "read only" in listed(cast, lead, blog)
    assert "characters" not in listed(cast, lead, blog)
    shown = text(lead.get(at("page", blog.pk)).content)
    assert "read only: nothing is published there" in shown
    assert "Longest text" not in shown


def test_a_lead_may_do_more_than_read(cast: Cast, page: Page, signed_in: SignIn) -> None:
    shown = text(signed_in(cast.alice).get(at("page", page.pk)).content)
    assert "Check now" in shown
    assert "Disconnect…" in shown
    own = text(signed_in(cast.alice).get(at("page", cast.newsroom.pk)).content)
    assert "Disconnect…" not in own
    assert "Check now" not in own


def test_a_pause_is_shown_with_its_reason(cast: Cast, page: Page, signed_in: SignIn) -> None:
    Pause.objects.create(brand=cast.brand, page=page, reason="A fire in the shop", started_by=cast.alice)
    shown = text(signed_in(cast.vera).get(at("page", page.pk)).content)
    assert "Paused" in shown
    assert "A fire in the shop" in text(signed_in(cast.ada).get(at("page", page.pk)).content)


def test_connecting_leads_to_the_page(cast: Cast, server: Mastodon, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    form = client.get(at("connect_network", "mastodon"))
    assert "read" in text(form.content)
    assert "write:statuses" in text(form.content)
    answer = client.post(at("connect_network", "mastodon"), {"host": server.origin, "token": TOKEN})
    made = Page.objects.get(brand=cast.brand, network="mastodon")
    assert (answer.status_code, answer["Location"]) == (302, at("page", made.pk))
    assert TOKEN.encode() not in client.get(at("page", made.pk)).content


@pytest.mark.parametrize(
    ("host", "field", "words"),
    [
        ("", "host", "This field is required."),
        ("deux mots", "host", "This is not the address of a server."),
        ("http://example.social", "host", "Only secure addresses are accepted."),
        ("https://127.0.0.1", "host", "inside a private network"),
        ("https://localhost", "host", "inside a private network"),
        ("example.social:22", "host", "Only the usual ports of the web are accepted."),
    ],
)
def test_a_wrong_address_is_said_under_its_field(
    cast: Cast, signed_in: SignIn, host: str, field: str, words: str
) -> None:
    answer = signed_in(cast.alice).post(at("connect_network", "mastodon"), {"host": host, "token": TOKEN})
    assert answer.status_code == 422
    assert words in answer.context["form"].errors[field][0]
    assert TOKEN.encode() not in answer.content
    assert Page.objects.filter(network="mastodon").count() == 0


def test_a_wrong_token_is_said_under_its_field(cast: Cast, server: Mastodon, signed_in: SignIn) -> None:
    answer = signed_in(cast.alice).post(
        at("connect_network", "mastodon"), {"host": server.origin, "token": "nope"}
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors["token"][0].startswith("The server does not accept the token.")


def test_a_server_that_is_down_is_to_be_tried_again(cast: Cast, server: Mastodon, signed_in: SignIn) -> None:
    server.fail_next(answer_before(503), "read")
    answer = signed_in(cast.alice).post(
        at("connect_network", "mastodon"), {"host": server.origin, "token": TOKEN}
    )
    (words,) = answer.context["form"].non_field_errors()
    assert words == (
        "The server has a problem of its own. Check the address, then try again in a few minutes."
    )


def test_reconnecting_asks_for_a_token_only(cast: Cast, page: Page, signed_in: SignIn) -> None:
    connect.disconnect(page, cast.alice)
    client = signed_in(cast.alice)
    assert set(client.get(at("reconnect", page.pk)).context["form"].fields) == {"token"}
    wrong = client.post(at("reconnect", page.pk), {"token": "another-account"})
    assert "This token opens another account." in wrong.context["form"].errors["token"][0]
    right = client.post(at("reconnect", page.pk), {"token": TOKEN})
    assert right["Location"] == at("page", page.pk)
    page.refresh_from_db()
    assert (page.state, page.remote_id) == (PageState.CONNECTED, ACCOUNT.id)


def test_disconnecting_takes_a_confirmed_post(cast: Cast, page: Page, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    assert client.get(at("disconnect", page.pk)).status_code == 405
    assert 'id="disconnect"' in client.get(at("page", page.pk)).content.decode()
    assert Credential.objects.count() == 1
    client.post(at("disconnect", page.pk))
    page.refresh_from_db()
    assert (page.state, Credential.objects.count()) == (PageState.DISCONNECTED, 0)
    assert "Connect again" in text(client.get(at("page", page.pk)).content)


def test_the_public_page_is_not_disconnected_by_hand(cast: Cast, signed_in: SignIn) -> None:
    signed_in(cast.alice).post(at("disconnect", cast.newsroom.pk))
    cast.newsroom.refresh_from_db()
    assert cast.newsroom.state == PageState.CONNECTED


def test_a_check_says_at_once_how_it_went(
    cast: Cast, page: Page, server: Mastodon, signed_in: SignIn
) -> None:
    client = signed_in(cast.alice)
    assert "Maison Lumen answers." in client.post(at("check", page.pk), follow=True).content.decode()
    server.accounts.clear()
    shown = client.post(at("check", page.pk), follow=True).content.decode()
    assert "The server does not accept the token." in shown
    page.refresh_from_db()
    assert page.state == PageState.NEEDS_RECONNECT


@pytest.mark.parametrize(
    "name", ["connect_network", "connect_leave", "reconnect", "reconnect_leave", "disconnect", "check"]
)
def test_only_leads_connect_and_nobody_from_elsewhere(
    cast: Cast, page: Page, signed_in: SignIn, name: str
) -> None:
    where = at(name, "mastodon") if name.startswith("connect") else at(name, page.pk)
    expected = {"lead": {200, 302, 422}, "outsider": {404}}
    for role, person in cast.by_role().items():
        if role != "lead":
            answer = signed_in(person).post(where, {"token": TOKEN})
            assert answer.status_code in expected.get(role, {403}), role
    page.refresh_from_db()
    assert page.state == PageState.CONNECTED


def test_a_page_of_another_brand_is_not_there(cast: Cast, page: Page, signed_in: SignIn) -> None:
    client = signed_in(cast.charlie)
    for name in ("page", "reconnect"):
        assert client.get(reverse(f"pages:{name}", args=["atelier-roche", page.pk])).status_code == 404
    for name in ("disconnect", "check"):
        assert client.post(reverse(f"pages:{name}", args=["atelier-roche", page.pk])).status_code == 404


def test_the_newsroom_has_no_token_to_give(cast: Cast, signed_in: SignIn) -> None:
    newsroom = connect.open_newsroom(cast.brand)
    client = signed_in(cast.alice)
    assert client.get(at("reconnect", newsroom.pk)).status_code == 404
    assert client.post(at("reconnect", newsroom.pk), {"token": TOKEN}).status_code == 404
    assert not Credential.objects.filter(page=newsroom).exists()
