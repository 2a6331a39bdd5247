"""What a refusal of WordPress means and what the user can do about it.

https://developer.wordpress.org/reference/functions/rest_authorization_required_code/: WordPress says 401 to
whoever is not signed in and 403 to whoever is and may not. We always send our password. Since 6.1 at the
latest a wrong one is only told by 401 and the code of whatever was asked (`rest_not_logged_in`), as when
something drops the Authorization header on the way: the two cannot be told apart, and both want a password
that works. Codes that are not WordPress's own are those of a plugin that closes the API.
"""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from cm_suite.core.http import Refusal, parsed
from pages.networks.errors import Code

PASSWORD_REFUSED: Final = frozenset(
    {"incorrect_password", "invalid_username", "invalid_email", "invalid_application_password"}
)
"""What `wp_authenticate_application_password` says of a name or a password that opens nothing."""

NOBODY: Final = ("rest_not_logged_in", "rest_cannot_", "rest_forbidden", "rest_comment_", "rest_user_")
"""How the codes begin that WordPress gives to somebody who is not signed in."""

PASSWORDS_OFF: Final = frozenset(
    {"application_passwords_disabled", "application_passwords_disabled_for_user"}
)
CLOSED: Final = frozenset({"rest_no_route", "rest_cannot_access"})
"""What plugins say that close the API, or take calls out of it."""

FLOOD: Final = "comment_flood"
NO_TRASH: Final = "rest_trash_not_supported"
AGAIN: Final = timedelta(seconds=30)


def explained(refusal: Refusal) -> OutcomeError:
    """The refusal as one of the networks' codes, with its next step."""
    said = said_in(refusal.body)
    if said == FLOOD:
        return Later("rate_limited", answer=refusal.answer, retry_at=clock.now() + AGAIN)
    code, step = _spoken(refusal.status, said) if said else _silent(refusal.status)
    return Never(code, answer=refusal.answer, step=step)


def _spoken(status: int, said: str) -> tuple[Code, NextStep]:
    """What WordPress, or a plugin of it, says."""
    if said in PASSWORD_REFUSED:
        return Code.ACCESS_REFUSED, NextStep.RECONNECT
    if said in PASSWORDS_OFF:
        return Code.NOT_ALLOWED_HERE, NextStep.CONTACT
    if said in CLOSED:
        return Code.BLOCKED, NextStep.CONTACT
    if status == HTTPStatus.UNAUTHORIZED:
        return _unseen(said)
    if status == HTTPStatus.FORBIDDEN:
        return _forbidden(said)
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return Code.NOT_FOUND, NextStep.CONTACT
    if said == "comment_duplicate":
        return Code.DUPLICATE, NextStep.EDIT
    return Code.CONTENT_REFUSED, NextStep.EDIT


def _unseen(said: str) -> tuple[Code, NextStep]:
    if said.startswith(NOBODY):
        return Code.ACCESS_REFUSED, NextStep.RECONNECT
    return Code.BLOCKED, NextStep.CONTACT


def _forbidden(said: str) -> tuple[Code, NextStep]:
    """What the user may not do there, by WordPress's own word; else a plugin that closes the API."""
    return (Code.NOT_ALLOWED_HERE if said.startswith("rest_") else Code.BLOCKED), NextStep.CONTACT


def _silent(status: int) -> tuple[Code, NextStep]:
    """What stands in front of a site says nothing of the account, and nothing of what is there."""
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Code.CONTENT_REFUSED, NextStep.EDIT
    return Code.BLOCKED, NextStep.CONTACT


def said_in(body: bytes) -> str:
    """The code in an error of WordPress; empty when it is not WordPress that speaks."""
    try:
        answer = parsed(body)
    except ValueError:
        return ""
    code = answer.get("code") if isinstance(answer, dict) else None
    return code if isinstance(code, str) else ""


def keeps_no_trash(lost: Unknown) -> bool:
    """Whether a site says, with status 501, that it throws nothing away for a while: nothing was done."""
    return f'"{NO_TRASH}"' in lost.answer


def unloaded(outcome: OutcomeError) -> OutcomeError:
    """Why an image did not go up. Nothing is shown yet, so no outcome is unknown.

    WordPress refuses a kind of file, or a size, with status 500 and `rest_upload_…`.
    """
    if isinstance(outcome, Unknown):
        if '"rest_upload_' in outcome.answer:
            return Never(Code.MEDIA_REFUSED, answer=outcome.answer, step=NextStep.EDIT)
        return Later(outcome.code, answer=outcome.answer)
    if outcome.code == Code.CONTENT_REFUSED:
        return Never(Code.MEDIA_REFUSED, answer=outcome.answer, step=NextStep.EDIT)
    return outcome
