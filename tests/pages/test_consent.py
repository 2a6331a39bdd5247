"""To the network's own page and back: one way, one person, fifteen minutes, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from cm_suite.core import clock
from cm_suite.core.models import LedgerEntry
from cm_suite.ops.bench.fake_network import Fault
from pages import jobs
from pages.enums import PageState, Role
from pages.models import Consent, Credential, Membership, Offer, Page, Person
from pages.services import connect
from tests.pages import salon as invented
from tests.pages.salon import RESET_AFTER, Account, Salon, answering
from tests.people import Cast

SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def public_url(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://desk.example"


@pytest.fixture
def lead(cast: Cast, salon: Salon, signed_in: SignIn) -> Client:
    """Alice at her desk, in English."""
    Person.objects.update(language="en")
    return signed_in(cast.alice)


def at(name: str, *parts: object) -> str:
    return reverse(f"pages:{name}", args=["maison-lumen", *parts])


def text(html: bytes) -> str:
    """What a reader sees."""
    soup = BeautifulSoup(html, "lxml").find("main")
    return " ".join(soup.get_text(" ").split()) if soup else ""


def leave(client: Client, where: str = "") -> str:
    """Prepare the way; the address on the network that the button leads to."""
    answer = client.post(where or at("connect_leave", "salon"))
    assert answer.status_code == 200, answer
    found: str = answer.context["address"]
    assert found.replace("&", "&amp;") in answer.content.decode()
    return found


def back(client: Client, salon: Salon, address: str) -> str:
    """Say yes there and come back; where the person is led."""
    code, state = salon.say_yes(address)
    return returned(client, state=state, code=code)


def returned(client: Client, **said: str) -> str:
    answer = client.get(reverse("pages:connect_back", args=["salon"]), said)
    assert answer.status_code == 302
    return str(answer["Location"])


def told(client: Client, where: str) -> str:
    """What the messages on a page say."""
    return client.get(where, follow=True).content.decode()


def pages() -> list[tuple[str, str]]:
    """The pages connected on the network."""
    rows = Page.objects.filter(network="salon").order_by("remote_id")
    return list(rows.values_list("remote_id", "state"))


def test_the_way_carries_state_proof_and_the_redirect_address(cast: Cast, salon: Salon, lead: Client) -> None:
    address = leave(lead)
    assert address.startswith(f"{salon.origin}/authorize?")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["client_id"] == "the-agency"
    assert asked["redirect_uri"] == "https://desk.example/connect/back/salon/"
    assert (len(asked["state"]) >= 43, len(asked["code_challenge"])) == (True, 43)
    consent = Consent.objects.get()
    assert (consent.brand, consent.person, consent.host, consent.page) == (cast.brand, cast.alice, "", None)
    left = consent.expires_at - clock.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    with connection.cursor() as cursor:
        cursor.execute("SELECT state_hash, verifier FROM pages_consent")
        (state_hash, verifier) = cursor.fetchone()
    assert asked["state"] not in {state_hash, verifier}
    assert consent.verifier != verifier
    assert salon.requests == []


def test_one_of_several_accounts_is_connected(cast: Cast, salon: Salon, lead: Client) -> None:
    salon.accounts = [
        Account("1", "Maison Lumen"),
        Account("2", "Atelier Roche", via="Agence Belleville", lacks=("write",)),
    ]
    where = back(lead, salon, leave(lead))
    assert where == at("offers", Consent.objects.get().pk)
    shown = lead.get(where)
    assert [(via, [each.offer.name for each in group]) for via, group in shown.context["groups"]] == [
        ("", ["Maison Lumen"]),
        ("Agence Belleville", ["Atelier Roche"]),
    ]
    said = text(shown.content)
    assert "Through Agence Belleville" in said
    assert "Not everything will work It lacks: write" in said
    assert pages() == []
    second = Offer.objects.get(remote_id="2")
    assert second.token.encode() not in shown.content
    answer = lead.post(where, {"offers": [second.pk]})
    made = Page.objects.get(network="salon")
    assert answer["Location"] == at("page", made.pk)
    assert (made.remote_id, made.name, made.host, made.followers) == ("2", "Atelier Roche", "", 12)
    assert salon.opens[Credential.objects.get(page=made).token] == "2"
    assert (Consent.objects.count(), Offer.objects.count()) == (0, 0)
    assert list(LedgerEntry.objects.values_list("kind", flat=True)) == ["page.connected"]


def test_several_accounts_at_once(cast: Cast, salon: Salon, lead: Client) -> None:
    salon.accounts = [Account(str(number), f"Page {number}") for number in (1, 2, 3)]
    where = back(lead, salon, leave(lead))
    chosen = Offer.objects.exclude(remote_id="2").values_list("pk", flat=True)
    assert lead.post(where, {"offers": list(chosen)})["Location"] == at("pages")
    assert pages() == [("1", PageState.CONNECTED), ("3", PageState.CONNECTED)]
    assert "2 pages are connected." in told(lead, at("pages"))


def test_nothing_chosen_connects_nothing(salon: Salon, lead: Client) -> None:
    where = back(lead, salon, leave(lead))
    answer = lead.post(where, {})
    assert (answer.status_code, pages()) == (422, [])
    assert "Choose at least one account." in text(answer.content)
    assert Offer.objects.count() == 1


def test_a_way_is_used_once(salon: Salon, lead: Client) -> None:
    code, state = salon.say_yes(leave(lead))
    returned(lead, state=state, code=code)
    asked = salon.asked("/token")
    assert returned(lead, state=state, code=code) == "/"
    assert "took too long, or was used already" in told(lead, "/")
    assert salon.asked("/token") == asked == 1


def test_a_way_is_over_after_fifteen_minutes(salon: Salon, lead: Client) -> None:
    code, state = salon.say_yes(leave(lead))
    Consent.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert returned(lead, state=state, code=code) == "/"
    assert (salon.asked("/token"), Offer.objects.count()) == (0, 0)


def test_a_way_is_for_the_person_who_began_it(
    cast: Cast, salon: Salon, lead: Client, signed_in: SignIn
) -> None:
    Membership.objects.create(person=cast.charlie, brand=cast.brand, role=Role.LEAD)
    code, state = salon.say_yes(leave(lead))
    other = signed_in(cast.charlie)
    assert returned(other, state=state, code=code) == "/"
    assert salon.asked("/token") == 0
    where = returned(lead, state=state, code=code)
    assert "/offers/" in where
    assert other.get(where).status_code == 404
    assert other.post(where, {"offers": [Offer.objects.get().pk]}).status_code == 404
    assert pages() == []


def test_a_state_of_another_network_or_of_nobody_leads_nowhere(salon: Salon, lead: Client) -> None:
    code, state = salon.say_yes(leave(lead))
    other = lead.get(reverse("pages:connect_back", args=["mastodon"]), {"state": state, "code": code})
    assert other["Location"] == "/"
    for said in ({"state": "guessed", "code": code}, {"code": code}, {}):
        assert returned(lead, **said) == "/"
    assert salon.asked("/token") == 0


def test_who_leads_no_more_connects_nothing(cast: Cast, salon: Salon, lead: Client) -> None:
    code, state = salon.say_yes(leave(lead))
    Membership.objects.filter(person=cast.alice).update(role=Role.AUTHOR)
    assert returned(lead, state=state, code=code) == "/"
    assert salon.asked("/token") == 0


def test_nobody_comes_back_without_signing_in(salon: Salon) -> None:
    answer = Client().get(reverse("pages:connect_back", args=["salon"]), {"state": "s", "code": "c"})
    assert answer["Location"].startswith("/sign-in/")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("access_denied", "Nobody said yes on Salon, so nothing was connected."),
        ("server_error", "Salon sent you back without giving access."),
        ("<script>", "Salon sent you back without giving access."),
    ],
)
def test_a_no_is_said_in_words(salon: Salon, lead: Client, error: str, words: str) -> None:
    _code, state = salon.say_yes(leave(lead))
    where = returned(lead, state=state, error=error, error_description="<b>no</b>")
    assert where == at("connect_network", "salon")
    shown = told(lead, where)
    assert words in shown
    assert "<b>no</b>" not in shown
    assert (Consent.objects.count(), pages()) == (0, [])


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (RESET_AFTER, "The server gave no answer. Nothing was connected: begin again in a few minutes."),
        (answering(503), "The server has a problem of its own. Nothing was connected"),
        (answering(400, {"error": "invalid_grant"}), "The network did not give access. Begin again"),
    ],
)
def test_a_code_that_gives_nothing_is_said_in_words(
    salon: Salon, lead: Client, fault: Fault, words: str
) -> None:
    address = leave(lead)
    salon.script.append(fault)
    where = back(lead, salon, address)
    assert where == at("connect_network", "salon")
    assert words in told(lead, where)
    assert (Consent.objects.count(), Offer.objects.count(), pages()) == (0, 0, [])


def test_nobody_to_connect_is_said(salon: Salon, lead: Client) -> None:
    salon.accounts = []
    where = back(lead, salon, leave(lead))
    assert "The network names no page that this person may connect." in told(lead, where)


def test_reconnecting_keeps_the_page(cast: Cast, salon: Salon, lead: Client, salon_page: Page) -> None:
    connect.disconnect(salon_page, cast.alice)
    salon.accounts.append(Account("2", "Atelier Roche"))
    where = back(lead, salon, leave(lead, at("reconnect_leave", salon_page.pk)))
    assert where == at("page", salon_page.pk)
    assert pages() == [("1", PageState.CONNECTED)]
    assert salon.opens[Credential.objects.get(page=salon_page).token] == "1"
    assert (Consent.objects.count(), Offer.objects.count()) == (0, 0)


def test_another_account_does_not_reconnect_a_page(
    cast: Cast, salon: Salon, lead: Client, salon_page: Page
) -> None:
    connect.disconnect(salon_page, cast.alice)
    salon.accounts = [Account("2", "Atelier Roche")]
    where = back(lead, salon, leave(lead, at("reconnect_leave", salon_page.pk)))
    assert where == at("reconnect", salon_page.pk)
    assert "opens another account" in told(lead, where)
    assert pages() == [("1", PageState.DISCONNECTED)]
    assert (Credential.objects.count(), Offer.objects.count()) == (0, 0)


def test_connecting_an_account_again_keeps_its_row(
    cast: Cast, salon: Salon, lead: Client, salon_page: Page
) -> None:
    before = Credential.objects.get().token
    where = back(lead, salon, leave(lead))
    assert "Connected already" in text(lead.get(where).content)
    answer = lead.post(where, {"offers": [Offer.objects.get().pk]})
    assert answer["Location"] == at("page", salon_page.pk)
    assert Credential.objects.get().token != before


def test_missing_keys_are_named_and_nobody_leaves(salon: Salon, lead: Client, settings: Settings) -> None:
    settings.CM_X_CLIENT_SECRET = ""
    shown = text(lead.get(at("connect_network", "salon")).content)
    assert "CM_X_CLIENT_SECRET" in shown
    assert "CM_X_CLIENT_ID" not in shown
    assert "https://salon.example/developers" in shown
    assert "https://desk.example/connect/back/salon/" in shown
    assert "Prepare the way there" not in shown
    answer = lead.post(at("connect_leave", "salon"))
    assert (answer.status_code, Consent.objects.count()) == (422, 0)


@pytest.mark.parametrize(
    ("public", "warned"),
    [
        ("https://desk.example", False),
        ("http://desk.example", True),
        ("https://localhost:8000", True),
        ("https://127.0.0.1", True),
        ("https://10.0.0.7", True),
        ("https://desk.local", True),
        ("https://93.184.216.34", False),
    ],
)
def test_a_network_that_fetches_images_wants_a_public_address(
    salon: Salon,
    lead: Client,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    public: str,
    warned: bool,
) -> None:
    invented.install(monkeypatch, replace(invented.SPEC, images=invented.FETCHING))
    settings.PUBLIC_URL = public
    for where in (at("connect_network", "salon"), at("connect")):
        assert ("no public" in text(lead.get(where).content)) == warned
    assert "PUBLIC_URL" not in text(lead.get(at("connect")).content)


def test_offers_are_forgotten_with_time(salon: Salon, lead: Client) -> None:
    where = back(lead, salon, leave(lead))
    leave(lead)
    jobs.forget_consents()
    assert (Consent.objects.count(), Offer.objects.count()) == (2, 1)
    Consent.objects.exclude(used_at=None).update(expires_at=clock.now() - timedelta(seconds=1))
    assert lead.get(where).status_code == 404
    for _twice in range(2):
        jobs.forget_consents()
        assert (Consent.objects.count(), Offer.objects.count()) == (1, 0)


def test_tokens_of_offers_are_stored_encrypted(salon: Salon, lead: Client) -> None:
    back(lead, salon, leave(lead))
    offer = Offer.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT token, refresh_token FROM pages_offer")
        stored = cursor.fetchone()
    assert offer.token not in stored[0]
    assert offer.refresh_token not in stored[1]


def test_nothing_secret_is_logged(salon: Salon, lead: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    address = leave(lead)
    code, state = salon.say_yes(address)
    verifier = Consent.objects.get().verifier
    returned(lead, state=state, code=code)
    offer = Offer.objects.get()
    lead.post(at("offers", Consent.objects.get().pk), {"offers": [offer.pk]})
    for secret in (state, verifier, offer.token, offer.refresh_token, "a-secret"):
        assert secret not in caplog.text


def test_the_list_of_networks_is_the_registry(cast: Cast, salon: Salon, lead: Client) -> None:
    shown = lead.get(at("connect"))
    said = text(shown.content)
    codes = {each.code for each in shown.context["networks"]}
    assert {"mastodon", "salon"} <= codes
    assert "newsroom" not in codes  # it is connected, and needs no account
    assert "Somebody who may run the page says yes on the network’s own site." in said
    order = [(not each.open, str(each.name).lower()) for each in shown.context["networks"]]
    assert order == sorted(order)
    assert len({apart for apart, _name in order}) == 2
    Page.objects.filter(network="newsroom").delete()
    assert lead.get(at("connect")).context["networks"][-1].code == "newsroom"


def test_networks_that_need_nothing_or_are_not_there_have_no_room(salon: Salon, lead: Client) -> None:
    for network in ("newsroom", "gone"):
        assert lead.get(at("connect_network", network)).status_code == 404
        assert lead.post(at("connect_leave", network)).status_code == 404
    assert lead.post(at("connect_network", "salon"), {"token": "typed"}).status_code == 422
    assert pages() == []


def test_the_choice_asks_as_many_questions_for_three_accounts_as_for_one(salon: Salon, lead: Client) -> None:
    counts = []
    for number in (1, 3):
        salon.accounts = [Account(str(each), f"Page {each}") for each in range(number)]
        where = back(lead, salon, leave(lead))
        with CaptureQueriesContext(connection) as asked:
            assert lead.get(where).status_code == 200
        counts.append(len(asked))
    assert len(set(counts)) == 1


def test_the_list_of_networks_asks_once_whatever_there_is(cast: Cast, salon: Salon, lead: Client) -> None:
    counts = []
    for number in (1, 2, 3):
        Page.objects.create(brand=cast.brand, network="salon", remote_id=f"{number}", name="Page")
        with CaptureQueriesContext(connection) as asked:
            assert lead.get(at("connect")).status_code == 200
        counts.append(len(asked))
    assert len(set(counts)) == 1
