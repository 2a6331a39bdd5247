"""The open web, read politely: within a time and a size, by robots.txt, one request at a time per host.

    page = Fetcher(guard, turns=turns, robots=cache, user_agent=agent).get(url)

Everything that goes wrong is a `Fault`, raised as Later (worth another try) or Never. No Django here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

import requests
from protego import Protego
from urllib3.exceptions import HTTPError
from urllib3.util.response import assert_header_parsing

from cm_suite.core import clock, fetch_faults, guard
from cm_suite.core.charset import decode
from cm_suite.core.errors import OutcomeError
from cm_suite.core.fetch_body import binary, kind_of, media_type, readable, unpack
from cm_suite.core.fetch_types import Fault, Fetched, HostTurns, Kind, Robots, RobotsCache, failure
from cm_suite.core.http import retry_at

__all__ = ["Fault", "Fetched", "Fetcher", "HostTurns", "Kind", "Robots", "RobotsCache", "visited"]

DEADLINE: Final = 8.0
MOST_BYTES: Final = 5_000_000
MOST_REDIRECTS: Final = 5
READABLE: Final = (Kind.HTML, Kind.FEED, Kind.TEXT)
PAUSE: Final = 1.0  # seconds that a host rests after each visit
LONGEST_DELAY: Final = 30.0  # of the Crawl-delay that a site may ask for
LONGEST_REST: Final = 600.0  # of the Retry-After that keeps the other addresses of a host waiting
ROBOTS_KEPT: Final = 3600.0
ROBOTS_AGAIN: Final = 120.0
ROBOTS_LENGTH: Final = 512_000
LONG_ROBOTS: Final = 20_000
LONGEST_ADDRESS: Final = 4000
_SLACK: Final = 4.0  # a killed worker's host is free again so long after the deadline
_LONGEST_ETAG: Final = 200
_LONGEST_DATE: Final = 60
_ACCEPT: Final = (
    "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/xml;q=0.9,*/*;q=0.5"
)
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
# Asking for robots.txt meets these as the page itself would: they say more than "robots_unreachable".
_AS_THE_PAGE: Final = frozenset(
    {
        Fault.DNS,
        Fault.REFUSED,
        Fault.CONNECT_TIMEOUT,
        Fault.PRIVATE_ADDRESS,
        Fault.BAD_ADDRESS,
        Fault.RATE_LIMITED,
        Fault.HOST_BUSY,
        Fault.TLS_EXPIRED,
        Fault.TLS_WRONG_HOST,
        Fault.TLS_UNTRUSTED,
        Fault.TLS_FAILED,
    }
)


@dataclass(frozen=True)
class _Raw:
    """One answer: its body is there, unpacked, for a 200 that may be text."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def target(self) -> str:
        """Where a redirect leads, absolute and without fragment; empty for any other answer."""
        location = self.headers.get("Location", "")
        if self.status not in _MOVED or not location:
            return ""
        with suppress(UnicodeError):
            location = location.encode("latin-1").decode("utf-8")
        try:
            return urldefrag(urljoin(self.url, location)).url
        except ValueError:
            raise failure(Fault.BAD_ADDRESS) from None


class _Visit:
    """One `get` on its way: the time that is left, the hosts whose turn it holds, how long they rest."""

    def __init__(self, turns: HostTurns, crossing: guard.Crossing) -> None:
        self.crossing = crossing
        self._turns = turns
        self._held: dict[str, str] = {}
        self._pauses: dict[str, float] = {}

    def enter(self, url: str) -> None:
        """Take the turn of the address's host, unless it is held. Raises Later (`host_busy`)."""
        host = visited(url)
        if host in self._held:
            return
        token = self._turns.take(host, self.crossing.remaining() + _SLACK)
        if token is None:
            wait = timedelta(seconds=self._turns.wait(host))
            raise failure(Fault.HOST_BUSY, retry_at=clock.now() + wait)
        self._held[host] = token
        self._pauses[host] = PAUSE

    def slow(self, url: str, seconds: float) -> None:
        """Let the address's host rest for longer afterwards."""
        host = visited(url)
        self._pauses[host] = max(self._pauses.get(host, PAUSE), seconds)

    def leave(self) -> None:
        """Give every turn back."""
        for host, token in self._held.items():
            self._turns.give_back(host, token, self._pauses[host])


class Fetcher:
    """Reads addresses of the open web. Threads may share one.

    `deadline`: seconds for one `get` in all, redirects and robots.txt included. `most_bytes`: of a body
    after decompression. `user_agent` names the product and where its operator can be reached.
    """

    def __init__(
        self,
        allowed: guard.Guard,
        *,
        turns: HostTurns,
        robots: RobotsCache,
        user_agent: str,
        deadline: float = DEADLINE,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._guard = allowed
        self._turns = turns
        self._robots = robots
        self._agent = user_agent
        self._product = user_agent.partition("/")[0]
        self._deadline = deadline
        self._most = most_bytes

    def get(
        self, url: str, *, etag: str = "", modified: str = "", accept: tuple[Kind, ...] = READABLE
    ) -> Fetched:
        """Read one address. `etag` and `modified`: what the last reading gave, to be told if nothing changed.

        Raises Later or Never with a `Fault` as code; `answer` is then the HTTP status, if there was one.
        """
        asked = {"If-None-Match": etag, "If-Modified-Since": modified}
        headers = {name: value for name, value in asked.items() if _fits_header(value)}
        with self._visit() as visit:
            raw = self._follow(visit, url, headers)
            if raw.status == 304 and headers:
                return Fetched(url, raw.url, 304, etag=etag, modified=modified, unchanged=True)
            self._accept(visit, raw)
            return _fetched(url, raw, accept)

    @contextmanager
    def _visit(self) -> Iterator[_Visit]:
        with guard.watched(self._deadline) as crossing:
            visit = _Visit(self._turns, crossing)
            try:
                yield visit
            finally:
                visit.leave()

    def _follow(self, visit: _Visit, url: str, headers: Mapping[str, str]) -> _Raw:
        """The last answer of a chain of redirects; each hop passes the guard, the turn and robots.txt."""
        seen: set[str] = set()
        target = urldefrag(url).url
        while len(seen) <= MOST_REDIRECTS:
            seen.add(target)
            self._check(target)
            visit.enter(target)
            self._ask_leave(visit, target)
            raw = self._exchange(visit, target, headers)
            target = raw.target
            if not target:
                return raw
            if target in seen:
                raise failure(Fault.REDIRECT_LOOP)
        raise failure(Fault.TOO_MANY_REDIRECTS)

    def _check(self, url: str) -> None:
        """Refuse by its spelling an address that may not be asked for."""
        if len(url) > LONGEST_ADDRESS:
            raise failure(Fault.BAD_ADDRESS)
        try:
            self._guard.check_url(url)
        except guard.GuardRefused as refused:
            raise failure(fetch_faults.of_guard(refused)) from None

    def _ask_leave(self, visit: _Visit, url: str) -> None:
        """Raises unless robots.txt lets us read the address; the delay it asks for is kept."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.lower()}"
        robots = self._robots.get(origin)
        if robots is None:
            robots = self._read_robots(visit, origin)
            self._robots.keep(origin, robots, ROBOTS_KEPT if robots.reachable else ROBOTS_AGAIN)
        if not robots.reachable:
            again = clock.now() + timedelta(seconds=ROBOTS_AGAIN)
            raise failure(Fault.ROBOTS_UNREACHABLE, retry_at=again)
        rules = _rules(robots.text)
        visit.slow(url, min(rules.crawl_delay(self._product) or 0.0, LONGEST_DELAY))
        if not rules.can_fetch(url, self._product):
            raise failure(Fault.ROBOTS_FORBIDDEN)

    def _read_robots(self, visit: _Visit, origin: str) -> Robots:
        """A site's robots.txt; raises what the page itself would meet as well."""
        url, raw = f"{origin}/robots.txt", None
        try:
            for _hop in range(MOST_REDIRECTS + 1):
                self._check(url)
                visit.enter(url)
                raw = self._exchange(visit, url, {}, text_only=False)
                url = raw.target
                if not url:
                    break
        except OutcomeError as error:
            if error.code in _AS_THE_PAGE:
                raise
            return Robots(reachable=False)
        return self._judged(visit, raw)

    def _judged(self, visit: _Visit, raw: _Raw | None) -> Robots:
        """What an answer for robots.txt means: by RFC 9309 a 4xx and an endless redirect stand for "none"."""
        if raw is None or raw.status >= 500:
            return Robots(reachable=False)
        if raw.status == 429:
            self._accept(visit, raw)
        return Robots(decode(raw.body[:ROBOTS_LENGTH], "utf-8")[0] if raw.status == 200 else "")

    def _exchange(
        self, visit: _Visit, url: str, headers: Mapping[str, str], *, text_only: bool = True
    ) -> _Raw:
        """One request and its answer, over a connection of its own."""
        remaining = visit.crossing.remaining()
        if not remaining:
            raise failure(Fault.DEADLINE)
        visit.crossing.left = False
        try:
            with guard.guarded_session(self._guard, timeout=(remaining / 2, remaining)) as session:
                request = session.prepare_request(requests.Request("GET", url, headers=self._said(headers)))
                with session.send(request, stream=True, allow_redirects=False) as response:
                    raw = self._received(url, response, text_only)
        except guard.GuardRefused as refused:
            raise failure(fetch_faults.of_guard(refused)) from None
        except requests.exceptions.InvalidURL:
            raise failure(Fault.BAD_ADDRESS) from None
        except (OSError, HTTPError, ValueError) as error:
            fault = _named(url, error, visit.crossing)
        else:
            if not visit.crossing.expired:
                return raw
            fault = Fault.DEADLINE
        raise failure(fault)

    def _said(self, headers: Mapping[str, str]) -> dict[str, str]:
        ours = {"User-Agent": self._agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"}
        return {**ours, "Connection": "close", **headers}

    def _received(self, url: str, response: requests.Response, text_only: bool) -> _Raw:
        """The answer, its body read only where it can be of use. Raises outcomes and library errors."""
        original = getattr(response.raw, "_original_response", None)
        if original is not None:
            assert_header_parsing(original.msg)
        raw = _Raw(url, response.status_code, response.headers)
        if raw.status != 200:
            return raw
        length = raw.headers.get("Content-Length", "")
        if text_only and not readable(media_type(raw.headers.get("Content-Type", ""))[0]):
            raise failure(Fault.NOT_HTML, "200")
        if length.isdecimal() and int(length) > self._most:
            raise failure(Fault.TOO_LARGE, "200")
        pieces = response.raw.stream(64 * 1024, decode_content=False)
        body = unpack(pieces, raw.headers.get("Content-Encoding", ""), self._most)
        return _Raw(url, raw.status, raw.headers, body)

    def _accept(self, visit: _Visit, raw: _Raw) -> None:
        """Raises unless the answer brings a page; a host that asks for patience is left alone meanwhile."""
        if raw.status == 200:
            return
        now = clock.now()
        until = retry_at(raw.headers, now) if raw.status in {429, 503} else None
        if until is not None:
            visit.slow(raw.url, min((until - now).total_seconds(), LONGEST_REST))
        raise failure(fetch_faults.of_status(raw.status), str(raw.status), retry_at=until)


def visited(url: str) -> str:
    """The host whose turn an address needs: one for http and https, whatever the port."""
    return (urlsplit(url).hostname or "").rstrip(".")


def _fetched(url: str, raw: _Raw, accept: tuple[Kind, ...]) -> Fetched:
    """The page that an answer brings. Raises Never (`not_html`) when it is of no kind that was asked for."""
    declared, charset = media_type(raw.headers.get("Content-Type", ""))
    if binary(raw.body):
        raise failure(Fault.NOT_HTML, "200")
    text, name = decode(raw.body, charset)
    kind = kind_of(text, declared)
    if kind not in accept:
        raise failure(Fault.NOT_HTML, "200")
    return Fetched(
        url,
        raw.url,
        raw.status,
        text,
        kind=kind,
        media_type=declared,
        charset=name,
        etag=_kept(raw.headers.get("ETag", ""), _LONGEST_ETAG),
        modified=_kept(raw.headers.get("Last-Modified", ""), _LONGEST_DATE),
        body_bytes=len(raw.body),
    )


def _named(url: str, error: Exception, crossing: guard.Crossing) -> Fault:
    """The fault of an exchange that broke: what the time, then what the request's bytes tell goes first."""
    fault = fetch_faults.of_error(error)
    if crossing.expired and fault is not Fault.DNS:
        return Fault.DEADLINE
    if fault is Fault.RESET and not crossing.left:
        return Fault.TLS_FAILED if url.startswith("https:") else Fault.REFUSED
    return fault


def _kept(value: str, longest: int) -> str:
    """A header to send back next time; one that is cut short or odd would be of no use."""
    return value if _fits_header(value) and len(value) <= longest else ""


def _fits_header(value: str) -> bool:
    return bool(value) and value.isascii() and value.isprintable()


def _rules(text: str) -> Protego:
    """What a robots.txt says. A long one takes megabytes once read, so few of those are kept."""
    return _few(text) if len(text) > LONG_ROBOTS else _many(text)


_many: Final = lru_cache(maxsize=64)(Protego.parse)
_few: Final = lru_cache(maxsize=2)(Protego.parse)
