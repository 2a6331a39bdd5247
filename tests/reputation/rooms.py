"""Walking through the rooms of reputation as somebody: addresses, forms, and what a reader sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

from bs4 import BeautifulSoup, Tag
from django.contrib.messages import get_messages
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pages.models import Person

SignIn = Callable[[Person], Client]


class Answer(Protocol):
    """What the test client gives back, as far as these tests look at it."""

    status_code: int
    content: bytes
    context: Any
    headers: Mapping[str, str]
    wsgi_request: WSGIRequest
    url: str


class Rooms:
    """One person in the rooms of one brand."""

    def __init__(self, client: Client, brand: str = "maison-lumen") -> None:
        self.client = client
        self.brand = brand

    def get(self, name: str, /, *parts: object, **query: Any) -> Answer:
        """Open a page."""
        return cast("Answer", self.client.get(self.at(name, *parts), query))

    def part(self, name: str, /, *parts: object, **query: Any) -> Answer:
        """Ask for a fragment, as htmx does."""
        return cast("Answer", self.client.get(self.at(name, *parts), query, headers={"HX-Request": "true"}))

    def post(self, name: str, /, *parts: object, **data: Any) -> Answer:
        """Send a form."""
        return cast("Answer", self.client.post(self.at(name, *parts), data))

    def post_part(self, name: str, /, *parts: object, **data: Any) -> Answer:
        """Send a form as htmx does."""
        path = self.at(name, *parts)
        return cast("Answer", self.client.post(path, data, headers={"HX-Request": "true"}))

    def raw(self, name: str, /, *parts: object, body: bytes) -> Answer:
        """Send a form byte by byte, as no browser would."""
        kind = "application/x-www-form-urlencoded"
        return cast("Answer", self.client.post(self.at(name, *parts), body, content_type=kind))

    def at(self, name: str, *parts: object) -> str:
        """An address of these rooms."""
        return reverse(f"reputation:{name}", args=[self.brand, *parts])


def soup(answer: Answer) -> Tag:
    """The main part of a page, or the whole fragment."""
    page = BeautifulSoup(answer.content, "html.parser")
    main = page.find("main")
    return main if isinstance(main, Tag) else page


def words(found: Answer | Tag) -> str:
    """What a reader sees, in one line."""
    tag = found if isinstance(found, Tag) else soup(found)
    return " ".join(tag.get_text(" ").split())


def said(answer: Answer) -> list[str]:
    """The messages that the answer leaves for the next page."""
    return [str(message) for message in get_messages(answer.wsgi_request)]


def texts(answer: Answer, selector: str) -> list[str]:
    """What a reader sees in each element, in order."""
    return [words(tag) for tag in soup(answer).select(selector)]


def links(answer: Answer, selector: str = "a") -> list[str]:
    """Where these links lead."""
    return [str(tag.get("href", "")) for tag in soup(answer).select(selector)]


def value_of(answer: Answer, name: str) -> str:
    """What the field of this name holds."""
    field = soup(answer).select_one(f"[name='{name}']")
    assert field is not None, name
    if field.name == "select":
        chosen = field.select_one("option[selected]")
        return "" if chosen is None else str(chosen["value"])
    return field.get_text().removeprefix("\n") if field.name == "textarea" else str(field.get("value", ""))


def questions(ask: Callable[[], object]) -> int:
    """How many queries an act makes."""
    with CaptureQueriesContext(connection) as found:
        ask()
    return len(found)


def audit_form(
    publics: Sequence[Mapping[str, str]] | None = None,
    sources: Sequence[Mapping[str, str]] | None = None,
    **given: Any,
) -> dict[str, Any]:
    """What the form of an audit sends."""
    publics = [{"kind": "client", "name": "Clients", "queries": "prix lampe"}] if publics is None else publics
    sources = (
        [{"kind": "urls", "name": "Presse", "urls": "https://journal.example/a"}]
        if sources is None
        else sources
    )
    form: dict[str, Any] = {
        "name": "Notre nom",
        "subject": "Maison Lumen",
        "every": "week",
        "weekday": "1",
        "day": "1",
        "at": "08:00",
        "cron": "",
        "version": "",
    }
    for prefix, rows in (("publics", publics), ("sources", sources)):
        form |= {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": "0"}
        for index, row in enumerate(rows):
            form |= {f"{prefix}-{index}-{name}": value for name, value in row.items()}
    return form | given
