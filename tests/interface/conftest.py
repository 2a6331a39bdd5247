"""A small stage: pages rendered from templates, served under the house's own policy, and a browser."""

import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.conf import settings
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from django.utils.csp import build_policy
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage

from tests.interface.sheets import ROOT

POLICY = build_policy(cast("Mapping[str, list[str]]", settings.SECURE_CSP))
Put = Callable[..., str]


class Stage(SimpleHTTPRequestHandler):
    """Files of one folder, under the policy of the settings."""

    def end_headers(self) -> None:
        """Add the policy."""
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Patient enough for a browser that asks for everything at once."""

    request_queue_size = 64
    daemon_threads = True


def make_shell(**changes: Any) -> SimpleNamespace:
    """What `pages.context.shell` gives to a lead of two brands."""
    brand = SimpleNamespace(name="Maison Lumen", slug="maison-lumen")
    entry = SimpleNamespace(
        label="Plan", url="/plan.html", icon="plan", key="p", current=True, count=2, risk=False
    )
    brands = [
        SimpleNamespace(
            name="Maison Lumen", slug="maison-lumen", url="/a.html", current=True, role_label="Lead"
        ),
        SimpleNamespace(
            name="Atelier Roche", slug="atelier-roche", url="/b.html", current=False, role_label="Viewer"
        ),
    ]
    known: dict[str, Any] = {
        "theme": "",
        "density": "",
        "person": SimpleNamespace(name="Alice"),
        "brand": brand,
        "brands": brands,
        "entries": [entry],
        "can_write": True,
        "unread": 3,
        "paused": "",
        "back_office_url": "/office.html",
    }
    return SimpleNamespace(**{**known, **changes})


@pytest.fixture
def put(tmp_path: Path) -> Iterator[Put]:
    """Put a template's source on the stage; gives its address."""
    (tmp_path / "static").symlink_to(ROOT / "cm_suite" / "static")
    server = Server(("127.0.0.1", 0), partial(Stage, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def place(source: str, name: str = "page.html", **context: Any) -> str:
        given = {"shell": make_shell(), "request": RequestFactory().get("/"), **context}
        with translation.override("en"):
            (tmp_path / name).write_text(engines["django"].from_string(source).render(given))
        return f"http://127.0.0.1:{server.server_port}/{name}"

    yield place
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def complaints() -> list[str]:
    """What the console complained of; a test that provokes it empties the list."""
    return []


@pytest.fixture
def desk(browser: Browser, put: Put, complaints: list[str]) -> Iterator[BrowserContext]:
    """A fresh window, closed before the stage is taken down. Its console must have stayed silent."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, color_scheme="light", locale="en-GB"
    )

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    context.on("console", note)
    yield context
    context.close()
    assert complaints == []
