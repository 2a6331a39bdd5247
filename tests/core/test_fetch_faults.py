"""Everything the web does wrong, over a real socket: each has its code, within its time."""

from __future__ import annotations

import gzip
import itertools
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from cm_suite.core.clock import now
from cm_suite.core.errors import Later
from cm_suite.core.fetch import Fetcher
from cm_suite.core.guard import Guard
from tests.core.faults import answer, reset
from tests.core.sites import AGENT, PAGE, Kept, Reader, Site, Turns, html, writes

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
SHORT = 0.4


def hang(conn: socket.socket) -> None:
    """Say nothing until the other side gives up."""
    conn.settimeout(5)
    conn.recv(1)


def drip(*head: bytes) -> Callable[[socket.socket], None]:
    """Write a byte every 50 ms, for ever."""

    def script(conn: socket.socket) -> None:
        conn.sendall(b"".join(head))
        for _each in range(200):
            conn.sendall(b"x")
            time.sleep(0.05)

    return script


def endless(piece: bytes, *head: bytes) -> Callable[[socket.socket], None]:
    """Write without end."""

    def script(conn: socket.socket) -> None:
        conn.sendall(b"".join(head))
        for _each in itertools.repeat(None):
            conn.sendall(piece)

    return script


SLOW: dict[str, Any] = {
    "hangs before a word": hang,
    "hangs in the headers": writes(HEAD, end=hang),
    "hangs in the body": writes(HEAD + b"Content-Length: 9\r\n\r\nabc", end=hang),
    "drips its body": drip(HEAD, b"\r\n"),
    "drips its headers": drip(b"HTTP/1.1 200 OK\r\nX: "),
    "drips in chunks": drip(HEAD, b"Transfer-Encoding: chunked\r\n\r\n", b"ffff\r\n"),
}
WRONG: dict[str, tuple[Any, str, str]] = {
    "a declared length of 2 GB": (writes(HEAD, b"Content-Length: 2000000000\r\n\r\nx"), "never", "too_large"),
    "an endless body": (endless(b"x" * 65536, HEAD, b"\r\n"), "never", "too_large"),
    "endless chunks": (
        endless(b"8000\r\n" + b"x" * 0x8000 + b"\r\n", HEAD, b"Transfer-Encoding: chunked\r\n\r\n"),
        "never",
        "too_large",
    ),
    "cut short": (writes(HEAD, b"Content-Length: 99\r\n\r\nabc"), "later", "truncated"),
    "cut in a chunk": (writes(HEAD, b"Transfer-Encoding: chunked\r\n\r\n9\r\nabc"), "later", "truncated"),
    "cut in gzip": (
        html(gzip.compress(PAGE.encode())[:-12], "Content-Encoding: gzip"),
        "later",
        "truncated",
    ),
    "broken gzip": (html(b"\x1f\x8b" + b"x" * 99, "Content-Encoding: gzip"), "later", "truncated"),
    "reset before a word": (reset, "later", "reset"),
    "gone before a word": (writes(b""), "later", "reset"),
    "reset in the body": (writes(HEAD, b"Content-Length: 9\r\n\r\nabc", end=reset), "later", "reset"),
    "a header without a name": (writes(HEAD, b": x\r\nContent-Length: 1\r\n\r\nx"), "never", "bad_header"),
    "no status": (writes(b"hello\r\n\r\n"), "never", "bad_header"),
    "a status that is no number": (writes(b"HTTP/1.1 two OK\r\n\r\n"), "never", "bad_header"),
    "two lengths": (
        writes(HEAD, b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        "never",
        "bad_header",
    ),
    "200 headers": (writes(HEAD, b"X: y\r\n" * 200, b"\r\n"), "never", "bad_header"),
    "a header of 100 KB": (writes(HEAD, b"X: ", b"y" * 100_000, b"\r\n\r\n"), "never", "bad_header"),
    "brotli that nobody asked for": (html(b"x", "Content-Encoding: br"), "never", "bad_header"),
    "a PDF": (html(b"%PDF-1.7", kind="application/pdf"), "never", "not_html"),
    "a PDF that says it is HTML": (html(b"%PDF-1.7 \xff"), "never", "not_html"),
    "an image": (html(b"\x89PNG", kind="image/png"), "never", "not_html"),
    "bytes": (html(b"MZ\x00\x01", kind="application/octet-stream"), "never", "not_html"),
    "JSON": (html(b"{}", kind="application/json"), "never", "not_html"),
    "a redirect to nowhere": (answer("302 Found"), "never", "http_error"),
    "no content": (answer("204 No Content"), "never", "http_error"),
    "a part": (answer("206 Partial Content", b"x"), "never", "http_error"),
}
STATUSES = [
    ("400 Bad Request", "never", "http_error"),
    ("401 Unauthorized", "never", "forbidden"),
    ("403 Forbidden", "never", "forbidden"),
    ("404 Not Found", "never", "not_found"),
    ("408 Request Timeout", "later", "server_error"),
    ("410 Gone", "never", "gone"),
    ("418 Teapot", "never", "http_error"),
    ("429 Too Many Requests", "later", "rate_limited"),
    ("451 Unavailable", "never", "forbidden"),
    ("500 Internal Server Error", "later", "server_error"),
    ("503 Service Unavailable", "later", "server_error"),
]


@pytest.mark.parametrize("name", SLOW)
def test_the_deadline_holds_whatever_is_slow(name: str) -> None:
    with Site({"/a": SLOW[name]}) as site:
        reader = Reader(site, deadline=SHORT)
        began = time.monotonic()
        assert reader.fault(site.url("/a")) == ("later", "deadline")
        assert SHORT - 0.05 < time.monotonic() - began < SHORT + 0.5
        assert reader.turns.busy == set()


def test_the_deadline_is_for_all_redirects_together() -> None:
    def late(conn: socket.socket) -> None:
        time.sleep(0.15)
        conn.sendall(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /%f\r\n\r\n" % time.monotonic())

    with Site({}) as site:
        site.routes = Anything(late)
        began = time.monotonic()
        assert Reader(site, deadline=SHORT).fault(site.url("/a")) == ("later", "deadline")
        assert time.monotonic() - began < SHORT + 0.5
    assert len(site.asked) < 5


class Anything(dict[str, Any]):
    """Routes where every path but robots.txt leads to one script."""

    def __init__(self, script: Any) -> None:
        super().__init__()
        self.script = script

    def get(self, path: str, default: Any = None) -> Any:
        """The script, or the default for robots.txt."""
        return default if path == "/robots.txt" else self.script


@pytest.mark.parametrize("name", WRONG)
def test_each_fault_has_its_code(name: str) -> None:
    route, outcome, code = WRONG[name]
    with Site({"/a": route}) as site:
        reader = Reader(site, most_bytes=300_000)
        began = time.monotonic()
        assert reader.fault(site.url("/a")) == (outcome, code)
        assert time.monotonic() - began < 2
        assert reader.turns.busy == set()


@pytest.mark.parametrize(("status", "outcome", "code"), STATUSES)
def test_each_status_has_its_code(status: str, outcome: str, code: str) -> None:
    with Site({"/a": answer(status, b"secret page")}) as site:
        error = Reader(site).error(site.url("/a"))
    assert (error.outcome, error.code, error.answer) == (outcome, code, status[:3])


@pytest.mark.parametrize(
    ("header", "seconds", "rest"),
    [("Retry-After: 120", 120, 120.0), ("Retry-After: 7200", 7200, 600.0), ("X-None: 1", None, 1.0)],
)
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_site_that_asks_for_patience_gets_it(
    status: str, header: str, seconds: int | None, rest: float
) -> None:
    with Site({"/a": answer(status, b"", header)}) as site, time_machine.travel(now(), tick=False):
        reader = Reader(site)
        error = reader.error(site.url("/a"))
        assert isinstance(error, Later)
        assert error.retry_at == (None if seconds is None else now() + timedelta(seconds=seconds))
    assert reader.turns.rests == [("site.example", rest)]


def test_nobody_listens() -> None:
    with Site({}) as site:
        url, reader = site.url("/a"), Reader(site)
    assert reader.fault(url) == ("later", "refused")


def gone(*_question: Any, **_hints: Any) -> list[Any]:
    raise socket.gaierror(socket.EAI_NONAME, "no such name")


def silent(*_question: Any, **_hints: Any) -> list[Any]:
    time.sleep(1)
    return []


@pytest.mark.parametrize("resolver", [gone, silent])
def test_a_name_that_leads_nowhere(resolver: Any) -> None:
    turns = Turns()
    fetcher = Fetcher(Guard(resolver=resolver), turns=turns, robots=Kept(), user_agent=AGENT, deadline=SHORT)
    began = time.monotonic()
    with pytest.raises(Later) as raised:
        fetcher.get("https://nowhere.example/")
    assert time.monotonic() - began < SHORT + 0.4
    assert raised.value.code == "dns"
    assert turns.rests == [("nowhere.example", 1.0)]


def test_a_site_that_does_not_pick_up(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def connect(sock: socket.socket, _address: Any) -> None:
        waits.append(sock.gettimeout() or 0.0)
        raise TimeoutError

    with Site({}) as site:
        monkeypatch.setattr(socket.socket, "connect", connect)
        assert Reader(site, deadline=SHORT).fault(site.url()) == ("later", "connect_timeout")
        monkeypatch.undo()
    assert 0 < waits[0] <= SHORT


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate"])
def test_a_bomb_is_capped_while_it_unpacks(encoding: str) -> None:
    kind = zlib.MAX_WBITS | (16 if "gzip" in encoding else 0)
    press = zlib.compressobj(9, wbits=kind)
    bomb = b"".join(press.compress(b"\0" * 1_000_000) for _each in range(60)) + press.flush()
    with Site({"/a": html(bomb, f"Content-Encoding: {encoding}")}) as site:
        reader = Reader(site, most_bytes=1_000_000)
        tracemalloc.start()
        try:
            assert reader.fault(site.url("/a")) == ("never", "too_large")
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 4_000_000


def test_a_secret_in_the_address_is_in_no_outcome() -> None:
    with Site({"/a?token=s3cr3t": reset}) as site:
        error = Reader(site).error(site.url("/a?token=s3cr3t"))
    assert (error.code, error.answer, error.__cause__, error.__context__) == ("reset", "", None, None)
