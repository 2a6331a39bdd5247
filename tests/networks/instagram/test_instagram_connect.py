"""From the first click to the page: accounts of Instagram through the agency's own application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from pages import jobs
from pages.enums import PageState
from pages.models import Page, Person
from pages.selectors.connected import ends_at
from pages.services import connect, health
from tests.networks.instagram.fake import KEYS, Instagram, running
from tests.networks.instagram.words import ACCOUNT, DATA_ENDS
from tests.pages.test_connect_networks import at, reach, walk
from tests.people import Cast

SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def redis(redis_url: str) -> None:
    """Everybody shares one."""


def test_instagram(cast: Cast, signed_in: SignIn, settings: Settings) -> None:
    with running(Instagram()) as fake:
        reach(settings, "instagram", fake.origin)
        settings.CM_META_APP_ID, settings.CM_META_APP_SECRET = KEYS.client_id, KEYS.client_secret
        client = signed_in(cast.alice)
        names = walk(client, "instagram", lambda asked: "good")
        assert sorted(names) == ["Maison Lumen", "Page 5519", "galerie_roche"]
        page = Page.objects.get(network="instagram", remote_id=ACCOUNT)
        assert (page.host, page.state, page.health_code) == ("", PageState.CONNECTED, "")
        assert (page.handle, page.followers, page.url) == (
            "@maison_lumen",
            4310,
            "https://www.instagram.com/maison_lumen/",
        )
        assert ends_at(page) == datetime.fromtimestamp(DATA_ENDS, UTC)
        assert health.check(page)
        settings.PUBLIC_URL = "https://desk.example"
        jobs.subscribe_page(page.pk)
        assert fake.subscribed == ["feed"]
        connect.disconnect(page, cast.alice)
        left = client.post(at("reconnect_leave", page.pk))
        state = parse_qs(urlsplit(left.context["address"]).query)["state"][0]
        asked = {"state": state, "code": "good"}
        back = client.get(reverse("pages:connect_back", args=["instagram"]), asked)
        assert back["Location"] == at("page", page.pk)
        page.refresh_from_db()
        assert page.state == PageState.CONNECTED
