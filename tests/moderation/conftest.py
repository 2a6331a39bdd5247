"""What the tests of moderation share: a page on a network in memory, and a still clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import pytest
import time_machine

from pages.models import Page
from pages.services import connect
from tests.moderation.network import FakeNetwork
from tests.people import Cast

NOON: Final = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)  # a Monday; noon in Paris


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """Stand still at noon; the traveller moves on. Leases go by the database's clock, which does not."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def network(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    """The network behind the brand's newsroom, in memory; every other page has a silent one."""
    fakes: defaultdict[int, FakeNetwork] = defaultdict(FakeNetwork)
    monkeypatch.setattr(connect, "client_for", lambda page, *, waiting=False: fakes[page.pk])
    return fakes[cast.newsroom.pk]


@pytest.fixture
def account(cast: Cast, network: FakeNetwork) -> Page:
    """A page of the brand on a network that gives everything: comments, mentions and messages."""
    return Page.objects.create(
        brand=cast.brand, network="mastodon", host="https://m.example", remote_id="7", name="Lumen"
    )


@pytest.fixture
def social(account: Page) -> FakeNetwork:
    """The network behind that page, in memory."""
    fake: FakeNetwork = connect.client_for(account)  # type: ignore[assignment]  # see `network`
    return fake
