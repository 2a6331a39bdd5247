"""What a refusal of Meta's Graph API means, and when it wants us to rest.

Codes: https://developers.facebook.com/docs/graph-api/guides/error-handling
Rests: https://developers.facebook.com/docs/graph-api/overview/rate-limiting
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from cm_suite.core.http import Refusal, parsed, retry_at
from pages.networks.errors import Code

type Meaning = tuple[Code, NextStep]

UNSAID_REST: Final = timedelta(minutes=5)  # usage is counted over a rolling hour: calls come back bit by bit
BLOCKED_REST: Final = timedelta(hours=1)

_REFUSED: Final = (Code.ACCESS_REFUSED, NextStep.RECONNECT)
_CHECKPOINT: Final = (Code.CHECKPOINT, NextStep.CONTACT)
_CONTENT: Final = (Code.CONTENT_REFUSED, NextStep.EDIT)
_DUPLICATE: Final = (Code.DUPLICATE, NextStep.EDIT)
_MEDIA: Final = (Code.MEDIA_REFUSED, NextStep.EDIT)
_CLOSED: Final = (Code.WINDOW_CLOSED, NextStep.NONE)
_GONE: Final = (Code.NOT_FOUND, NextStep.CONTACT)

SUBCODES: Final[Mapping[int, Meaning]] = MappingProxyType(
    {
        33: _GONE,  # "does not exist, cannot be loaded due to missing permissions"
        458: _REFUSED,  # the application was taken off the account
        459: _CHECKPOINT,
        460: _REFUSED,  # the password changed
        463: (Code.EXPIRED, NextStep.RECONNECT),
        464: _CHECKPOINT,  # the person is not confirmed
        467: _REFUSED,
        492: _REFUSED,  # the person has no role on the page any more
        1346003: _CONTENT,
        1366046: _MEDIA,
        1366051: _DUPLICATE,
        1404078: _REFUSED,
        1404102: _CONTENT,
        1609005: _CONTENT,
        2018001: _GONE,
        2018278: _CLOSED,
        2534022: _CLOSED,
        4854002: _CHECKPOINT,
    }
)
CODES: Final[Mapping[int, Meaning]] = MappingProxyType(
    {
        3: (Code.REVIEW_MISSING, NextStep.CONTACT),
        12: (Code.VERSION_GONE, NextStep.CONTACT),
        102: _REFUSED,
        190: _REFUSED,
        506: _DUPLICATE,
        551: (Code.NOT_ALLOWED_HERE, NextStep.CONTACT),  # this person cannot be written to now
        803: _GONE,
        2635: (Code.VERSION_GONE, NextStep.CONTACT),
        1609005: _CONTENT,
    }
)
TOO_FAST: Final = frozenset({4, 17, 32, 341, 613, *range(80000, 80015)})
TOO_FAST_SUBCODES: Final = frozenset({1390008})
PASSING: Final = frozenset({1, 2})
PASSING_SUBCODES: Final = frozenset({99, 1363047, 1609010})
BLOCKED: Final = 368  # for a while, for what the page did
PERMISSIONS: Final = frozenset({10, *range(200, 300)})


@dataclass(frozen=True, slots=True)
class Said:
    """An error as the Graph API words it; zeros when it says nothing of the kind."""

    code: int = 0
    subcode: int = 0
    passing: bool = False


def said_in(body: bytes) -> Said | None:
    """The error in an answer's body; None when it is not the Graph API speaking."""
    try:
        return said_of(parsed(body))
    except ValueError:
        return None


def said_of(answer: Any) -> Said | None:
    """The error in an answer; None when there is none."""
    error = answer.get("error") if isinstance(answer, Mapping) else None
    if not isinstance(error, Mapping):
        return None
    return Said(
        _number(error.get("code")), _number(error.get("error_subcode")), error.get("is_transient") is True
    )


def explained(
    refusal: Refusal,
    *,
    write: bool,
    lacking: Code = Code.SCOPE_MISSING,
    subcodes: Mapping[int, Meaning] = SUBCODES,
) -> OutcomeError:
    """The refusal as one of the outcomes.

    `lacking`: the code for a right that the token has not; only scopes of publishing and listening ask for
    a new consent. What is not said by the Graph API itself (a proxy, a wall) says nothing of the account.
    A passing fault is Unknown after a write: it was seen to come with the post published.
    """
    said = said_in(refusal.body)
    if said is None:
        return Never(Code.BLOCKED, answer=refusal.answer, step=NextStep.CONTACT)
    late = _late(said, refusal)
    if late is not None:
        return late
    known = subcodes.get(said.subcode) or CODES.get(said.code)
    if known is None and (said.passing or said.code in PASSING or said.subcode in PASSING_SUBCODES):
        return _passing(write, refusal.answer)
    code, step = known or _meaning(said, refusal.status, lacking)
    return Never(code, answer=refusal.answer, step=step)


def _late(said: Said, refusal: Refusal) -> Later | None:
    """What is only too early; None for anything else."""
    now = clock.now()
    if said.code in TOO_FAST or said.subcode in TOO_FAST_SUBCODES:
        until = rests(refusal.headers, now) or retry_at(refusal.headers, now) or now + UNSAID_REST
        return Later("rate_limited", answer=refusal.answer, retry_at=until)
    if said.code == BLOCKED and said.subcode not in SUBCODES:
        return Later("rate_limited", answer=refusal.answer, retry_at=now + BLOCKED_REST)
    return None


def _passing(write: bool, answer: str) -> OutcomeError:
    return Unknown("server_error", answer=answer) if write else Later("server_error", answer=answer)


def _meaning(said: Said, status: int, lacking: Code) -> Meaning:
    if said.code in PERMISSIONS:
        asks = lacking in {Code.SCOPE_MISSING, Code.LISTEN_SCOPE_MISSING}
        return lacking, NextStep.RECONNECT if asks else NextStep.CONTACT
    return _GONE if status == 404 else _CONTENT


def rests(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when no call is left to the account, from the usage headers; None while there are some.

    Usage is in per cent of what is allowed; `estimated_time_to_regain_access` is in minutes. The headers of
    an application and of a page name no time.
    """
    folded = {name.lower(): value for name, value in headers.items()}
    waits = [_wait_of(usage) for usage in _usages(folded)]
    longest = max(waits, default=timedelta(0))
    return now + longest if longest else None


def _usages(headers: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """Each count of calls in the headers, whatever is in them."""
    found = [_json(headers.get(name, "")) for name in ("x-app-usage", "x-page-usage")]
    business = _json(headers.get("x-business-use-case-usage", ""))
    for each in business.values() if isinstance(business, Mapping) else ():
        found += each if isinstance(each, list) else []
    return [each for each in found if isinstance(each, Mapping)]


def _wait_of(usage: Mapping[str, Any]) -> timedelta:
    minutes = _number(usage.get("estimated_time_to_regain_access"))
    if minutes > 0:
        return timedelta(minutes=min(minutes, 24 * 60))
    spent = max(_number(usage.get(name)) for name in ("call_count", "total_cputime", "total_time"))
    return UNSAID_REST if spent >= 100 else timedelta(0)


def _json(text: str) -> Any:
    try:
        return parsed(text.encode())
    except ValueError:
        return None


def _number(value: object) -> int:
    """A whole number, or 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value)
