"""What people type to reach the inside, at both doors: an audit's address and a Mastodon server's.

Nothing may leave: no socket is even opened, and the loopback server sees no request.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from pytest_django import Settings

from cm_suite.core.errors import Later, Never
from cm_suite.core.fetch import Fetcher
from cm_suite.core.guard import Guard
from cm_suite.core.pace import RedisPace
from pages.models import Page
from pages.networks import address
from pages.services import opening
from pages.services.connect import Given, open_account
from tests.core.faults import Server, answer
from tests.core.sites import AGENT, Kept, Turns
from tests.people import Cast

type Door = Callable[..., str]

REFUSED: Final = {"private_address", "bad_address", "address_private", "address_malformed"}
PUBLIC: Final = "93.184.216.34"

# The 14 probes of the reference, by name, then more of the same kind.
HOSTS: Final = {
    "decimal": "2130706433",
    "hexadecimal": "0x7f000001",
    "short": "127.1",
    "octal": "0177.0.0.1",
    "this network": "0.0.0.0",  # noqa: S104  # probed, not bound
    "IPv6 loopback": "[::1]",
    "mapped metadata": "[::ffff:169.254.169.254]",
    "carrier's network": "100.64.0.1",
    "unique local": "[fd00:ec2::254]",
    "link-local": "169.254.169.254",
    "mixed": "0x7f.0.0.1",
    "zero": "0",
    "long octal": "017700000001",
    "private": "10.0.0.1",
    "NAT64": "[64:ff9b::7f00:1]",
    "6to4": "[2002:7f00:1::1]",
    "IPv6 link-local": "[fe80::1]",
    "compatible": "[::127.0.0.1]",
    "trailing dot": "127.0.0.1.",
    "localhost": "localhost",
    "localhost with a dot": "LOCALHOST.",
    "full-width digits": "１２７.0.0.1",
    "circled digits": "①②⑦.⓪.⓪.①",
    "ideographic dots": "127。0。0。1",
    "broadcast": "255.255.255.255",
    "multicast": "224.0.0.1",
}
SPELLED: Final = {
    "ftp": "ftp://files.example/",
    "file": "file:///etc/passwd",
    "gopher": "gopher://127.0.0.1:6379/_INFO",
    "dict": "dict://127.0.0.1:11211/stats",
    "user before the host": "https://public.example@127.0.0.1/",
    "user and password": "https://me:pw@public.example/",
    "back slash": "https://public.example\\@127.0.0.1/",
    "another port": "https://public.example:6379/",
    "ssh": "https://public.example:22/",
    "line break in the host": "https://127.0\r\n.0.1/",
    "tab in the host": "https://127.0\t.0.1/",
    "no host": "https:///etc/passwd",
    "open bracket": "https://[::1/",
    "zone": "https://[fe80::1%25lo]/",
    "null": "https://127.0.0.1\x00.public.example/",
}


class Names:
    """A resolver: what each name leads to, one answer after the other; any other name is public."""

    def __init__(self, known: dict[str, list[list[str]]] | None = None) -> None:
        self.known = {"localhost": [["127.0.0.1", "::1"]], **(known or {})}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, **hints: Any) -> list[Any]:
        self.asked.append(host)
        literal = any(char in host for char in ":") or host.rstrip(".").replace(".", "").isdecimal()
        if literal:
            return socket.getaddrinfo(host, port, **hints)
        left = self.known.get(host.rstrip(".").lower(), [[PUBLIC]])
        found = left.pop(0) if len(left) > 1 else left[0]
        return [_info(each, port) for each in found]


def _info(literal: str, port: int) -> tuple[Any, ...]:
    if ":" in literal:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (literal, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (literal, port))


@pytest.fixture
def inside() -> Iterator[Server]:
    """What must not be reached: a server on loopback."""
    with Server([]) as running:
        yield running.answering(answer("200 OK", b"secret"))


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that a socket connects to, where it is refused."""
    seen: list[Any] = []

    def dial(_sock: socket.socket, place: Any) -> None:
        seen.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", dial)
    return seen


def reading(url: str, names: Names, allowed: frozenset[tuple[str, int]] = frozenset()) -> str:
    """The first door: an address of an audit. The code it is refused with."""
    turns = Turns()
    fetcher = Fetcher(Guard(allowed, names), turns=turns, robots=Kept(), user_agent=AGENT, deadline=2.0)
    with pytest.raises((Never, Later)) as raised:
        fetcher.get(url)
    assert turns.busy == set()
    return raised.value.code


@pytest.fixture
def connecting(cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Door:
    """The second door: a Mastodon server that a lead typed. The code it is refused with."""

    def door(typed: str, names: Names, allowed: frozenset[tuple[str, int]] = frozenset()) -> str:
        settings.CM_ALLOWED_HOSTS = allowed
        monkeypatch.setattr(opening, "Guard", partial(Guard, resolver=names))
        monkeypatch.setattr(RedisPace, "blocked_until", lambda _self, _account: None)
        before = Page.objects.count()
        with pytest.raises((Never, Later)) as raised:
            open_account(cast.brand, "mastodon", Given(host=typed, token="token"), cast.alice)
        assert Page.objects.count() == before
        return raised.value.code

    return door


@pytest.fixture(params=["audit", "mastodon"])
def door(request: pytest.FixtureRequest, connecting: Door) -> Door:
    """Each of the two doors."""
    return reading if request.param == "audit" else connecting


@pytest.mark.parametrize("name", HOSTS)
def test_no_spelling_of_an_inner_address_passes(
    name: str, door: Door, inside: Server, dialled: list[Any]
) -> None:
    host = HOSTS[name]
    assert door(f"https://{host}/", Names()) in REFUSED
    assert door(f"http://{host}/", Names()) in REFUSED | {"address_scheme"}
    assert door(f"https://{host}:{inside.port}/", Names()) in REFUSED | {"address_port"}
    assert (dialled, inside.connections) == ([], 0)


@pytest.mark.parametrize("name", SPELLED)
def test_no_odd_address_passes(name: str, door: Door, inside: Server, dialled: list[Any]) -> None:
    code = door(SPELLED[name], Names())
    assert code in {"private_address", "bad_address"} or code.startswith("address_")
    assert (dialled, inside.connections) == ([], 0)


@pytest.mark.parametrize("name", HOSTS)
def test_a_bare_host_or_a_handle_is_no_way_round(name: str, connecting: Door, dialled: list[Any]) -> None:
    host = HOSTS[name]
    for typed in (host, f"@me@{host}", f"me@{host}", f"{host}/@me", f" {host} "):
        assert connecting(typed, Names()).startswith("address_")
    assert dialled == []


@pytest.mark.parametrize("typed", ["[::1]", "①②⑦.⓪.⓪.①", "0x7f000001", "169.254.169.254"])
def test_the_origin_is_refused_before_anything_is_asked(typed: str) -> None:
    with pytest.raises(Never) as raised:
        address.origin(typed)
    assert raised.value.code in {"address_private", "address_malformed"}


@pytest.mark.parametrize(
    "answers",
    [
        [["10.0.0.1"]],
        [["127.0.0.1"]],
        [[PUBLIC, "10.0.0.1"]],
        [["169.254.169.254", PUBLIC]],
        [[PUBLIC, PUBLIC, "::1"]],
        [["2606:2800:220:1:248:1893:25c8:1946", "fd00::1"]],
        [["::ffff:127.0.0.1"]],
    ],
)
def test_a_name_with_one_inner_address_is_refused(
    answers: list[list[str]], door: Door, dialled: list[Any]
) -> None:
    names = Names({"mixed.example": answers})
    assert door("https://mixed.example/", names) in {"private_address", "address_private"}
    assert (dialled, set(names.asked)) == ([], {"mixed.example"})


def test_a_name_that_changes_its_answer_leads_where_it_was_checked(door: Door, dialled: list[Any]) -> None:
    names = Names({"rebinding.example": [[PUBLIC], ["127.0.0.1"]]})
    assert door("https://rebinding.example/", names) in {"refused", "not_sent"}
    assert (dialled, names.asked) == ([(PUBLIC, 443)], ["rebinding.example"])
    assert door("https://rebinding.example/", names) in {"private_address", "address_private"}
    assert dialled == [(PUBLIC, 443)]


@pytest.mark.parametrize("name", [*HOSTS, *SPELLED])
def test_no_redirect_leads_inside(name: str, door: Door, inside: Server) -> None:
    target = f"http://{HOSTS[name]}/" if name in HOSTS else SPELLED[name].replace("\r\n", "\n ")
    location = target.encode().decode("latin-1")
    with Server([]) as outside:
        outside.answering(answer("302 Found", b"", f"Location: {location}"))
        allowed = frozenset({("outside.example", outside.port)})
        names = Names({"outside.example": [["127.0.0.1"]]})
        door(f"http://outside.example:{outside.port}/", names, allowed)
        assert outside.connections == 1
    assert inside.connections == 0


@pytest.mark.parametrize("port", ["inside", "80"])
def test_a_redirect_to_the_server_next_door(port: str, door: Door, inside: Server) -> None:
    place = f"127.0.0.1:{inside.port if port == 'inside' else port}"
    with Server([]) as outside:
        outside.answering(answer("307 Temporary Redirect", b"", f"Location: http://{place}/secret"))
        allowed = frozenset({("127.0.0.1", outside.port)})
        code = door(f"http://127.0.0.1:{outside.port}/", Names(), allowed)
    assert code in {"private_address", "bad_address", "address_private", "address_port"}
    assert (outside.connections, inside.connections) == (1, 0)


def test_a_redirect_to_a_name_that_leads_inside(door: Door, inside: Server) -> None:
    with Server([]) as outside:
        outside.answering(answer("301 Moved", b"", "Location: https://inner.example/"))
        allowed = frozenset({("outside.example", outside.port)})
        names = Names({"outside.example": [["127.0.0.1"]], "inner.example": [["127.0.0.1"]]})
        code = door(f"http://outside.example:{outside.port}/", names, allowed)
    assert (code in {"private_address", "address_private"}, inside.connections) == (True, 0)


def test_every_probe_is_one() -> None:
    assert len(HOSTS) + len(SPELLED) >= 14
    assert all(urlsplit(f"https://{host}/").netloc for host in HOSTS.values())
