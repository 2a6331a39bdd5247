"""The address guard: what it refuses, that it connects to what it checked, and what it lets through."""

from __future__ import annotations

import ipaddress
import logging
import pickle
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from cm_suite.core.errors import NextStep
from cm_suite.core.guard import Guard, GuardRefused, guarded_session, is_public, watched
from tests.core.faults import Server, answer

PUBLIC = "93.184.216.34"
PUBLIC_6 = "2606:2800:220:1:248:1893:25c8:1946"


class Resolver:
    """Answers each question with the next list of addresses, the last one again when out."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int, **_hints: Any) -> list[Any]:
        found = self.answers[min(len(self.asked), len(self.answers) - 1)]
        self.asked.append((host, port))
        return [_info(address, port) for address in found]


def _info(address: str, port: int) -> tuple[Any, ...]:
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))


class Dialled(list[Any]):
    """Where sockets were connected to; every attempt is refused."""


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> Dialled:
    """Note every address a socket connects to, and refuse it there: no test reaches the real web."""
    seen = Dialled()

    def connect(_sock: socket.socket, address: Any) -> None:
        seen.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return seen


def code_of(guard: Guard, url: str) -> str:
    """The code with which a GET is refused."""
    with guarded_session(guard, timeout=2) as session, pytest.raises(GuardRefused) as refused:
        session.get(url)
    return refused.value.code


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104  # probed, not bound
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.9",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:5db8:d822::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%2",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_an_address_that_is_not_public_is_refused_wherever_it_comes_from(
    address: str, dialled: Dialled
) -> None:
    assert not is_public(ipaddress.ip_address(address))
    named = Guard(resolver=Resolver([address]))
    assert code_of(named, "http://name.example/") == "address_private"
    assert dialled == []


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", PUBLIC_6, "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_public_address_passes(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://0.0.0.0/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[::ffff:7f00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fd00:ec2::254]/latest/meta-data/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://192.168.0.1./",
        "https://10.0.0.1/",
        "http://localhost/",
    ],
)
def test_a_private_address_in_the_url_is_refused(url: str, dialled: Dialled) -> None:
    assert code_of(Guard(), url) == "address_private"
    assert dialled == []


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "127.1",
        "127.0.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "134744072",
    ],
)
def test_a_number_in_an_odd_spelling_is_refused_unasked(host: str, dialled: Dialled) -> None:
    resolver = Resolver([PUBLIC])
    assert code_of(Guard(resolver=resolver), f"http://{host}/") == "address_malformed"
    assert (resolver.asked, dialled) == ([], [])


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://name.example/", "address_scheme"),
        ("file:///etc/passwd", "address_scheme"),
        ("gopher://name.example/", "address_scheme"),
        ("//name.example/", "address_scheme"),
        ("name.example", "address_scheme"),
        ("http://user:secret@name.example/", "address_userinfo"),
        ("http://name.example@127.0.0.1/", "address_userinfo"),
        ("http://name.example:22/", "address_port"),
        ("http://name.example:8000/", "address_port"),
        ("https://name.example:6379/", "address_port"),
        ("http://name.example:0/", "address_port"),
        ("http://name.example:99999/", "address_malformed"),
        ("http://name.example:port/", "address_malformed"),
        ("http:///path", "address_malformed"),
        ("http://", "address_malformed"),
        ("http://[::1/", "address_malformed"),
        ("http://name.example\\@127.0.0.1/", "address_malformed"),
        ("http://name.example/a b", "address_malformed"),
        ("http://name.example\r\nHost: other/", "address_malformed"),
        ("", "address_scheme"),
    ],
)
def test_an_address_is_refused_by_its_spelling(url: str, code: str) -> None:
    with pytest.raises(GuardRefused) as refused:
        Guard(resolver=Resolver([PUBLIC])).check_url(url)
    assert (refused.value.code, refused.value.step) == (code, NextStep.EDIT)


@pytest.mark.parametrize("url", ["http://user:pw@name.example/", "http://name.example:22/"])
def test_the_session_refuses_by_spelling_too(url: str, dialled: Dialled) -> None:
    resolver = Resolver([PUBLIC])
    assert code_of(Guard(resolver=resolver), url) in {"address_userinfo", "address_port"}
    assert (resolver.asked, dialled) == ([], [])


@pytest.mark.parametrize(
    "addresses",
    [[PUBLIC, "10.0.0.1"], ["10.0.0.1", PUBLIC], [PUBLIC_6, "::1"], [PUBLIC, PUBLIC_6, "169.254.169.254"]],
)
def test_one_private_address_among_several_is_enough(addresses: list[str], dialled: Dialled) -> None:
    assert code_of(Guard(resolver=Resolver(addresses)), "http://name.example/") == "address_private"
    assert dialled == []


def test_a_name_that_changes_its_answer_is_connected_where_it_was_checked(dialled: Dialled) -> None:
    resolver = Resolver([PUBLIC], ["127.0.0.1"])
    with guarded_session(Guard(resolver=resolver), timeout=2) as session:
        with pytest.raises(requests.ConnectionError):
            session.get("http://rebinding.example/")
        assert (resolver.asked, dialled) == ([("rebinding.example", 80)], [(PUBLIC, 80)])
        with pytest.raises(GuardRefused):
            session.get("http://rebinding.example/")
    assert dialled == [(PUBLIC, 80)]


def test_every_checked_address_is_tried_in_turn(dialled: Dialled) -> None:
    guard = Guard(resolver=Resolver([PUBLIC_6, PUBLIC]))
    with guarded_session(guard, timeout=2) as session, pytest.raises(requests.ConnectionError):
        session.get("https://name.example/")
    assert dialled == [(PUBLIC_6, 443, 0, 0), (PUBLIC, 443)]


def test_an_allowed_pair_may_be_private_and_on_any_port(server: Server) -> None:
    resolver = Resolver(["127.0.0.1"])
    guard = Guard(frozenset({("Demo.Example", server.port)}), resolver)
    with guarded_session(guard, timeout=2) as session:
        found = session.get(f"http://demo.example:{server.port}/a?b=1")
    assert (found.status_code, found.content) == (200, b"{}")
    assert server.asked[0].line == "GET /a?b=1 HTTP/1.1"
    assert server.asked[0].headers["host"] == f"demo.example:{server.port}"


@pytest.mark.parametrize("pair", [("demo.example", 1), ("other.example", 0), ("example", 0)])
def test_another_pair_is_of_no_use(pair: tuple[str, int], server: Server) -> None:
    allowed = frozenset({(pair[0], pair[1] or server.port)})
    guard = Guard(allowed, Resolver(["127.0.0.1"]))
    assert code_of(guard, f"http://demo.example:{server.port}/") == "address_port"
    assert server.connections == 0


def test_a_redirect_is_left_to_the_caller_and_checked_when_followed(server: Server) -> None:
    server.answering(answer("302 Found", b"", "Location: http://169.254.169.254/latest/"))
    guard = Guard(server.pair)
    with guarded_session(guard, timeout=2) as session:
        found = session.get(server.url)
        assert (found.status_code, found.history) == (302, [])
    assert code_of(guard, found.headers["Location"]) == "address_private"


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A proxy that the environment asks for."""
    with Server([]) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        yield proxy.answering(answer("200 OK", b"proxy"))


def test_no_proxy_is_ever_used(server: Server, proxied: Server) -> None:
    with guarded_session(Guard(server.pair), timeout=2) as session:
        assert session.get(server.url).content == b"{}"
        assert session.get(server.url, proxies={"http": proxied.url}).content == b"{}"
    assert proxied.connections == 0


def test_no_cookie_is_kept(server: Server) -> None:
    server.answering(answer("200 OK", b"", "Set-Cookie: who=me"), answer("200 OK"))
    with guarded_session(Guard(server.pair), timeout=2) as session:
        session.get(server.url)
        session.get(server.url)
    assert [asked.headers.get("cookie") for asked in server.asked] == [None, None]


def test_a_name_without_address_is_a_connection_error() -> None:
    def nobody(*_question: Any, **_hints: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    for resolver in (nobody, Resolver([])):
        session = guarded_session(Guard(resolver=resolver), timeout=2)
        with session, pytest.raises(requests.ConnectionError):
            session.get("http://nowhere.example/")


def test_connecting_to_many_addresses_lasts_one_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def connect(sock: socket.socket, _address: Any) -> None:
        waits.append(sock.gettimeout() or 0.0)
        raise TimeoutError

    monkeypatch.setattr(socket.socket, "connect", connect)
    guard = Guard(resolver=Resolver([PUBLIC] * 5))
    with guarded_session(guard, timeout=(0.5, 1)) as session, pytest.raises(requests.ConnectTimeout):
        session.get("http://name.example/")
    assert waits == sorted(waits, reverse=True)
    assert max(waits) <= 0.5


def test_an_address_with_a_token_is_not_logged(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.answering(b"HTTP/1.1 200 OK\r\n: broken header\r\nContent-Length: 0\r\n\r\n")
    with guarded_session(Guard(server.pair), timeout=2) as session:
        session.get(f"{server.url}/bot-s3cr3t/?access_token=s3cr3t")
    assert "s3cr3t" not in caplog.text


def test_bytes_that_left_are_noted(server: Server) -> None:
    with guarded_session(Guard(server.pair), timeout=2) as session, watched(5) as crossing:
        before = crossing.left
        session.get(server.url)
        assert (before, crossing.left, crossing.expired) == (False, True, False)


def test_a_refusal_survives_pickling() -> None:
    again = pickle.loads(pickle.dumps(GuardRefused("address_port")))  # noqa: S301  # our own bytes
    assert (again.code, again.step) == ("address_port", NextStep.EDIT)
