"""What a refusal of X means and what the user can do about it.

X answers with problem documents (https://docs.x.com/x-api/fundamentals/response-codes-and-errors); what a 403
is about stands in its `detail` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from cm_suite.core.errors import Never, NextStep
from cm_suite.core.http import Refusal, parsed
from pages.networks.errors import Code

type Meaning = tuple[Code, NextStep]

REFUSED: Final[Meaning] = (Code.ACCESS_REFUSED, NextStep.RECONNECT)
GONE: Final[Meaning] = (Code.NOT_FOUND, NextStep.CONTACT)
NOT_HERE: Final[Meaning] = (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)
UNACCEPTED: Final[Meaning] = (Code.CONTENT_REFUSED, NextStep.EDIT)

_BY_DETAIL: Final[tuple[tuple[str, Meaning], ...]] = (
    ("duplicate content", (Code.DUPLICATE, NextStep.EDIT)),
    ("deleted or not visible", GONE),
    ("temporarily locked", (Code.CHECKPOINT, NextStep.CONTACT)),
    ("suspended", (Code.ACCOUNT_CLOSED, NextStep.CONTACT)),
    ("not been mentioned or otherwise engaged", NOT_HERE),
    ("client-not-enrolled", (Code.REVIEW_MISSING, NextStep.CONTACT)),
    ("client-forbidden", (Code.REVIEW_MISSING, NextStep.CONTACT)),
    ("oauth1-permissions", (Code.SCOPE_MISSING, NextStep.RECONNECT)),
    ("scope", (Code.SCOPE_MISSING, NextStep.RECONNECT)),
    ("weighted length", UNACCEPTED),
    ("too long", UNACCEPTED),
)
_BY_STATUS: Final[Mapping[int, Meaning]] = {
    401: REFUSED,
    402: (Code.BUDGET_SPENT, NextStep.PAY),
    403: NOT_HERE,
    404: GONE,
    410: GONE,
}
_FAMILIES: Final = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")


def explained(refusal: Refusal) -> Never:
    """The refusal as one of the networks' codes, with its next step.

    A refusal that is not X's own (a proxy's page in HTML) says nothing about the account, nor what is gone.
    """
    said = said_in(refusal.body)
    code, step = _meaning(refusal.status, said)
    return Never(code, answer=refusal.answer, step=step)


def _meaning(status: int, said: str) -> Meaning:
    if status in _BY_STATUS and not said:
        return Code.BLOCKED, NextStep.CONTACT
    if status in {400, 403}:
        for words, meaning in _BY_DETAIL:
            if words in said:
                return meaning
    return _BY_STATUS.get(status, UNACCEPTED)


def said_in(body: bytes) -> str:
    """X's own words in an error's body, lower case; empty when it is not X speaking."""
    try:
        answer = parsed(body)
    except ValueError:
        return ""
    return " ".join(_words(answer)).lower() if isinstance(answer, Mapping) else ""


def _words(answer: Mapping[str, Any]) -> list[str]:
    errors = answer.get("errors")
    parts = [answer, *(errors if isinstance(errors, list) else ())]
    names = ("title", "detail", "type", "reason", "message", "error", "error_description")
    return [str(part[name]) for part in parts if isinstance(part, Mapping) for name in names if name in part]


def rests(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when no call is left at this endpoint, or in the day of the account or of the application.

    X does not name the endpoint in its headers: the whole account rests, a quarter of an hour at most for an
    endpoint (https://docs.x.com/x-api/fundamentals/rate-limits).
    """
    until = [_reset(headers, family) for family in _FAMILIES if headers.get(f"{family}-remaining") == "0"]
    return max((each for each in until if each is not None and each > now), default=None)


def _reset(headers: Mapping[str, str], family: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(headers.get(f"{family}-reset", "")), UTC)
    except (ValueError, OverflowError, OSError):
        return None
