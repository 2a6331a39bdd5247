"""robots.txt: asked first, obeyed, remembered; and whose turn it is at a host."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from cm_suite.core import fetch
from cm_suite.core.clock import now
from cm_suite.core.errors import Later
from cm_suite.core.fetch import Robots
from tests.core.faults import answer, reset
from tests.core.sites import PAGE, Reader, Site, Turns, html, moved, writes


def robots(text: str) -> bytes:
    """A robots.txt as it goes over the wire."""
    return html(text, kind="text/plain")


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /b", "/a", True),
        ("User-agent: *\nDisallow: /a$", "/a?x=1", True),
        ("User-agent: *\nDisallow: /*?x=", "/a?x=1", False),
        ("User-agent: *\nDisallow: /\nAllow: /a", "/a", True),
        ("User-agent: CM_Suite\nDisallow: /\n\nUser-agent: *\nAllow: /", "/a", False),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("User-agent: cm_suite\nAllow: /\n\nUser-agent: *\nDisallow: /", "/a", True),
        ("\ufeffUser-agent: *\r\nDisallow: /caf%C3%A9", "/caf%c3%a9", False),
        ("<html>no such page", "/a", True),
        ("", "/a", True),
    ],
)
def test_what_a_site_forbids_is_not_read(text: str, path: str, allowed: bool) -> None:
    page = html()
    with Site({"/robots.txt": robots(text), path: page}) as site:
        reader = Reader(site)
        if allowed:
            assert reader.get(site.url(path)).text == PAGE
        else:
            assert reader.fault(site.url(path)) == ("never", "robots_forbidden")
    assert site.paths == ["/robots.txt", *([path] if allowed else [])]


@pytest.mark.parametrize("status", ["400 Bad", "401 Unauthorized", "403 Forbidden", "404 No", "410 Gone"])
def test_a_site_without_rules_allows_everything(status: str) -> None:
    routes = {"/robots.txt": answer(status, b"User-agent: *\nDisallow: /"), "/a": html()}
    with Site(routes) as site:
        reader = Reader(site)
        assert reader.get(site.url("/a")).text == PAGE
    assert reader.robots.known == {site.url(""): (Robots(), 3600.0)}


@pytest.mark.parametrize(
    "route",
    [answer("500 Oops"), answer("503 Busy", b"", "Retry-After: 5"), reset, writes(b"nonsense\r\n\r\n")],
)
def test_rules_that_cannot_be_read_forbid_everything_for_a_while(route: Any) -> None:
    routes = {"/robots.txt": route, "/a": html()}
    with Site(routes) as site, time_machine.travel(now(), tick=False):
        reader = Reader(site)
        for _each in range(2):
            error = reader.error(site.url("/a"))
            assert isinstance(error, Later)
            assert (error.code, error.retry_at) == ("robots_unreachable", now() + timedelta(seconds=120))
    assert site.paths == ["/robots.txt"]
    assert reader.robots.known == {site.url(""): (Robots(reachable=False), 120.0)}


def test_rules_that_hang_are_out_of_reach() -> None:
    with Site({"/robots.txt": lambda conn: conn.recv(1), "/a": html()}) as site:
        assert Reader(site, deadline=0.3).fault(site.url("/a")) == ("later", "robots_unreachable")


def test_a_site_that_is_too_busy_for_its_rules_is_left_alone() -> None:
    limit = answer("429 Too Many", b"", "Retry-After: 60")
    with Site({"/robots.txt": limit, "/a": html()}) as site:
        reader = Reader(site)
        assert reader.fault(site.url("/a")) == ("later", "rate_limited")
    assert (reader.turns.rests, reader.robots.known) == ([("site.example", pytest.approx(60, abs=1))], {})


def test_rules_are_asked_once_and_kept() -> None:
    with Site({"/robots.txt": robots("User-agent: *\nDisallow: /b"), "/a": html(), "/b": html()}) as site:
        reader = Reader(site)
        reader.get(site.url("/a"))
        reader.get(site.url("/a"))
        assert reader.fault(site.url("/b")) == ("never", "robots_forbidden")
    assert site.paths == ["/robots.txt", "/a", "/a"]


def test_a_redirect_asks_the_new_host_for_its_rules() -> None:
    closed = {"/robots.txt": robots("User-agent: *\nDisallow: /"), "/b": html()}
    with Site(closed) as other, Site({"/a": moved(other.url("/b", "other.example"))}) as site:
        reader = Reader(site, other, hosts=("site.example", "other.example"))
        assert reader.fault(site.url("/a")) == ("never", "robots_forbidden")
    assert (site.paths, other.paths) == (["/robots.txt", "/a"], ["/robots.txt"])
    assert sorted(reader.turns.rests) == [("other.example", 1.0), ("site.example", 1.0)]


def test_rules_may_be_elsewhere() -> None:
    with Site({"/robots.txt": robots("User-agent: *\nDisallow: /a")}) as other, Site({"/a": html()}) as site:
        site.routes["/robots.txt"] = moved(other.url("/robots.txt", "other.example"))
        reader = Reader(site, other, hosts=("site.example", "other.example"))
        assert reader.fault(site.url("/a")) == ("never", "robots_forbidden")
    assert (site.paths, reader.turns.busy) == (["/robots.txt"], set())


@pytest.mark.parametrize("to", ["/robots.txt", "/robots2.txt"])
def test_rules_that_lead_in_a_circle_are_none(to: str) -> None:
    routes = {"/robots.txt": moved(to), "/robots2.txt": moved("/robots.txt"), "/a": html()}
    with Site(routes) as site:
        assert Reader(site).get(site.url("/a")).text == PAGE
    assert len(site.paths) == 7


def test_rules_that_lead_inside_are_not_followed() -> None:
    with Site({}) as inside:
        address = f"http://127.0.0.1:{inside.port}/robots.txt"
        with Site({"/robots.txt": moved(address), "/a": html()}) as site:
            assert Reader(site).fault(site.url("/a")) == ("never", "bad_address")
        with Site({"/robots.txt": moved("http://10.0.0.1/robots.txt"), "/a": html()}) as site:
            assert Reader(site).fault(site.url("/a")) == ("never", "private_address")
    assert inside.asked == []


@pytest.mark.parametrize(
    ("delay", "rest"), [("5", 5.0), ("0.2", 1.0), ("86400", 30.0), ("-1", 1.0), ("nan", 1.0), ("x", 1.0)]
)
def test_the_delay_a_site_asks_for_is_kept_within_bounds(delay: str, rest: float) -> None:
    text = f"User-agent: *\nCrawl-delay: {delay}"
    with Site({"/robots.txt": robots(text), "/a": html()}) as site:
        reader = Reader(site)
        reader.get(site.url("/a"))
    assert reader.turns.rests == [("site.example", rest)]


def test_a_host_that_is_being_read_is_not_asked() -> None:
    with Site({"/a": html()}) as site, time_machine.travel(now(), tick=False):
        reader = Reader(site, turns=Turns(busy=["site.example"]))
        error = reader.error(site.url("/a"))
        assert isinstance(error, Later)
        assert (error.code, error.retry_at) == ("host_busy", now() + timedelta(seconds=7))
    assert (site.asked, reader.turns.rests) == ([], [])


def test_a_redirect_waits_for_the_turn_of_the_new_host() -> None:
    with Site({"/b": html()}) as other, Site({"/a": moved(other.url("/b", "other.example"))}) as site:
        turns = Turns(busy=["other.example"])
        reader = Reader(site, other, hosts=("site.example", "other.example"), turns=turns)
        assert reader.fault(site.url("/a")) == ("later", "host_busy")
    assert (other.asked, turns.busy) == ([], {"other.example"})


def test_a_turn_outlasts_the_deadline_a_little_and_is_taken_once() -> None:
    with Site({"/a": moved("/b"), "/b": html()}) as site:
        reader = Reader(site, deadline=3.0)
        reader.get(site.url("/a").replace("site.example", "SITE.example"))
    assert reader.turns.taken == [("site.example", pytest.approx(7.0, abs=0.5))]


def test_long_rules_are_obeyed_and_few_of_them_kept() -> None:
    """Read, a robots.txt takes thirty times its length: many long ones would fill a worker."""
    with Site({f"/{n}/a": html() for n in range(5)}) as site:
        hosts = tuple(f"site{n}.example" for n in range(5))
        reader = Reader(site, hosts=hosts)
        for n, host in enumerate(hosts):
            rules = "User-agent: *\n" + f"Disallow: /{n}/b\n" * (fetch.LONG_ROBOTS // 10)
            reader.robots.keep(site.url("", host), Robots(rules), 60)
            assert reader.get(site.url(f"/{n}/a", host)).text == PAGE
            assert reader.fault(site.url(f"/{n}/b", host)) == ("never", "robots_forbidden")
    assert fetch._few.cache_info().currsize == 2
    assert fetch._few.cache_info().misses >= 5


def test_hostile_rules_are_read_in_no_time() -> None:
    text = "User-agent: *\n" + "Disallow: /" + "*a" * 200 + "*b\n" * 2 + "x" * 600_000
    path = "/" + "a" * 900
    with Site({"/robots.txt": robots(text), path: html()}) as site:
        reader = Reader(site)
        assert reader.get(site.url(path)).text == PAGE
    assert len(reader.robots.known[site.url("")][0].text) == 512_000
