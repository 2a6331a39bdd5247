"""What a refusal of Mastodon means and what the user can do about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError
from cm_suite.core.http import Refusal, parsed
from pages.networks.errors import Code

NO_TOKEN: Final = b"invalid bearer token"  # how Takahē refuses one, in plain words
CLOSED: Final = ("your login", "suspended", "disabled", "deactivated", "moved", "pending approval")
"""How servers speak of an account that they closed, or have not opened yet. What one action alone is refused
with ("This action is not allowed") says nothing of the account.
"""

AGAIN: Final = timedelta(seconds=30)  # after which an image that was not ready is tried again


def explained(refusal: Refusal) -> Never:
    """The refusal as one of the networks' codes, with its next step.

    A 401 or 403 only counts against the token when Mastodon itself said it: a proxy in front of it, or a
    wall against robots, answers in HTML and says nothing about the account.
    """
    said = said_in(refusal.body)
    code, step = _meaning(refusal.status, said)
    if refusal.status in {400, 401} and refusal.body.strip().lower() == NO_TOKEN:
        code, step = Code.ACCESS_REFUSED, NextStep.RECONNECT
    return Never(code, answer=refusal.answer, step=step)


def _meaning(status: int, said: str) -> tuple[Code, NextStep]:
    if status in {401, 403} and not said:
        return Code.BLOCKED, NextStep.CONTACT
    if status == 401 or (status == 422 and "authenticated user" in said):
        return Code.ACCESS_REFUSED, NextStep.RECONNECT
    if status == 403:
        return _forbidden(said)
    if status in {404, 405, 410}:
        return Code.NOT_FOUND, NextStep.CONTACT
    return Code.CONTENT_REFUSED, NextStep.EDIT


def _forbidden(said: str) -> tuple[Code, NextStep]:
    if "scope" in said:
        return Code.SCOPE_MISSING, NextStep.RECONNECT
    if any(words in said for words in CLOSED):
        return Code.ACCOUNT_CLOSED, NextStep.RECONNECT
    return Code.NOT_ALLOWED_HERE, NextStep.CONTACT


def uncreated(refusal: Refusal) -> OutcomeError:
    """Why a status was not created: an image that the server still works on only takes time."""
    never = explained(refusal)
    if never.code == Code.CONTENT_REFUSED and "finished processing" in said_in(refusal.body):
        return Later(Code.MEDIA_PROCESSING, answer=never.answer, retry_at=clock.now() + AGAIN)
    return never


def said_in(body: bytes) -> str:
    """Mastodon's own words in an error's body, lower case; empty when it is not Mastodon speaking."""
    try:
        answer = parsed(body)
    except ValueError:
        return ""
    return str(answer.get("error") or "").lower() if isinstance(answer, dict) else ""
