"""The networks of the house, from the first click to the page, against their servers on loopback."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cm_suite.core import clock
from cm_suite.ops.bench.fake_network import Reply
from pages import jobs
from pages.enums import PageState
from pages.models import Budget, Credential, Offer, Page, Person, Spending
from pages.selectors.connected import ends_at
from pages.services import connect, health
from pages.services.connect import Given
from tests.networks.bluesky import fake as bluesky
from tests.networks.bluesky.people import OURS, PASSWORD
from tests.networks.facebook import fake as facebook
from tests.networks.facebook.words import DATA_ENDS, PAGE
from tests.networks.fake_mastodon import ACCOUNT, Mastodon
from tests.networks.fake_mastodon import running as mastodon_running
from tests.networks.linkedin import fake as linkedin
from tests.networks.mastodon.extras import CODE
from tests.networks.x import fake as x
from tests.people import Cast

SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def redis(redis_url: str) -> None:
    """Everybody shares one."""


def at(name: str, *parts: object) -> str:
    return reverse(f"pages:{name}", args=["maison-lumen", *parts])


def reach(settings: Settings, code: str, origin: str) -> None:
    """Let a network be this server."""
    parts = urlsplit(origin)
    settings.CM_ALLOWED_HOSTS = frozenset({(parts.hostname, parts.port)})
    settings.CM_NETWORK_HOSTS = {code: origin}


def walk(client: Client, network: str, yes: Callable[[dict[str, str]], str], **typed: str) -> list[str]:
    """Leave, say yes there (`yes` gives the code), come back and connect all; the accounts found."""
    left = client.post(at("connect_leave", network), {f"leave-{name}": each for name, each in typed.items()})
    assert left.status_code == 200, left.context["leave"].errors
    asked = {name: values[0] for name, values in parse_qs(urlsplit(left.context["address"]).query).items()}
    assert asked["redirect_uri"].endswith(f"/connect/back/{network}/")
    said = {"state": asked["state"], "code": yes(asked)}
    where = str(client.get(reverse("pages:connect_back", args=[network]), said)["Location"])
    assert "/offers/" in where, client.get(where).content.decode()
    choices = [choice for _via, group in client.get(where).context["groups"] for choice in group]
    done = client.post(where, {"offers": [choice.offer.pk for choice in choices]})
    assert done.status_code == 302
    return [choice.offer.name for choice in choices]


def only_page(network: str) -> Page:
    return Page.objects.select_related("brand").get(network=network)


def test_mastodon(cast: Cast, signed_in: SignIn, settings: Settings) -> None:
    with mastodon_running(Mastodon()) as fake:
        settings.CM_ALLOWED_HOSTS = frozenset({fake.pair})
        assert walk(signed_in(cast.alice), "mastodon", lambda asked: CODE, host=fake.origin) == [
            "Maison Lumen"
        ]
        page = only_page("mastodon")
        assert (page.host, page.remote_id, page.state) == (fake.origin, ACCOUNT.id, PageState.CONNECTED)
        assert (page.health_code, page.followers, ends_at(page)) == ("", 214, None)
        assert len(fake.apps) == 1


def test_x_costs_money_from_the_first_look_on(cast: Cast, signed_in: SignIn, settings: Settings) -> None:
    with x.running() as fake:
        reach(settings, "x", fake.origin)
        settings.CM_X_CLIENT_ID, settings.CM_X_CLIENT_SECRET = x.KEYS.client_id, x.KEYS.client_secret

        def yes(asked: dict[str, str]) -> str:
            fake.challenge = asked["code_challenge"]
            return "code"

        assert walk(signed_in(cast.alice), "x", yes) == ["Maison Lumen"]
        page = only_page("x")
        assert (page.host, page.remote_id, page.state) == ("", x.LUMEN.id, PageState.CONNECTED)
        assert (page.health_code, page.handle) == ("budget_spent", "@maison_lumen")
        Budget.objects.create(brand=cast.brand, network="x", microdollars=1_000_000)
        assert health.check(page)
        assert Spending.objects.get().what == "user_read"
        old = Credential.objects.get()
        over = clock.now()
        Credential.objects.update(expires_at=over)
        assert health.check(page)
        assert Credential.objects.get().refresh_token == fake.refresh_token != old.refresh_token


def test_linkedin(cast: Cast, signed_in: SignIn, settings: Settings) -> None:
    with linkedin.running(linkedin.LinkedIn()) as fake:
        reach(settings, "linkedin", fake.origin)
        settings.CM_LINKEDIN_CLIENT_ID = linkedin.KEYS.client_id
        settings.CM_LINKEDIN_CLIENT_SECRET = linkedin.KEYS.client_secret
        fake.token_answer = Reply(200, {"access_token": linkedin.TOKEN, "expires_in": 5_184_000})
        fake.acls.append((linkedin.ROCHE, "CONTENT_ADMINISTRATOR", "APPROVED"))
        names = walk(signed_in(cast.alice), "linkedin", lambda asked: "good")
        assert sorted(names) == ["Atelier Roche", "Maison Lumen"]
        pages = Page.objects.filter(network="linkedin").order_by("name")
        assert [(page.name, page.state) for page in pages] == [
            (name, PageState.CONNECTED) for name in sorted(names)
        ]
        ends = ends_at(pages[0])
        assert ends is not None
        assert (ends - clock.now()).days in {59, 60}


def test_facebook(cast: Cast, signed_in: SignIn, settings: Settings) -> None:
    with facebook.running(facebook.Facebook()) as fake:
        reach(settings, "facebook", fake.origin)
        settings.CM_META_APP_ID, settings.CM_META_APP_SECRET = (
            facebook.KEYS.client_id,
            facebook.KEYS.client_secret,
        )
        client = signed_in(cast.alice)
        names = walk(client, "facebook", lambda asked: "good")
        assert "Maison Lumen" in names
        page = Page.objects.get(network="facebook", remote_id=PAGE)
        assert (page.host, page.state, page.health_code) == ("", PageState.CONNECTED, "")
        assert ends_at(page) == datetime.fromtimestamp(DATA_ENDS, UTC)
        assert not health.subscribe(page)
        settings.PUBLIC_URL = "https://desk.example"
        jobs.subscribe_page(page.pk)
        assert "feed" in fake.subscribed
        connect.disconnect(page, cast.alice)
        left = client.post(at("reconnect_leave", page.pk))
        state = parse_qs(urlsplit(left.context["address"]).query)["state"][0]
        back = client.get(reverse("pages:connect_back", args=["facebook"]), {"state": state, "code": "good"})
        assert back["Location"] == at("page", page.pk)
        page.refresh_from_db()
        assert page.state == PageState.CONNECTED
        assert Offer.objects.count() == 0


def test_bluesky(cast: Cast, signed_in: SignIn, settings: Settings) -> None:
    with bluesky.running(bluesky.Bluesky()) as fake:
        parts = urlsplit(fake.origin)
        settings.CM_ALLOWED_HOSTS = frozenset({(parts.hostname, parts.port)})
        fake.accounts[OURS].password = PASSWORD
        client = signed_in(cast.alice)
        said = {"host": fake.origin, "login": fake.accounts[OURS].handle, "token": "wrong"}
        assert client.post(at("connect_network", "bluesky"), said).status_code == 422
        done = client.post(at("connect_network", "bluesky"), said | {"token": PASSWORD})
        page = only_page("bluesky")
        assert done["Location"] == at("page", page.pk)
        assert (page.host, page.remote_id) == (fake.origin, OURS)
        row = Credential.objects.get()
        assert PASSWORD not in {row.token, row.refresh_token}
        Credential.objects.update(expires_at=clock.now())
        assert health.check(page)
        assert Credential.objects.get().refresh_token != row.refresh_token
        connect.disconnect(page, cast.alice)
        given = Given(login=fake.accounts[OURS].handle, token=PASSWORD)
        assert connect.reconnect(page, given, cast.alice).state == PageState.CONNECTED
