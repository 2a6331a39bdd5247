"""Fixtures of reputation: a small web, and nobody who waits between two pages of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from cm_suite.core import fetch, pace_hosts
from tests.reputation.web import Web


@pytest.fixture
def web(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A web on loopback that audits may read; its hosts need no rest and nothing is known of them."""
    monkeypatch.setattr(fetch, "PAUSE", 0.0)
    monkeypatch.setattr(pace_hosts, "_local_robots", pace_hosts.LocalRobots())
    monkeypatch.setattr(pace_hosts, "_local_turns", pace_hosts.LocalTurns())
    with Web() as running:
        settings.CM_ALLOWED_HOSTS = running.pairs
        yield running
