"""Reading one page: what is asked, what comes back, and what follows a redirect."""

from __future__ import annotations

import pytest

from cm_suite.core.fetch import Fetched, Kind
from tests.core.faults import answer
from tests.core.sites import AGENT, PAGE, Reader, Site, html, moved

OK = html(PAGE, 'ETag: "v1"', "Last-Modified: Mon, 02 Nov 2026 10:00:00 GMT")
SINCE = "Mon, 02 Nov 2026 10:00:00 GMT"


def test_a_page_is_read_with_all_that_is_known_of_it() -> None:
    with Site({"/a": OK}) as site:
        page = Reader(site).get(site.url("/a#part"))
    assert page == Fetched(
        url=site.url("/a#part"),
        final_url=site.url("/a"),
        status=200,
        text=PAGE,
        kind=Kind.HTML,
        media_type="text/html",
        charset="utf-8",
        etag='"v1"',
        modified=SINCE,
        body_bytes=len(PAGE.encode()),
    )


def test_a_site_sees_who_asks_and_nothing_of_a_browser() -> None:
    with Site({"/a": OK}) as site:
        Reader(site).get(site.url("/a"))
    assert site.paths == ["/robots.txt", "/a"]
    assert [asked.headers["user-agent"] for asked in site.asked] == [AGENT, AGENT]
    assert {"cookie", "referer", "authorization"}.isdisjoint(site.asked[1].headers)
    assert site.asked[1].headers["accept-encoding"] == "gzip, deflate"


def test_a_page_that_did_not_change_is_not_sent_again() -> None:
    with Site({"/a": answer("304 Not Modified")}) as site:
        page = Reader(site).get(site.url("/a"), etag='"v1"', modified=SINCE)
        headers = site.asked[-1].headers
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('"v1"', SINCE)
    assert page == Fetched(site.url("/a"), site.url("/a"), 304, etag='"v1"', modified=SINCE, unchanged=True)


def test_a_304_that_nobody_asked_for_is_an_error() -> None:
    with Site({"/a": answer("304 Not Modified")}) as site:
        assert Reader(site).fault(site.url("/a")) == ("never", "http_error")


@pytest.mark.parametrize("etag", ['"\r\nX-Other: 1"', '"é"', ""])
def test_an_odd_tag_is_not_sent(etag: str) -> None:
    with Site({"/a": OK}) as site:
        Reader(site).get(site.url("/a"), etag=etag)
        assert {"if-none-match", "x-other"}.isdisjoint(site.asked[-1].headers)


@pytest.mark.parametrize(
    ("header", "kept"),
    [('ETag: "' + "x" * 199 + '"', ""), ('ETag: W/"a"', 'W/"a"'), ("X-None: 1", "")],
)
def test_a_tag_is_kept_whole_or_not_at_all(header: str, kept: str) -> None:
    with Site({"/a": html(PAGE, header)}) as site:
        assert Reader(site).get(site.url("/a")).etag == kept


def test_redirects_are_followed_to_the_page() -> None:
    routes = {"/a": moved("/b", "301 Moved Permanently"), "/b": moved("c?x=Ã©"), "/c?x=%C3%A9": OK}
    with Site(routes) as site:
        page = Reader(site).get(site.url("/a"))
        assert (page.url, page.text) == (site.url("/a"), PAGE)
        assert site.paths == ["/robots.txt", "/a", "/b", "/c?x=%C3%A9"]


def test_five_redirects_are_followed_and_no_sixth() -> None:
    routes = {f"/{number}": moved(f"/{number + 1}") for number in range(6)} | {"/6": OK}
    with Site(routes) as site:
        reader = Reader(site)
        assert reader.get(site.url("/1")).text == PAGE
        assert reader.fault(site.url("/0")) == ("never", "too_many_redirects")
    assert site.paths[-6:] == ["/0", "/1", "/2", "/3", "/4", "/5"]


@pytest.mark.parametrize(
    ("routes", "asked"),
    [
        ({"/a": moved("/a")}, ["/a"]),
        ({"/a": moved("/a#again")}, ["/a"]),
        ({"/a": moved("/b"), "/b": moved("/a")}, ["/a", "/b"]),
    ],
)
def test_a_circle_is_noticed_at_once(routes: dict[str, bytes], asked: list[str]) -> None:
    with Site(routes) as site:
        assert Reader(site).fault(site.url("/a")) == ("never", "redirect_loop")
    assert site.paths == ["/robots.txt", *asked]


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("ftp://site.example/", "bad_address"),
        ("file:///etc/passwd", "bad_address"),
        ("javascript:alert(1)", "bad_address"),
        ("http://[::1", "bad_address"),
        ("http://me:secret@site.example/", "bad_address"),
        ("http://site.example:22/", "bad_address"),
        ("http://127.0.0.1/", "private_address"),
        ("http://169.254.169.254/latest/", "private_address"),
        ("/" + "x" * 5000, "bad_address"),
    ],
)
def test_a_redirect_goes_through_the_guard(location: str, code: str) -> None:
    with Site({"/a": moved(location)}) as site:
        assert Reader(site).fault(site.url("/a")) == ("never", code)
    assert site.paths == ["/robots.txt", "/a"]


@pytest.mark.parametrize(
    "url", ["", "site", "http://", "http://a b/", "http://*.example/", "http://x" + "é" * 70]
)
def test_what_is_no_address_is_asked_nowhere(url: str) -> None:
    with Site({}) as site:
        reader = Reader(site)
        assert reader.fault(url) == ("never", "bad_address")
    assert (site.asked, reader.turns.busy) == ([], set())


@pytest.mark.parametrize(
    ("kind", "body", "found"),
    [
        ("text/html", "<p>a", Kind.HTML),
        ("application/xhtml+xml", "<html/>", Kind.HTML),
        ("", "<p>a", Kind.HTML),
        ("", "a", Kind.TEXT),
        ("text/plain; charset=utf-8", "a", Kind.TEXT),
        ("application/rss+xml", "<rss/>", Kind.FEED),
        ("text/html", '<?xml version="1.0"?><!-- <3 --><rss version="2.0"></rss>', Kind.FEED),
        ("text/xml", "<feed xmlns='x'/>", Kind.FEED),
        ("application/xml", "<rdf:RDF/>", Kind.FEED),
        ("application/octet-stream", "<feed/>", Kind.FEED),
        ("text/html", "", Kind.HTML),
    ],
)
def test_the_kind_follows_what_a_page_is(kind: str, body: str, found: Kind) -> None:
    with Site({"/a": html(body, kind=kind)}) as site:
        reader = Reader(site)
        assert reader.get(site.url("/a")).kind is found
        others = tuple(each for each in Kind if each is not found)
        assert reader.fault(site.url("/a"), accept=others) == ("never", "not_html")
