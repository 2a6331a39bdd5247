"""Every public page in both languages of the house, with the headers that go with what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext
from pytest_django import Settings

from pages.models import Charter
from pages.newsroom import services, tokens
from pages.newsroom.models import NewsroomPost, Subscriber
from tests.newsroom.helpers import NOON, make_post, make_subscriber
from tests.people import Cast

HOME = "/p/maison-lumen/"
KEPT, ASKED, FRESH = (
    "public, max-age=60",
    "public, no-cache",
    "max-age=0, no-cache, no-store, must-revalidate, private",
)


@dataclass
class Desk:
    """A newsroom with a post, a charter and somebody who follows."""

    client: Client
    post: NewsroomPost
    reader: Subscriber

    def leave_link(self) -> str:
        return f"{HOME}leave/?t={tokens.for_leaving(self.reader.pk)}"

    def confirm_link(self) -> str:
        return f"{HOME}confirm/?t={tokens.for_confirming(self.reader.pk)}"

    def removed(self) -> Any:
        NewsroomPost.objects.update(removed_at=NOON)
        return self.get(f"{self.post.pk}/")

    def confirmed(self) -> Any:
        Subscriber.objects.update(state="pending")
        return self.post_to(self.confirm_link())

    def left(self) -> Any:
        services.leave(self.reader)
        return self.client.get(self.leave_link())

    def asked_why(self, cause: str = "") -> Any:
        why = self.post_to(self.leave_link()).headers["Location"]
        return self.post_to(why, {"cause": cause}) if cause else self.client.get(why)

    def get(self, path: str) -> Any:
        return self.client.get(HOME + path)

    def post_to(self, path: str, data: dict[str, str] | None = None) -> Any:
        return self.client.post(path, data or {})


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """The brand's language."""
    return str(request.param)


@pytest.fixture
def desk(cast: Cast, client: Client, language: str, settings: Settings) -> Iterator[Desk]:
    """The newsroom, in the brand's language."""
    settings.PUBLIC_URL = "https://pages.exemple.fr"
    cast.brand.language = language
    cast.brand.save()
    Charter.objects.create(brand=cast.brand, text="Soyez aimables.")
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en" if language == "fr" else "fr"  # the other one
        yield Desk(client, make_post(cast.newsroom, "Une lampe"), make_subscriber(cast.newsroom))


type Visit = Callable[[Desk], Any]

# what is visited · status · who may keep it · its heading, with the name of the brand as %(name)s
PAGES: dict[str, tuple[Visit, int, str, str]] = {
    "charter": (lambda desk: desk.get("charter/"), 200, KEPT, "Charter"),
    "legal": (lambda desk: desk.get("legal/"), 200, KEPT, "Legal notice"),
    "asked": (lambda desk: desk.get("subscribe/asked/"), 200, KEPT, "Look into your mail"),
    "missing": (lambda desk: desk.get("999999/"), 404, ASKED, "Nothing at this address"),
    "removed": (Desk.removed, 410, ASKED, "This post was taken down"),
    "subscribe": (lambda desk: desk.get("subscribe/"), 200, FRESH, "Follow %(name)s by e-mail"),
    "wrong": (lambda desk: desk.post_to(f"{HOME}subscribe/"), 422, FRESH, "Follow %(name)s by e-mail"),
    "forged": (lambda desk: desk.get("confirm/?t=x"), 200, FRESH, "This link no longer works"),
    "already": (lambda desk: desk.client.get(desk.confirm_link()), 200, FRESH, "You follow already"),
    "confirmed": (Desk.confirmed, 200, FRESH, "It is done: you follow"),
    "leave": (lambda desk: desk.client.get(desk.leave_link()), 200, FRESH, "Leave %(name)s?"),
    "left": (Desk.left, 200, FRESH, "You have left already"),
    "not whole": (lambda desk: desk.get("leave/"), 200, FRESH, "This link is not whole"),
    "why": (Desk.asked_why, 200, FRESH, "You have left"),
    "thanked": (lambda desk: desk.asked_why("too_often"), 200, FRESH, "Thank you"),
}
PRIVATE = {"forged", "already", "confirmed", "leave", "left", "not whole", "why", "thanked"}


def heading(words: str, language: str) -> str:
    with translation.override(language):
        return gettext(words) % {"name": "Maison Lumen"}


@pytest.mark.parametrize("name", PAGES)
def test_each_page_speaks_the_brands_language(desk: Desk, language: str, name: str) -> None:
    visit, status, kept, words = PAGES[name]
    response = visit(desk)
    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == status
    assert response.headers["Content-Language"] == language
    assert [html["lang"] for html in page.select("html")] == [language]
    assert [title.get_text() for title in page.select("main h1")] == [heading(words, language)]
    assert heading(words, "fr") != heading(words, "en")
    assert page.select("title")[0].get_text().endswith(" · Maison Lumen")
    assert response.headers["Cache-Control"] == kept
    assert ("ETag" in response.headers) == (kept != FRESH)


@pytest.mark.parametrize("name", PAGES)
def test_what_a_token_opens_tells_nobody_where_it_was(desk: Desk, language: str, name: str) -> None:
    response = PAGES[name][0](desk)
    private = name in PRIVATE
    assert response.headers["Referrer-Policy"] == (
        "no-referrer" if private else "strict-origin-when-cross-origin"
    )
    assert response.headers.get("X-Robots-Tag") == ("noindex" if private else None)
    page = BeautifulSoup(response.content, "html.parser")
    indexed = name in {"charter", "legal"}
    assert len(page.select("link[rel=canonical]")) == int(indexed)
    assert len(page.select("meta[name=robots][content=noindex]")) == int(not indexed)


@pytest.mark.parametrize("name", ["missing", "removed"])
def test_what_is_not_there_is_said_again_and_again(desk: Desk, language: str, name: str) -> None:
    visit, status, _kept, _words = PAGES[name]
    desk.client.defaults["HTTP_IF_NONE_MATCH"] = visit(desk).headers["ETag"]
    assert visit(desk).status_code == status


@pytest.mark.parametrize("name", PAGES)
def test_the_way_back_is_in_the_same_newsroom(desk: Desk, language: str, name: str) -> None:
    page = BeautifulSoup(PAGES[name][0](desk).content, "html.parser")
    inside = [str(link["href"]) for link in page.select("header a, main a, footer a")]
    assert [link for link in inside if not link.startswith(HOME)] == []
    assert HOME in inside


def test_times_are_written_as_the_language_does(desk: Desk, language: str) -> None:
    first = NOON.replace(day=1)
    NewsroomPost.objects.update(published_at=first)
    page = BeautifulSoup(desk.get("").content, "html.parser")
    wanted = {
        "fr": "1er août 2026 à 12\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}00",
        "en": "1 August 2026, 12:00",
    }[language]
    assert [time.get_text() for time in page.select(".post time")] == [wanted]


def test_an_old_post_is_said_to_be_old_everywhere_it_is_read(desk: Desk, language: str) -> None:
    NewsroomPost.objects.update(published_at=NOON - timedelta(days=400))
    note = heading("This post is more than a year old: what it says may be out of date.", language)
    for path in ("", f"{desk.post.pk}/"):
        page = BeautifulSoup(desk.get(path).content, "html.parser")
        assert [found.get_text(strip=True) for found in page.select(".post-dated")] == [note]


def test_a_closed_newsroom_is_read_and_left_but_not_followed(desk: Desk, language: str, cast: Cast) -> None:
    cast.newsroom.state = "disconnected"
    cast.newsroom.save()
    for path in ("", f"{desk.post.pk}/", "charter/", "legal/"):
        response = desk.get(path)
        assert response.status_code == 200
        assert f'{HOME}subscribe/"' not in response.content.decode()
    for method in (desk.client.get, desk.client.post):
        assert method(f"{HOME}subscribe/").status_code == 404
    assert desk.post_to(desk.leave_link()).status_code == 302
    desk.reader.refresh_from_db()
    assert desk.reader.state == "left"
