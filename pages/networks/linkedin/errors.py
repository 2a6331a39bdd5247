"""What a refusal of LinkedIn means and what the user can do about it.

https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from http import HTTPStatus
from typing import Any, Final

from cm_suite.core.errors import Later, Never, NextStep, OutcomeError
from cm_suite.core.http import Refusal, parsed
from pages.networks.errors import Code

ENDED: Final = 65602  # LinkedIn's own number for a token that has expired
DAILY: Final = "DAY limit"

_MEANS: Final[Mapping[int, tuple[Code, NextStep]]] = {
    HTTPStatus.NOT_FOUND: (Code.NOT_FOUND, NextStep.CONTACT),
    HTTPStatus.METHOD_NOT_ALLOWED: (Code.NOT_FOUND, NextStep.CONTACT),
    HTTPStatus.GONE: (Code.NOT_FOUND, NextStep.CONTACT),
    HTTPStatus.UPGRADE_REQUIRED: (Code.VERSION_GONE, NextStep.CONTACT),
}
"""By status. 426: a version lives a year at least, then every call with it is refused this way."""


_TOLD: Final = frozenset({401, 403, 404, 405, 410})


def explained(refusal: Refusal) -> OutcomeError:
    """The refusal as one of the networks' codes, with its next step.

    A 401 or 403 only counts against the token, and a 404 only means that something is gone, when LinkedIn
    itself said it: a wall in front of it answers in HTML. A 409 wrote nothing and wants to be tried again.
    """
    if refusal.status == HTTPStatus.CONFLICT:
        return Later("server_error", answer=refusal.answer)
    code, step = _meaning(refusal.status, said_in(refusal.body))
    return Never(code, answer=refusal.answer, step=step)


def rested(late: Later, now: datetime) -> Later:
    """A refusal for haste, with its time: what is spent for the day comes back at midnight UTC.

    https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/rate-limits
    """
    if DAILY not in late.answer:
        return late
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time.min, now.tzinfo)
    return Later(late.code, answer=late.answer, retry_at=tomorrow)


def said_in(body: bytes) -> Mapping[str, Any]:
    """LinkedIn's own words in an error's body; empty when it is not LinkedIn speaking."""
    try:
        answer = parsed(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _meaning(status: int, said: Mapping[str, Any]) -> tuple[Code, NextStep]:
    if status in _TOLD and not said:
        return Code.BLOCKED, NextStep.CONTACT
    if status == HTTPStatus.UNAUTHORIZED:
        return (Code.EXPIRED if _ended(said) else Code.ACCESS_REFUSED), NextStep.RECONNECT
    if status == HTTPStatus.FORBIDDEN:
        return _missing(said), NextStep.CONTACT
    if _twice(said):
        return Code.DUPLICATE, NextStep.EDIT
    return _MEANS.get(status, (Code.CONTENT_REFUSED, NextStep.EDIT))


def _ended(said: Mapping[str, Any]) -> bool:
    return said.get("code") == "EXPIRED_ACCESS_TOKEN" or said.get("serviceErrorCode") == ENDED


def _missing(said: Mapping[str, Any]) -> Code:
    """Whether the token has no such right, or the person no such role."""
    words = str(said.get("message") or "").lower()
    return Code.SCOPE_MISSING if "not enough permissions" in words else Code.NOT_ALLOWED_HERE


def _twice(said: Mapping[str, Any]) -> bool:
    """Whether the text is there already. `message` names the post that has it."""
    details = said.get("errorDetails")
    inputs = details.get("inputErrors") if isinstance(details, Mapping) else None
    codes = (
        [each.get("code") for each in inputs if isinstance(each, Mapping)] if isinstance(inputs, list) else []
    )
    words = str(said.get("message") or "").lower()
    return "DUPLICATE_POST" in [*codes, said.get("code")] or "content is a duplicate of urn:li:" in words
