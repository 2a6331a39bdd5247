"""What the tests of publishing share: pages with rules, posts, a fake network on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import pytest
import time_machine
from pytest_django import Settings

from cm_suite.ops.bench.fake_network import FakeMastodon, FakeServer
from pages.models import Credential, Page
from tests.people import Cast
from tests.publishing.network import Network

NOON: Final = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)  # a Monday; noon in Paris


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """Stand still at noon; the traveller moves on."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def network(redis_url: str, settings: Settings) -> Iterator[Network]:
    """A Mastodon server that honours no idempotency key, the stricter case, and obeys the test."""
    fake = FakeMastodon(any_token=True, idempotent=False)
    chosen = Network(fake)
    with FakeServer(fake, faults=chosen.fault) as server:
        settings.CM_ALLOWED_HOSTS = frozenset({("127.0.0.1", server.port)})
        chosen.origin = server.origin
        yield chosen


@pytest.fixture
def mastodon(cast: Cast, network: Network) -> Page:
    """A connected account of the brand on the fake network."""
    page = Page.objects.create(
        brand=cast.brand, network="mastodon", host=network.origin, remote_id="7", name="Lumen social"
    )
    Credential.objects.create(page=page, token="7")
    return page
