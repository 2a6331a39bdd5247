"""Small web sites on loopback, and a reader whose names lead to them."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from cm_suite.core.errors import OutcomeError
from cm_suite.core.fetch import Fetched, Fetcher, Robots
from cm_suite.core.guard import Guard
from tests.core.faults import Asked, Script, Server, answer, read_request

AGENT: Final = "cm_suite/1 (+https://suite.example)"
PAGE: Final = "<!doctype html><title>Été</title><p>Les œufs de l’été</p>"
MISSING: Final = answer("404 Not Found")


def html(body: bytes | str = PAGE, *headers: str, kind: str = "text/html; charset=utf-8") -> bytes:
    """A page as it goes over the wire."""
    raw = body.encode() if isinstance(body, str) else body
    return answer("200 OK", raw, f"Content-Type: {kind}", *headers)


def moved(to: str, status: str = "302 Found") -> bytes:
    """A redirect."""
    return answer(status, b"", f"Location: {to}")


@dataclass
class Site:
    """A server whose paths have answers of their own: raw bytes, several in turn, or a script.

    What has none is a 404, robots.txt included. With `pem` it speaks TLS.
    """

    routes: dict[str, Any]
    pem: Path | None = None
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Site:
        self.server = Server([self._serve]).__enter__()
        self.port = self.server.port
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.__exit__(kind, error, trace)

    @property
    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [each.line.split()[1] for each in self.asked]

    def url(self, path: str = "/", host: str = "site.example") -> str:
        """An address of this site."""
        return f"{'https' if self.pem else 'http'}://{host}:{self.port}{path}"

    def _serve(self, conn: socket.socket) -> None:
        line = conn
        if self.pem is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.pem)
            line = context.wrap_socket(conn, server_side=True)
        asked = read_request(line)
        self.asked.append(asked)
        found = self.routes.get(asked.line.split()[1], MISSING)
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if callable(found):
            found(line)
        else:
            line.sendall(found)
        line.close()


class Turns:
    """Turns that are all free but those named busy; notes what was taken and how long each host rests."""

    def __init__(self, busy: Iterable[str] = ()) -> None:
        self.busy = set(busy)
        self.taken: list[tuple[str, float]] = []
        self.rests: list[tuple[str, float]] = []

    def take(self, host: str, seconds: float) -> str | None:
        """The host's own name, or None."""
        if host in self.busy:
            return None
        self.busy.add(host)
        self.taken.append((host, seconds))
        return host

    def give_back(self, host: str, token: str, pause: float) -> None:
        """Note the rest."""
        assert token == host
        self.busy.remove(host)
        self.rests.append((host, pause))

    def wait(self, _host: str) -> float:
        """Always 7 seconds."""
        return 7.0


class Kept:
    """A robots cache that keeps everything, and how long it was asked to."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[Robots, float]] = {}

    def get(self, origin: str) -> Robots | None:
        """What is known."""
        return self.known[origin][0] if origin in self.known else None

    def keep(self, origin: str, robots: Robots, seconds: float) -> None:
        """Know it."""
        self.known[origin] = (robots, seconds)


class Reader:
    """A fetcher for which the named hosts lead to loopback, with what it shares."""

    def __init__(self, *sites: Site, hosts: tuple[str, ...] = ("site.example",), **options: Any) -> None:
        pairs = frozenset((host, site.port) for host in hosts for site in sites)
        self.turns = options.pop("turns", None) or Turns()
        self.robots = Kept()
        options.setdefault("deadline", 5.0)
        guard = Guard(pairs, loopback)
        self.fetcher = Fetcher(guard, turns=self.turns, robots=self.robots, user_agent=AGENT, **options)

    def get(self, url: str, **options: Any) -> Fetched:
        """`Fetcher.get`."""
        return self.fetcher.get(url, **options)

    def fault(self, url: str, **options: Any) -> tuple[str, str]:
        """The outcome and the code with which a reading fails."""
        error = self.error(url, **options)
        return error.outcome.value, error.code

    def error(self, url: str, **options: Any) -> OutcomeError:
        """What a reading raises."""
        try:
            found = self.fetcher.get(url, **options)
        except OutcomeError as error:
            return error
        raise AssertionError(found)


def loopback(_host: str, port: int, **_hints: Any) -> list[Any]:
    """A resolver for which every name is this machine."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def writes(*pieces: bytes, end: Script | None = None) -> Script:
    """A route that writes these pieces as they are, then does something else with the connection."""

    def script(conn: socket.socket) -> None:
        for piece in pieces:
            conn.sendall(piece)
        if end is not None:
            end(conn)

    return script
