"""Calls to the APIs of networks, ending in an answer or in one of the typed outcomes.

Each call opens its own connection, is made once, and is cut after a total time. Codes raised:
`not_sent` (Later: no byte of the request left) · `rate_limited` (Later) · `no_answer`, `answer_cut`,
`answer_too_large`, `answer_unreadable`, `server_error` (Unknown on a write, Later on a read; 425 is always
Later) · `refused` (Refusal) · `redirected` (Never; Unknown for a 303 on a write, which was done),
`too_many_redirects`, `request_malformed` (Never) · those of the guard.
No Django here.
"""

from __future__ import annotations

import json as jsonlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final, NoReturn, Protocol
from urllib.parse import urljoin, urlsplit

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from cm_suite.core import clock
from cm_suite.core import guard as guards
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from cm_suite.core.text import clip, redact

READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_REDIRECTS: Final = 5
MAX_BODY: Final = 10 * 1024 * 1024
MAX_ANSWER: Final = 2000
DEFAULT_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(days=1)
DEEPEST: Final = 100  # lists and objects inside one another
_UNTIMELY: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})
_EPOCH_FROM: Final = 1_000_000_000
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


class Pace(Protocol):
    """Who may call when, per account, shared by all workers. Instants are aware."""

    def blocked_until(self, account: str) -> datetime | None:
        """Until when the network asked this account to wait, or None."""

    def block(self, account: str, until: datetime) -> None:
        """Remember that the network asked this account to wait."""


@dataclass(frozen=True)
class Answer:
    """What a network answered: 2xx, or 304 on a read. `write` tells which outcome an unreadable one has."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    write: bool = False

    def json(self) -> Any:
        """The body as JSON, every text in it fit to be stored. Raises Unknown (after a write) or Later."""
        try:
            return parsed(self.body)
        except ValueError:
            pass
        raise _lost(self.write, "answer_unreadable", str(self.status))


class Refusal(Never):
    """A 4xx, but for 408, 425 and 429: the network refused. Its client turns it into a code of its own."""

    def __init__(
        self, code: str = "refused", *, status: int, headers: Mapping[str, str], body: bytes, answer: str = ""
    ) -> None:
        super().__init__(code, answer=answer, step=NextStep.NONE)
        self.status = status
        self.headers = headers
        self.body = body


@dataclass(frozen=True)
class _Raw:
    """A response read to its end, before it is judged; `fault` says why the body is incomplete."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    fault: str = ""


def parsed(body: bytes) -> Any:
    """JSON as the standard has it, in UTF-8, its texts storable. Raises ValueError for anything else.

    What is nested deeper than DEEPEST lists and objects, or holds a number without end, is something else.
    """
    try:
        found = jsonlib.loads(body.decode("utf-8-sig"), parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested without end") from None
    return _checked(found, DEEPEST)


def storable(text: str) -> str:
    """The text with U+FFFD for what no database stores: NUL, and halves of a character."""
    return _UNSTORABLE.sub("\ufffd", text)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _checked(value: Any, depth: int) -> Any:
    """A value of JSON with storable texts. Raises ValueError beyond `depth`, and for a number without end."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, float) and abs(value) == float("inf"):
        raise ValueError("a number without end")
    if not isinstance(value, list | dict):
        return value
    if depth == 0:
        raise ValueError("nested without end")
    if isinstance(value, list):
        return [_checked(each, depth - 1) for each in value]
    return {storable(name): _checked(each, depth - 1) for name, each in value.items()}


class NetworkHttp:
    """One account's way to its network. Threads may share it: each call has a session of its own.

    `secrets` never appear in an outcome's text. `rests` reads in the headers of any answer, their names in
    lower case, until when the account has no call left. `connect_timeout` and `read_timeout` are in seconds;
    a call lasts at most `connect_timeout` + 2 × `read_timeout` in all, whatever drips.
    """

    def __init__(
        self,
        guard: guards.Guard,
        *,
        account: str,
        pace: Pace | None = None,
        secrets: tuple[str, ...] = (),
        rests: Callable[[Mapping[str, str], datetime], datetime | None] | None = None,
        connect_timeout: float = 5.0,
        read_timeout: float = 20.0,
    ) -> None:
        self._guard = guard
        self._rests = rests
        self._account = account
        self._pace = pace
        self._secrets = secrets
        self._timeouts = (connect_timeout, read_timeout)
        self._total = connect_timeout + 2 * read_timeout

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: Any = None,
        files: Any = None,
    ) -> Answer:
        """Make one call. Raises Later, Never (Refusal, GuardRefused) or Unknown; see the module's codes."""
        self._wait_if_asked()
        method = method.upper()
        write = method not in READS
        request = requests.Request(
            method, url, headers=dict(headers or {}), params=params, json=json, data=data, files=files
        )
        with guards.watched(self._total) as crossing:
            raw = self._exchange(request, write, crossing)
            if not write:
                raw = self._follow(request, raw, crossing)
        return self._judge(raw, write)

    def rest(self, until: datetime) -> None:
        """Let the account rest until then, at most a day: for a network that asks it in words of its own."""
        if self._pace:
            self._pace.block(self._account, min(until, clock.now() + LONGEST_PAUSE))

    def _wait_if_asked(self) -> None:
        """Raises Later, without a byte sent, while the network wants this account to wait."""
        until = self._pace.blocked_until(self._account) if self._pace else None
        if until is not None and until > clock.now():
            raise Later("rate_limited", retry_at=until)

    def _exchange(self, request: requests.Request, write: bool, crossing: guards.Crossing) -> _Raw:
        """One request and its answer, over a connection of their own."""
        self._guard.check_url(request.url)
        crossing.left = False
        outcome = self._attempt(request, crossing)
        if isinstance(outcome, _Raw):
            return outcome
        if not crossing.left:
            raise outcome
        raise _lost(write, "no_answer", outcome.answer)

    def _attempt(self, request: requests.Request, crossing: guards.Crossing) -> _Raw | OutcomeError:
        """The answer, or what to raise if nothing left.

        Returned, not raised: the libraries' own exceptions carry the request with its token, and must
        not follow as a cause.
        """
        try:
            with guards.guarded_session(self._guard, timeout=self._timeouts) as session:
                prepared = session.prepare_request(request)
                with session.send(prepared, stream=True, allow_redirects=False) as response:
                    return _read(response, crossing)
        except requests.exceptions.InvalidURL:
            return guards.GuardRefused("address_malformed")
        except ValueError as error:
            return Never("request_malformed", answer=type(error).__name__)
        except (OSError, HTTPError) as error:
            return Later("not_sent", answer=_reason(error))

    def _follow(self, request: requests.Request, raw: _Raw, crossing: guards.Crossing) -> _Raw:
        """Follow the redirects of a read by hand; credentials stay with the origin they were meant for."""
        for _hop in range(MAX_REDIRECTS):
            target = _target(raw)
            if target is None:
                return raw
            headers = dict(request.headers)
            if _origin(target) != _origin(raw.url):
                headers = _without_credentials(headers)
            request = requests.Request(request.method, target, headers=headers)
            raw = self._exchange(request, False, crossing)
        if _target(raw) is not None:
            raise Never("too_many_redirects")
        return raw

    def _judge(self, raw: _Raw, write: bool) -> Answer:
        """Turn a response into an answer, or raise the outcome it stands for."""
        text = self._shown(raw)
        self._heed(raw)
        if raw.status == 429:
            raise self._slowed(raw, text)
        if raw.status in _UNTIMELY:
            raise _untimely(raw, write, text)
        if 400 <= raw.status < 500:
            raise Refusal(status=raw.status, headers=raw.headers, body=raw.body, answer=text)
        if raw.status >= 500:
            raise _lost(write, "server_error", text, retry_at=retry_at(raw.headers, clock.now()))
        if raw.fault:
            raise _lost(write, raw.fault, text)
        if write and raw.status == HTTPStatus.SEE_OTHER:
            raise Unknown("redirected", answer=text)
        if raw.status >= 300 and (write or raw.status != 304):
            raise Never("redirected", answer=text)
        return Answer(raw.status, raw.headers, raw.body, write)

    def _heed(self, raw: _Raw) -> None:
        """Let the account rest when the headers of an answer say that it has no call left."""
        until = self._rested(raw)
        if until is not None:
            self.rest(until)

    def _rested(self, raw: _Raw) -> datetime | None:
        """Until when, by the network's own headers; at most a day ahead."""
        if self._rests is None:
            return None
        until = self._rests({name.lower(): value for name, value in raw.headers.items()}, clock.now())
        return None if until is None else min(until, clock.now() + LONGEST_PAUSE)

    def _slowed(self, raw: _Raw, text: str) -> Later:
        """What a 429 stands for; every worker of this account is told."""
        named = self._rested(raw) or retry_at(raw.headers, clock.now())
        until = named or clock.now() + DEFAULT_PAUSE
        self.rest(until)
        return Later("rate_limited", answer=text, retry_at=until)

    def _shown(self, raw: _Raw) -> str:
        """The answer as the attempt's record may keep it: short, without a secret."""
        body = raw.body[: 4 * MAX_ANSWER].decode("utf-8", "replace")
        return clip(storable(redact(f"{raw.status} {body}", self._secrets)).strip(), MAX_ANSWER)


def _untimely(raw: _Raw, write: bool, answer: str) -> OutcomeError:
    """A 4xx about time alone: 425 did nothing; a 408 may come from a proxy that had handed the request on."""
    until = retry_at(raw.headers, clock.now())
    if raw.status == HTTPStatus.TOO_EARLY:
        return Later("server_error", answer=answer, retry_at=until)
    return _lost(write, "no_answer", answer, retry_at=until)


def _lost(write: bool, code: str, answer: str, retry_at: datetime | None = None) -> OutcomeError:
    """The request left and no usable answer came: harmless for a read, unknown for a write."""
    return Unknown(code, answer=answer) if write else Later(code, answer=answer, retry_at=retry_at)


def _read(response: requests.Response, crossing: guards.Crossing) -> _Raw:
    """Read a response to its end, within the size and the time allowed."""
    chunks: list[bytes] = []
    fault = ""
    try:
        _collect(response.iter_content(64 * 1024), chunks)
    except _TooLarge:
        fault = "answer_too_large"
    except (OSError, HTTPError):
        fault = "answer_cut"
    if crossing.expired:
        fault = fault or "answer_cut"
    return _Raw(
        response.status_code,
        CaseInsensitiveDict(response.headers),
        b"".join(chunks),
        response.url,
        fault,
    )


class _TooLarge(Exception):
    pass


def _collect(stream: Iterable[bytes], chunks: list[bytes]) -> None:
    size = 0
    for chunk in stream:
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_BODY:
            raise _TooLarge


def _reason(error: Exception) -> str:
    """What went wrong, by the name of the innermost exception only: texts hold addresses."""
    inner: Any = error
    for _depth in range(4):
        inner = getattr(inner, "reason", None) or (inner.args[0] if inner.args else None)
        if not isinstance(inner, Exception):
            break
        error = inner
    return type(error).__name__


def _target(raw: _Raw) -> str | None:
    """Where a redirect leads, as an absolute address; None for any other answer."""
    location = raw.headers.get("Location")
    if raw.status not in {301, 302, 303, 307, 308} or not location:
        return None
    try:
        return urljoin(raw.url, location.encode("latin-1", "replace").decode("utf-8", "replace"))
    except ValueError:
        return None


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _without_credentials(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that may go to another origin."""
    harmless = {"accept", "accept-language", "user-agent"}
    return {name: value for name, value in headers.items() if name.lower() in harmless}


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the network says to come back: Retry-After (seconds or a date), else X-RateLimit-Reset.

    X-RateLimit-Reset is read as an ISO date, an epoch or a number of seconds. Never in the past, at
    most a day ahead; None when neither header can be read.
    """
    folded = {name.lower(): value.strip() for name, value in headers.items()}
    said = _moment(folded.get("retry-after", ""), now) or _moment(folded.get("x-ratelimit-reset", ""), now)
    return None if said is None else min(max(said, now), now + LONGEST_PAUSE)


def _moment(value: str, now: datetime) -> datetime | None:
    """An instant from seconds, an epoch, an HTTP date or an ISO date; None if it is none of them."""
    try:
        return _from_number(float(value), now)
    except ValueError:
        pass
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = parse(value)
        except (ValueError, TypeError, OverflowError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _from_number(number: float, now: datetime) -> datetime | None:
    """Seconds from now, or seconds since 1970 when that large; None when not finite."""
    if number != number or abs(number) == float("inf"):
        return None
    seconds = number - now.timestamp() if number > _EPOCH_FROM else number
    longest = LONGEST_PAUSE.total_seconds()
    return now + timedelta(seconds=max(0.0, min(seconds, longest)))
