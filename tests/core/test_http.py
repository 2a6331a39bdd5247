"""A call to a network ends in an answer or in the right outcome, and is made once."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from cm_suite.core import http
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from cm_suite.core.guard import Guard, GuardRefused
from cm_suite.core.http import NetworkHttp, Refusal, retry_at
from tests.core.faults import Server, answer, bite, reset

TOKEN = "s3cr3t-token"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
READ_WRITE = [("GET", Later), ("POST", Unknown), ("PUT", Unknown), ("PATCH", Unknown), ("DELETE", Unknown)]


class MemoryPace:
    """A Pace that is only a dictionary."""

    def __init__(self) -> None:
        self.until: dict[str, datetime] = {}

    def blocked_until(self, account: str) -> datetime | None:
        return self.until.get(account)

    def block(self, account: str, until: datetime) -> None:
        self.until[account] = until


def client(server: Server, **options: Any) -> NetworkHttp:
    given: dict[str, Any] = {
        "account": "page-1",
        "secrets": (TOKEN,),
    } | options
    return NetworkHttp(Guard(server.pair), **given)


def hasty(server: Server) -> NetworkHttp:
    """A client that gives up after a third of a second of silence, and after a second in all."""
    return client(server, connect_timeout=0.3, read_timeout=0.3)


def outcome(caller: NetworkHttp, method: str, url: str, **parts: Any) -> OutcomeError:
    with pytest.raises(OutcomeError) as raised:
        caller.call(method, url, headers={"Authorization": f"Bearer {TOKEN}"}, **parts)
    return raised.value


def summary(error: OutcomeError) -> tuple[type[OutcomeError], str]:
    return type(error), error.code


# What goes well


def test_an_answer_comes_back_whole(server: Server) -> None:
    server.answering(answer("201 Created", b'{"id": "7"}', "X-Limit: 5"))
    found = client(server).call(
        "post", f"{server.url}/api", headers={"Idempotency-Key": "k"}, params={"a": "é"}, json={"status": "x"}
    )
    assert (found.status, found.json(), found.headers["x-limit"]) == (201, {"id": "7"}, "5")
    asked = server.asked[0]
    assert (asked.line, asked.body) == ("POST /api?a=%C3%A9 HTTP/1.1", b'{"status": "x"}')
    assert asked.headers["idempotency-key"] == "k"


def test_a_file_is_sent(server: Server) -> None:
    client(server).call("POST", server.url, data={"a": "1"}, files={"file": ("a.txt", b"content")})
    assert b"content" in server.asked[0].body
    assert b'name="a"' in server.asked[0].body


def test_a_not_modified_is_an_answer_to_a_read(server: Server) -> None:
    server.answering(b"HTTP/1.1 304 Not Modified\r\n\r\n")
    assert client(server).call("GET", server.url).status == 304


def test_each_call_has_its_own_connection(server: Server) -> None:
    server.answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    caller = client(server)
    for method in ("GET", "POST", "POST"):
        caller.call(method, server.url)
    assert server.connections == 3


# Nothing left


def test_a_closed_port_means_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    caller = NetworkHttp(Guard(frozenset({("127.0.0.1", port)})), account="a")
    error = outcome(caller, "POST", f"http://127.0.0.1:{port}/", json={})
    assert summary(error) == (Later, "not_sent")
    assert error.answer == "NewConnectionError"


def test_a_name_without_address_means_nothing_was_sent() -> None:
    def nobody(*_question: Any, **_hints: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    error = outcome(NetworkHttp(Guard(resolver=nobody), account="a"), "POST", "https://nowhere.example/")
    assert (summary(error), error.answer) == ((Later, "not_sent"), "NameResolutionError")


def test_a_connection_that_never_opens_means_nothing_was_sent() -> None:
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    port = full.getsockname()[1]
    queued = [socket.socket() for _each in range(3)]
    for each in queued:
        each.setblocking(False)
        each.connect_ex(("127.0.0.1", port))
    caller = NetworkHttp(Guard(frozenset({("127.0.0.1", port)})), account="a", connect_timeout=0.3)
    error = outcome(caller, "POST", f"http://127.0.0.1:{port}/", json={})
    assert (summary(error), error.answer) == ((Later, "not_sent"), "ConnectTimeoutError")
    for each in [*queued, full]:
        each.close()


def test_a_failed_handshake_means_nothing_was_sent(server: Server) -> None:
    server.scripts = [lambda conn: conn.sendall(b"this is not TLS")]
    error = outcome(client(server), "POST", server.url.replace("http", "https"), json={})
    assert (summary(error), error.answer) == ((Later, "not_sent"), "SSLError")
    assert server.asked == []


def test_a_dripping_handshake_is_cut(server: Server) -> None:
    def drip(conn: socket.socket) -> None:
        conn.sendall(b"\x16\x03\x03\x40\x00")
        for _second in range(60):
            conn.sendall(b"\x00")
            time.sleep(0.1)

    server.scripts = [drip]
    started = time.monotonic()
    error = outcome(hasty(server), "POST", server.url.replace("http", "https"), json={})
    assert summary(error) == (Later, "not_sent")
    assert time.monotonic() - started < 4


def test_the_guard_refuses_for_good() -> None:
    error = outcome(NetworkHttp(Guard(), account="a"), "POST", "http://169.254.169.254/", json={})
    assert summary(error) == (GuardRefused, "address_private")


@pytest.mark.parametrize("host", ["127。0。0。1", "①②⑦.0.0.1", "０x7f.1", "é" * 70, "*.example"])
def test_a_host_that_is_no_name_is_refused_unasked(host: str) -> None:
    def unasked(*_question: Any, **_hints: Any) -> list[Any]:
        raise AssertionError

    error = outcome(NetworkHttp(Guard(resolver=unasked), account="a"), "POST", f"http://{host}/")
    assert summary(error) == (GuardRefused, "address_malformed")


@pytest.mark.parametrize("token", ["line\r\nbreak", "caf\u00e9 \u20ac"])
def test_a_token_that_cannot_be_a_header_is_refused_unsent(token: str, server: Server) -> None:
    with pytest.raises(Never) as raised:
        client(server).call("POST", server.url, headers={"Authorization": f"Bearer {token}"})
    assert raised.value.code == "request_malformed"
    assert token not in f"{raised.value!r} {raised.value.answer} {raised.value.__context__!r}"
    assert server.asked == []


# Bytes left


@pytest.mark.parametrize(("method", "kind"), READ_WRITE)
def test_a_reset_before_the_answer(method: str, kind: type[OutcomeError], server: Server) -> None:
    server.scripts = [server.reads(end=reset)]
    assert summary(outcome(client(server), method, server.url)) == (kind, "no_answer")
    assert len(server.asked) == server.connections == 1


@pytest.mark.parametrize(("method", "kind"), READ_WRITE)
def test_a_drop_after_the_body_was_read(method: str, kind: type[OutcomeError], server: Server) -> None:
    server.scripts = [server.reads()]
    error = outcome(client(server), method, server.url, json={"status": "x"})
    assert summary(error) == (kind, "no_answer")
    assert [asked.body for asked in server.asked] == [b'{"status": "x"}']


def test_a_reset_before_the_whole_request_was_read_is_unknown_all_the_same(server: Server) -> None:
    server.scripts = [bite]
    error = outcome(client(server), "POST", server.url, data=b"x" * 3_000_000)
    assert summary(error) == (Unknown, "no_answer")
    assert server.connections == 1


@pytest.mark.parametrize(("method", "kind"), READ_WRITE)
def test_a_silent_server(method: str, kind: type[OutcomeError], server: Server) -> None:
    server.scripts = [server.reads(end=lambda _conn: time.sleep(1))]
    assert summary(outcome(hasty(server), method, server.url)) == (kind, "no_answer")
    assert server.connections == 1


@pytest.mark.parametrize(("method", "kind"), READ_WRITE)
@pytest.mark.parametrize("status", ["500 Oops", "502 Bad Gateway", "504 Gateway Timeout"])
def test_a_server_error(method: str, kind: type[OutcomeError], status: str, server: Server) -> None:
    server.answering(answer(status, f"broken for {TOKEN}".encode()))
    error = outcome(client(server), method, server.url)
    assert summary(error) == (kind, "server_error")
    assert error.answer == f"{status[:3]} broken for [redacted]"
    assert server.connections == 1


def test_a_503_that_names_a_time_is_still_unknown_on_a_write(server: Server) -> None:
    server.answering(answer("503 Busy", b"", "Retry-After: 30"))
    assert summary(outcome(client(server), "POST", server.url)) == (Unknown, "server_error")
    with time_machine.travel(NOW, tick=False):
        error = outcome(client(server), "GET", server.url)
    assert isinstance(error, Later)
    assert error.retry_at == NOW + timedelta(seconds=30)


def cut_short(server: Server) -> None:
    server.answering(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id":')


def chunk_missing(server: Server) -> None:
    server.answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{")


def bad_gzip(server: Server) -> None:
    server.answering(answer("200 OK", b"not gzip", "Content-Encoding: gzip"))


@pytest.mark.parametrize(("method", "kind"), READ_WRITE)
@pytest.mark.parametrize("fault", [cut_short, chunk_missing, bad_gzip])
def test_a_truncated_answer(method: str, kind: type[OutcomeError], fault: Any, server: Server) -> None:
    fault(server)
    assert summary(outcome(client(server), method, server.url)) == (kind, "answer_cut")


@pytest.mark.parametrize(("method", "kind"), [("GET", Later), ("POST", Unknown)])
@pytest.mark.parametrize(
    "head", [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"]
)
def test_a_dripping_server_is_cut(method: str, kind: type[OutcomeError], head: bytes, server: Server) -> None:
    server.scripts = [server.reads(head, *[b"H"] * 60, pause=0.1)]
    started = time.monotonic()
    error = outcome(hasty(server), method, server.url)
    assert summary(error) == (kind, "answer_cut" if head else "no_answer")
    assert time.monotonic() - started < 4


@pytest.mark.parametrize(("method", "kind"), [("GET", Later), ("POST", Unknown)])
def test_an_answer_over_the_size_limit(
    method: str, kind: type[OutcomeError], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MAX_BODY", 100_000)
    server.answering(answer("200 OK", b"x" * 400_000))
    assert summary(outcome(client(server), method, server.url)) == (kind, "answer_too_large")


def test_a_small_answer_that_unpacks_to_a_large_one(server: Server) -> None:
    packed = gzip.compress(b"\0" * 2 * http.MAX_BODY)
    server.answering(answer("200 OK", packed, "Content-Encoding: gzip"))
    assert summary(outcome(client(server), "GET", server.url)) == (Later, "answer_too_large")


@pytest.mark.parametrize(("method", "kind"), [("GET", Later), ("POST", Unknown)])
def test_an_answer_that_is_not_json(method: str, kind: type[OutcomeError], server: Server) -> None:
    server.answering(answer("200 OK", b"<html>"))
    found = client(server).call(method, server.url)
    with pytest.raises(kind) as raised:
        found.json()
    assert (raised.value.code, raised.value.__context__) == ("answer_unreadable", None)


# Refused, slowed down, sent elsewhere


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
def test_a_refusal_keeps_what_the_network_said(method: str, status: int, server: Server) -> None:
    server.answering(answer(f"{status} No", b'{"error": "no"}', "X-Why: because"))
    error = outcome(client(server), method, server.url)
    assert isinstance(error, Refusal)
    assert (error.code, error.status, error.body) == ("refused", status, b'{"error": "no"}')
    assert (error.headers["x-why"], error.step) == ("because", NextStep.NONE)
    assert error.answer == f'{status} {{"error": "no"}}'


@pytest.mark.parametrize(
    ("method", "status", "kind", "code"),
    [
        ("GET", 408, Later, "no_answer"),
        ("POST", 408, Unknown, "no_answer"),
        ("DELETE", 408, Unknown, "no_answer"),
        ("GET", 425, Later, "server_error"),
        ("POST", 425, Later, "server_error"),
    ],
)
def test_what_is_said_of_time_alone_is_no_refusal(
    method: str, status: int, kind: type[OutcomeError], code: str, server: Server
) -> None:
    server.answering(answer(f"{status} Not now", b"<html>", "Retry-After: 90"))
    pace = MemoryPace()
    with time_machine.travel(NOW, tick=False):
        error = outcome(client(server, pace=pace), method, server.url)
    assert (summary(error), error.answer) == ((kind, code), f"{status} <html>")
    if isinstance(error, Later):
        assert error.retry_at == NOW + timedelta(seconds=90)
    assert (pace.until, server.connections) == ({}, 1)


def test_a_refusal_cut_short_is_still_a_refusal(server: Server) -> None:
    server.answering(b"HTTP/1.1 422 No\r\nContent-Length: 100\r\n\r\ntoo long")
    error = outcome(client(server), "POST", server.url)
    assert (summary(error), error.answer) == ((Refusal, "refused"), "422")


@pytest.mark.parametrize(
    "header", ["Retry-After: 90", "Retry-After: Sun, 01 Mar 2026 12:01:30 GMT", "X-RateLimit-Reset: 90"]
)
def test_a_429_slows_the_account_down(header: str, server: Server) -> None:
    server.answering(answer("429 Slow down", b"", header))
    pace = MemoryPace()
    with time_machine.travel(NOW, tick=False):
        error = outcome(client(server, pace=pace), "POST", server.url)
        assert isinstance(error, Later)
        assert (error.code, error.retry_at) == ("rate_limited", NOW + timedelta(seconds=90))
        again = outcome(client(server, pace=pace), "POST", server.url)
        assert isinstance(again, Later)
        assert (again.code, again.retry_at) == ("rate_limited", NOW + timedelta(seconds=90))
        outcome(client(server, pace=pace, account="page-2"), "POST", server.url)
    assert pace.until["page-1"] == NOW + timedelta(seconds=90)
    assert server.connections == 2  # the second call of page-1 never left


def test_a_429_without_a_time_waits_a_minute(server: Server) -> None:
    server.answering(answer("429 Slow down"))
    pace = MemoryPace()
    with time_machine.travel(NOW, tick=False):
        error = outcome(client(server, pace=pace), "GET", server.url)
    assert isinstance(error, Later)
    assert error.retry_at == pace.until["page-1"] == NOW + timedelta(minutes=1)


def test_a_network_may_ask_for_rest_in_words_of_its_own(server: Server) -> None:
    pace = MemoryPace()
    with time_machine.travel(NOW, tick=False):
        client(server, pace=pace).rest(NOW + timedelta(days=9))
        error = outcome(client(server, pace=pace), "GET", server.url)
    assert isinstance(error, Later)
    assert (error.code, error.retry_at) == ("rate_limited", NOW + timedelta(days=1))
    assert server.connections == 0


def test_a_pace_in_the_past_stops_nobody(server: Server) -> None:
    pace = MemoryPace()
    pace.block("page-1", datetime.now(UTC) - timedelta(seconds=1))
    assert client(server, pace=pace).call("GET", server.url).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("status", "kind"), [(301, Never), (302, Never), (303, Unknown), (307, Never), (308, Never)]
)
def test_a_redirect_of_a_write_is_not_followed(
    method: str, status: int, kind: type[OutcomeError], server: Server
) -> None:
    server.answering(answer(f"{status} Moved", b"", f"Location: {server.url}/elsewhere"))
    assert summary(outcome(client(server), method, server.url)) == (kind, "redirected")
    assert server.connections == 1


@pytest.fixture
def other() -> Iterator[Server]:
    """A second origin."""
    with Server([]) as running:
        yield running.answering(answer("200 OK", b'"there"'))


def test_a_redirect_of_a_read_is_followed_without_the_token(server: Server, other: Server) -> None:
    server.answering(
        answer("302 Found", b"", "Location: /b?c=d"), answer("307 Go", b"", f"Location: {other.url}/e")
    )
    caller = NetworkHttp(Guard(server.pair | other.pair), account="a")
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Api-Key": TOKEN, "Accept": "application/json"}
    assert caller.call("GET", f"{server.url}/a", headers=headers, params={"q": "1"}).json() == "there"
    assert [asked.line for asked in server.asked] == ["GET /a?q=1 HTTP/1.1", "GET /b?c=d HTTP/1.1"]
    assert [asked.headers.get("authorization") for asked in server.asked] == [f"Bearer {TOKEN}"] * 2
    assert TOKEN not in str(other.asked[0].headers)
    assert other.asked[0].headers["accept"] == "application/json"


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://169.254.169.254/latest/", "address_private"),
        ("http://127.0.0.1:1/", "address_port"),
        ("ftp://127.0.0.1/", "address_scheme"),
        ("//user@127.0.0.1/", "address_userinfo"),
        ("http://[::1", "redirected"),
        ("", "redirected"),
    ],
)
def test_a_redirect_of_a_read_is_checked(location: str, code: str, server: Server) -> None:
    server.answering(answer("302 Found", b"", f"Location: {location}"))
    error = outcome(client(server), "GET", server.url)
    assert isinstance(error, Never)
    assert (error.code, server.connections) == (code, 1)


def test_a_loop_of_redirects_ends(server: Server) -> None:
    server.answering(answer("302 Found", b"", "Location: /"))
    assert summary(outcome(client(server), "GET", server.url)) == (Never, "too_many_redirects")
    assert server.connections == 6


# Secrets


def no_answer(server: Server) -> None:
    server.scripts = [server.reads()]


def nothing(server: Server) -> None:
    server.scripts = [reset]


def echo(server: Server) -> None:
    server.answering(answer("400 Bad", f'{{"sent": "Bearer {TOKEN}"}}'.encode(), f"X-Echo: {TOKEN}"))


@pytest.mark.parametrize("fault", [no_answer, nothing, echo, cut_short, bad_gzip])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_token_shows_anywhere(
    method: str, fault: Any, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    fault(server)
    error = outcome(client(server), method, f"{server.url}/bot{TOKEN}/", params={"access_token": TOKEN})
    assert error.__cause__ is error.__context__ is None
    assert TOKEN not in f"{error} {error!r} {error.answer} {caplog.text}"


def test_a_long_answer_is_clipped(server: Server) -> None:
    server.answering(answer("400 Bad", b"x" * 50_000))
    assert len(outcome(client(server), "GET", server.url).answer) == http.MAX_ANSWER


# When to come back


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"retry-after": " 30 "}, 30),
        ({"Retry-After": "-5"}, 0),
        ({"Retry-After": "1e30"}, 86400),
        ({"Retry-After": "Sun, 01 Mar 2026 12:00:10 GMT"}, 10),
        ({"Retry-After": "Sun, 01 Mar 2026 11:00:00 GMT"}, 0),
        ({"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}, 86400),
        ({"X-RateLimit-Reset": "2026-03-01T12:05:00.000Z"}, 300),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 42)}, 42),
        ({"X-RateLimit-Reset": "42"}, 42),
        ({"Retry-After": "5", "X-RateLimit-Reset": "42"}, 5),
        ({"Retry-After": "soon", "X-RateLimit-Reset": "42"}, 42),
    ],
)
def test_the_time_a_network_names(headers: dict[str, str], seconds: float) -> None:
    assert retry_at(headers, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "headers", [{}, {"Retry-After": ""}, {"Retry-After": "soon"}, {"Retry-After": "nan"}]
)
def test_no_time_that_can_be_read(headers: dict[str, str]) -> None:
    assert retry_at(headers, NOW) is None
