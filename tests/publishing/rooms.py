"""Walking through the rooms of publishing as somebody: addresses, forms, and what a reader sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Protocol, cast
from uuid import uuid4

from bs4 import BeautifulSoup, Tag
from django.contrib.messages import get_messages
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pages.models import Page, Person

SignIn = Callable[[Person], Client]


class Answer(Protocol):
    """What the test client gives back, as far as these tests look at it."""

    status_code: int
    content: bytes
    context: Any
    wsgi_request: WSGIRequest
    url: str


class Rooms:
    """One person in the rooms of one brand."""

    def __init__(self, client: Client, brand: str = "maison-lumen") -> None:
        self.client = client
        self.brand = brand

    def get(self, name: str, *parts: object, **query: Any) -> Answer:
        """Open a page."""
        return cast("Answer", self.client.get(self.at(name, *parts), query))

    def post(self, name: str, *parts: object, **data: Any) -> Answer:
        """Send a form."""
        return cast("Answer", self.client.post(self.at(name, *parts), data))

    def follow(self, answer: Answer) -> Answer:
        """Where an answer sends to."""
        return cast("Answer", self.client.get(answer.url))

    def at(self, name: str, *parts: object) -> str:
        """An address of these rooms."""
        return reverse(f"publishing:{name}", args=[self.brand, *parts])


def soup(answer: Answer) -> Tag:
    """The main part of a page, or the whole fragment."""
    page = BeautifulSoup(answer.content, "lxml")
    main = page.find("main")
    return main if isinstance(main, Tag) else page


def words(found: Answer | Tag) -> str:
    """What a reader sees, in one line."""
    tag = found if isinstance(found, Tag) else soup(found)
    return " ".join(tag.get_text(" ").split())


def said(answer: Answer) -> list[str]:
    """The messages that the answer leaves for the next page."""
    return [str(message) for message in get_messages(answer.wsgi_request)]


def value_of(found: Answer | Tag, selector: str) -> str:
    """What a field holds."""
    tag = found if isinstance(found, Tag) else soup(found)
    field = tag.select_one(selector)
    assert field is not None
    return field.get_text().removeprefix("\n") if field.name == "textarea" else str(field["value"])


def card_of(answer: Answer, delivery_id: int) -> Tag:
    """The card of one delivery on its post's page."""
    found = soup(answer).find(id=f"delivery-{delivery_id}")
    assert isinstance(found, Tag)
    return found


def takes(found: Answer | Tag) -> list[str]:
    """What the buttons that take a free slot would send."""
    tag = found if isinstance(found, Tag) else soup(found)
    return [str(button["value"]) for button in tag.select("button[name=take]")]


def labels(tag: Tag, selector: str = "button") -> list[str]:
    """What stands on the buttons, for the eye."""
    found = []
    for button in tag.select(selector):
        for hidden in button.select(".visually-hidden"):
            hidden.extract()
        found.append(words(button))
    return found


def questions(ask: Callable[[], Answer]) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as asked:
        assert ask().status_code == 200
    return len(asked)


def draft_form(text: str = "Opening on Saturday", **more: Any) -> dict[str, Any]:
    """The composer filled in, for no page and no time."""
    return {
        "key": str(uuid4()),
        "text": text,
        "link": "",
        "content_type": "information",
        "act": "plan",
        **more,
    }


def plan_form(pages: Sequence[Page], at: datetime, **more: Any) -> dict[str, Any]:
    """The composer filled in for these pages, at a wall time of the brand."""
    return draft_form(pages=[page.pk for page in pages], **when(at), **more)


def when(at: datetime) -> dict[str, str]:
    """A wall time as the two fields send it."""
    return {"day": at.date().isoformat(), "time": at.time().isoformat("minutes")}


def edit_form(version: int, text: str, **more: str) -> dict[str, str]:
    """A change of a post, against the version that was seen."""
    return {"version": str(version), "text": text, "link": "", "content_type": "information", **more}


def wall(day: str, at: str) -> datetime:
    """A naive wall time."""
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(at))


def caps_form(
    rows: Sequence[Mapping[str, object]], minutes: object = "", seen: str = "0", **more: str
) -> dict[str, str]:
    """The rules of a page as its form sends them; a row has at_most, length, unit and perhaps DELETE."""
    data = {"caps-TOTAL_FORMS": str(len(rows)), "caps-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        data.update({f"caps-{number}-{name}": str(value) for name, value in row.items()})
    return {**data, "minutes": str(minutes), "seen": seen, **more}


def cap_row(at_most: object, length: object, unit: str = "hours", **more: object) -> dict[str, object]:
    """One row of that form."""
    return {"at_most": at_most, "length": length, "unit": unit, **more}
