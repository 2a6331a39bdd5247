"""The demo's own small web: four sites, twelve pages, nothing else."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from cm_suite.demo import small_web
from cm_suite.ops.run import is_free

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def base() -> Iterator[int]:
    """The first of four ports in a row where the sites answer."""
    port = next(
        first for first in range(21_000, 30_000, 4) if all(is_free(first + place) for place in range(4))
    )
    servers = small_web.serve(port, NOW)
    yield port
    for server in servers:
        server.shutdown()
        server.server_close()


def get(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask one site for one path."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    link.request("GET", path, headers=headers)
    answer = link.getresponse()
    found = answer.status, dict(answer.headers), answer.read()
    link.close()
    return found


def pages() -> list[tuple[int, small_web.Article]]:
    """Every page with the place of its site."""
    return [(place, page) for place, site in enumerate(small_web.sites()) for page in site.articles]


def test_there_are_twelve_pages_on_a_press_site_a_blog_a_forum_and_a_shop() -> None:
    assert [site.kind for site in small_web.sites()] == ["press", "blog", "forum", "shop"]
    assert len(pages()) == 12


@pytest.mark.parametrize(("place", "page"), pages())
def test_each_page_says_its_title_and_every_word(place: int, page: small_web.Article, base: int) -> None:
    status, headers, body = get(base + place, f"/{page.path}")
    soup = BeautifulSoup(body, "lxml")
    assert (status, headers["Content-Type"]) == (200, small_web.HTML)
    assert soup.find("h1").get_text() == page.title  # type: ignore[union-attr]  # every page has one
    shown = soup.get_text(" ", strip=True)
    assert all(paragraph in shown for paragraph in page.text.split("\n\n"))
    assert [text for _author, text in page.comments if text not in shown] == []


def test_a_page_known_already_is_not_sent_again(base: int) -> None:
    path = "/ville/odeurs-rue-des-ciriers"
    _status, headers, _body = get(base, path)
    again = get(base, path, **{"If-None-Match": headers["ETag"]})
    assert (again[0], again[2]) == (304, b"")
    assert get(base, path, **{"If-None-Match": '"another"'})[0] == 200


def test_what_is_not_there_is_not_found(base: int) -> None:
    assert get(base, "/nothing")[0] == 404
    assert get(base + 2, "/robots.txt")[0] == 404


def test_the_feed_names_the_press_pages_newest_first_and_the_shops_is_empty(base: int) -> None:
    atom = ElementTree.fromstring(get(base, "/feed.atom")[2])  # noqa: S314 -- our own
    found = [link.get("href") for link in atom.iter("{http://www.w3.org/2005/Atom}link")]
    press = sorted(small_web.sites()[0].articles, key=lambda each: each.days)
    assert found == [f"http://courrier.localhost:{base}/{each.path}" for each in press]
    rss = ElementTree.fromstring(get(base + 3, "/nouveautes.rss")[2])  # noqa: S314 -- our own
    assert list(rss.iter("item")) == []


def test_a_press_page_dates_itself_for_machines(base: int) -> None:
    soup = BeautifulSoup(get(base, "/emploi/cinq-ateliers-qui-recrutent")[2], "lxml")
    said = json.loads(soup.find("script", type="application/ld+json").string)  # type: ignore[union-attr, arg-type]
    assert said["datePublished"] == "2026-11-14T07:00:00+00:00"
    assert soup.find("time").get_text() == "14 novembre 2026"  # type: ignore[union-attr]  # as a reader sees it


def test_a_port_that_is_taken_is_said(base: int) -> None:
    with pytest.raises(OSError, match="in use"):
        small_web.serve(base, NOW)
