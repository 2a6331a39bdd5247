"""Sites that do everything the web does wrong, each under a name of its own, for a whole audit to meet."""

from __future__ import annotations

import gzip
import itertools
import socket
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from tests.core.certificates import Authority
from tests.core.faults import answer, reset
from tests.core.sites import Site, html, moved, writes
from tests.reputation.makers import LONG
from tests.reputation.web import article

HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
PAGE: Final = article("Une lampe", f"Maison Lumen vend une lampe à quarante euros. {LONG}")


def hang(conn: socket.socket) -> None:
    """Say nothing until the other side gives up."""
    conn.settimeout(5)
    conn.recv(1)


def drip(conn: socket.socket) -> None:
    """A byte now and then, for ever."""
    conn.sendall(HEAD + b"\r\n")
    for _each in range(100):
        conn.sendall(b"x")
        time.sleep(0.05)


def endless(conn: socket.socket) -> None:
    """A body without end and without a length."""
    conn.sendall(HEAD + b"\r\n")
    for _each in itertools.repeat(None):
        conn.sendall(b"x" * 65536)


def bomb() -> bytes:
    """A page of a few kilobytes that unpacks to twenty megabytes."""
    return html(gzip.compress(b"\0" * 20_000_000, 1), "Content-Encoding: gzip")


# What a site answers, the code it stands for, and how often its page is asked for.
PLAIN: Final[Mapping[str, tuple[Any, str, int]]] = {
    "good": (html(PAGE), "", 1),
    "packed": (html(gzip.compress(PAGE.encode()), "Content-Encoding: gzip"), "", 1),
    "cp1252": (html(PAGE.encode("cp1252")), "", 1),
    "slowed": ([answer("429 Too Many", b"", "Retry-After: 1"), html(PAGE)], "", 2),
    "busy": ([answer("503 Busy"), answer("503 Busy"), html(PAGE)], "", 3),
    "drips": (drip, "deadline", 3),
    "hangs": (hang, "deadline", 3),
    "stalls": (writes(HEAD + b"Content-Length: 9\r\n\r\nabc", end=hang), "deadline", 3),
    "two-gigabytes": (writes(HEAD, b"Content-Length: 2000000000\r\n\r\nx"), "too_large", 1),
    "endless": (endless, "too_large", 1),
    "bomb": (bomb(), "too_large", 1),
    "loop": (moved("/loop"), "redirect_loop", 1),
    "metadata": (moved("http://169.254.169.254/latest/meta-data/"), "private_address", 1),
    "inside": (moved("http://10.1.2.3/"), "private_address", 1),
    "inside6": (moved("http://[::1]/"), "private_address", 1),
    "mapped": (moved("http://[::ffff:169.254.169.254]/"), "private_address", 1),
    "decimal": (moved("http://2130706433/"), "bad_address", 1),
    "file": (moved("file:///etc/passwd"), "bad_address", 1),
    "secret": (moved("http://me:hunter2@good.localhost/"), "bad_address", 1),
    "pdf": (html(b"%PDF-1.7", kind="application/pdf"), "not_html", 1),
    "disguised": (html(b"%PDF-1.7 \xff"), "not_html", 1),
    "header": (writes(HEAD, b": x\r\nContent-Length: 1\r\n\r\nx"), "bad_header", 1),
    "nonsense": (writes(b"hello\r\n\r\n"), "bad_header", 1),
    "truncated": (writes(HEAD, b"Content-Length: 99\r\n\r\nabc"), "truncated", 3),
    "reset": (reset, "reset", 3),
    "gone": (answer("410 Gone"), "gone", 1),
    "missing": (answer("404 Not Found"), "not_found", 1),
    "closed": (answer("403 Forbidden"), "forbidden", 1),
    "teapot": (answer("418 Teapot"), "http_error", 1),
    "broken": (answer("500 Oops"), "server_error", 3),
}
ROBOTS: Final[Mapping[str, tuple[Any, str]]] = {
    "forbids": (html("User-agent: *\nDisallow: /", kind="text/plain"), "robots_forbidden"),
    "unsure": (answer("500 Oops"), "robots_unreachable"),
}
CERTIFICATES: Final[Mapping[str, tuple[dict[str, Any], str]]] = {
    "sound": ({}, ""),
    "expired": ({"days": (-5, -1)}, "tls_expired"),
    "other-name": ({"host": "elsewhere.localhost"}, "tls_wrong_host"),
    "self-signed": ({"alone": True}, "tls_untrusted"),
}


@dataclass(frozen=True)
class Met:
    """One address, the code its page ends with, and how often its page is asked for (None: not counted)."""

    url: str
    code: str
    visits: int | None = None


class Faulty:
    """All of these sites, running; `pages` by name, `visits` of a name's page."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder)
        self.pages: dict[str, Met] = {}
        self._sites: dict[str, Site] = {}
        self._ports: set[int] = set()
        self._stack = ExitStack()

    def __enter__(self) -> Faulty:
        plain = self._open(Site({f"/{name}": route for name, (route, *_) in PLAIN.items()}))
        for name, (_route, code, visits) in PLAIN.items():
            self._add(name, plain, Met(plain.url(f"/{name}", f"{name}.localhost"), code, visits))
        for name, (route, code) in ROBOTS.items():
            site = self._open(Site({"/robots.txt": route, f"/{name}": html(PAGE)}))
            self._add(name, site, Met(site.url(f"/{name}", f"{name}.localhost"), code, 0))
        for name, (said, code) in CERTIFICATES.items():
            pem = self.authority.sign(**{"host": f"{name}.localhost", **said})
            site = self._open(Site({f"/{name}": html(PAGE)}, pem))
            self._add(name, site, Met(site.url(f"/{name}", f"{name}.localhost"), code, 0 if code else 1))
        closed = Site({}).__enter__()
        closed.__exit__(None, None, None)
        self.pages["nobody"] = Met(closed.url("/nobody", "nobody.localhost"), "refused")
        self._ports.add(closed.port)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def pairs(self) -> frozenset[tuple[str, int]]:
        """Every site as an allow-list."""
        return frozenset((f"{name}.localhost", port) for name in self.pages for port in self._ports)

    def visits(self, name: str) -> int:
        """How often the page of this name was asked for."""
        site = self._sites.get(name)
        return site.paths.count(f"/{name}") if site else 0

    def _open(self, site: Site) -> Site:
        self._stack.enter_context(site)
        self._ports.add(site.port)
        return site

    def _add(self, name: str, site: Site, met: Met) -> None:
        self.pages[name] = met
        self._sites[name] = site
