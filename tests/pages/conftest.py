"""The invented network, for whoever asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from pages.models import Page
from pages.networks.types import Grant, Profile
from pages.services import connect
from tests.pages import salon as invented
from tests.pages.salon import Salon
from tests.people import Cast


@pytest.fixture
def salon(settings: Settings, monkeypatch: pytest.MonkeyPatch, redis_url: str) -> Iterator[Salon]:
    """The invented network, known to the house, its server running."""
    invented.install(monkeypatch, invented.SPEC)
    with invented.running(settings) as server:
        yield server


@pytest.fixture
def salon_page(cast: Cast, salon: Salon) -> Page:
    """A connected page of Maison Lumen on it, its access good for two hours."""
    return make_page(cast, salon)


def make_page(cast: Cast, salon: Salon) -> Page:
    """A page whose tokens the server knows."""
    row = salon.open("1")
    grant: Grant = invented._grant(row)
    return connect.take_in(cast.brand, "salon", "", Profile("1", "@1", "Maison Lumen", ""), grant, cast.alice)
