"""Eyes and hands in the browser: one context a test, and what went wrong in it unasked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
)
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from pages.models import Person
from tests.notices.servers import Inbox, real_server

WIDE: ViewportSize = {"width": 1440, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs the browser."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker("browser")


@dataclass
class Eyes:
    """What went wrong in the browser, unasked: errors of scripts, of the console, of the policy."""

    faults: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def watch(self, page: Page) -> None:
        """Listen to a page from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure or ""))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(text in message.text for text in self.expected):
            self.faults.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _failed(self, url: str, why: str) -> None:
        if why != "net::ERR_ABORTED":  # the page was left before it had come
            self.faults.append(f"request: {url} {why}")


@pytest.fixture
def eyes() -> Eyes:
    """The watcher of this test."""
    return Eyes()


@pytest.fixture
def served(live_server: LiveServer, settings: Settings, redis_url: str) -> str:
    """The address of a running server, known to the application as its own."""
    settings.PUBLIC_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def inbox(settings: Settings) -> Iterator[Inbox]:
    """A real SMTP server on loopback, where all mail goes."""
    with real_server() as server:
        settings.CM_EMAIL_URL = server.url
        yield server


type Opening = Callable[..., BrowserContext]


@pytest.fixture
def opening(browser: Browser, served: str) -> Iterator[Opening]:
    """Open a context: a visitor with their own cookies. Closed when the test ends."""
    opened: list[BrowserContext] = []

    def open_context(person: Person | None = None, **options: Any) -> BrowserContext:
        context = browser.new_context(
            base_url=served, **{"viewport": WIDE, "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(10_000)
        opened.append(context)
        if person is not None:
            sign_in(context, person, served)
        return context

    yield open_context
    for context in opened:
        context.close()


@pytest.fixture
def visitor(opening: Opening, eyes: Eyes) -> Page:
    """A page of somebody who is not signed in."""
    page = opening().new_page()
    eyes.watch(page)
    return page


def sign_in(context: BrowserContext, person: Person, address: str) -> None:
    """Give the context a session of the person, as signing in does, without the form."""
    client = Client()
    client.force_login(person)
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])
