"""The Atom feed, read by an XML parser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from pages.models import Page
from pages.newsroom.messages import mark
from pages.newsroom.models import NewsroomPost
from pages.newsroom.rules import POSTS_A_FEED
from tests.newsroom.helpers import NOON, make_post
from tests.people import Cast

FEED = "/p/maison-lumen/feed.atom"
HOME = "https://pages.exemple.fr/p/maison-lumen/"
ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

type Node = tuple[str, dict[str, str], str, list[Node]]


@pytest.fixture(autouse=True)
def public_url(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://pages.exemple.fr"


@pytest.fixture(autouse=True)
def opened(cast: Cast) -> None:
    Page.objects.filter(pk=cast.newsroom.pk).update(created_at=datetime(2026, 8, 1, tzinfo=UTC))


def tree(element: ElementTree.Element) -> Node:
    """An element as plain data."""
    return (
        element.tag.removeprefix(ATOM),
        dict(element.attrib),
        (element.text or "").strip(),
        [tree(child) for child in element],
    )


def read(client: Client) -> ElementTree.Element:
    return ElementTree.fromstring(client.get(FEED).content)  # noqa: S314  # our own feed


def entry(post: NewsroomPost, *, title: str, at: str, category: str, content: str) -> Node:
    """The entry a post must give, published at noon in Paris on a day."""
    return (
        "entry",
        {XML_LANG: post.language},
        "",
        [
            ("title", {}, title, []),
            ("link", {"href": f"{HOME}{post.pk}/", "rel": "alternate"}, "", []),
            ("published", {}, f"{at}T10:00:00+00:00", []),
            ("updated", {}, f"{at}T10:00:00+00:00", []),
            ("id", {}, f"tag:pages.exemple.fr,{at}:p/{post.page_id}/{post.pk}", []),
            ("category", {"term": category}, "", []),
            ("content", {"type": "html"}, content, []),
        ],
    )


def test_the_whole_feed_is_as_it_should_be(cast: Cast, client: Client) -> None:
    cast.brand.tagline = "La lumière, simplement"
    cast.brand.save()
    first = make_post(cast.newsroom, "Bonjour & <bienvenue>\n\nÀ tous", NOON - timedelta(days=1))
    second = make_post(
        cast.newsroom,
        "Moins 20 %",
        link="https://exemple.fr/?a=1&b=2",
        content_type="promotion",
        language="en",
    )
    with translation.override("fr"):
        news, advertisement = mark("information"), mark("promotion")
    assert tree(read(client)) == (
        "feed",
        {XML_LANG: "fr"},
        "",
        [
            ("title", {}, "Maison Lumen", []),
            ("link", {"href": HOME, "rel": "alternate"}, "", []),
            ("link", {"href": f"{HOME}feed.atom", "rel": "self"}, "", []),
            ("id", {}, f"tag:pages.exemple.fr,2026-08-01:p/{cast.newsroom.pk}", []),
            ("updated", {}, "2026-08-12T10:00:00+00:00", []),
            ("author", {}, "", [("name", {}, "Maison Lumen SAS", [])]),
            ("subtitle", {}, "La lumière, simplement", []),
            entry(
                second,
                title=f"[{advertisement}] Moins 20 %",
                at="2026-08-12",
                category=advertisement,
                content=f"<p><strong>{advertisement}</strong></p>\n"
                '<p dir="auto">Moins 20 %</p>\n'
                '<p><a href="https://exemple.fr/?a=1&amp;b=2" rel="noopener">'
                "https://exemple.fr/?a=1&amp;b=2</a></p>",
            ),
            entry(
                first,
                title="Bonjour & <bienvenue>",
                at="2026-08-11",
                category=news,
                content='<p dir="auto">Bonjour &amp; &lt;bienvenue&gt;</p>\n<p dir="auto">À tous</p>',
            ),
        ],
    )


def test_an_empty_feed_is_valid_and_does_not_change_with_time(client: Client) -> None:
    feed = read(client)
    assert feed.findtext(f"{ATOM}updated") == "2026-08-01T00:00:00+00:00"
    assert feed.findall(f"{ATOM}entry") == []


def test_its_type_and_where_pages_announce_it(client: Client) -> None:
    response = client.get(FEED)
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    link = '<link rel="alternate" type="application/atom+xml" title="Maison Lumen" href="https://pages.exemple.fr'
    assert link + FEED + '">' in client.get("/p/maison-lumen/").content.decode()


def test_signs_that_xml_forbids_are_left_out(cast: Cast, client: Client) -> None:
    make_post(cast.newsroom, "avant\x01\x0b\ufffe après")
    entry = read(client).find(f"{ATOM}entry")
    assert entry is not None
    assert (entry.findtext(f"{ATOM}title"), entry.findtext(f"{ATOM}content")) == (
        "avant après",
        '<p dir="auto">avant après</p>',
    )


def test_only_the_newest_posts_are_in_it(cast: Cast, client: Client) -> None:
    for n in range(POSTS_A_FEED + 2):
        make_post(cast.newsroom, f"n{n}", NOON + timedelta(minutes=n))
    titles = [entry.findtext(f"{ATOM}title") for entry in read(client).findall(f"{ATOM}entry")]
    assert titles == [f"n{n}" for n in range(POSTS_A_FEED + 1, 1, -1)]
