"""What a refusal of Bluesky means and what the user can do about it.

Errors are `{"error": NAME, "message": words}` (https://atproto.com/specs/xrpc#error-responses). A token that
has ended or is refused comes with status 400 as well as 401, so the name decides.
"""

from __future__ import annotations

from typing import Final

from cm_suite.core.errors import Never, NextStep
from cm_suite.core.http import Refusal, parsed
from pages.networks.errors import Code

SWAPPED: Final = (
    "record_changed"  # the record was written by somebody else meanwhile; never leaves the client
)

_RECONNECT: Final = NextStep.RECONNECT
_NAMED: Final[dict[str, tuple[str, NextStep]]] = {
    "ExpiredToken": (Code.EXPIRED, _RECONNECT),
    "InvalidToken": (Code.ACCESS_REFUSED, _RECONNECT),
    "AuthMissing": (Code.ACCESS_REFUSED, _RECONNECT),
    "AuthenticationRequired": (Code.ACCESS_REFUSED, _RECONNECT),
    "AuthFactorTokenRequired": (Code.ACCESS_REFUSED, _RECONNECT),
    "AccountTakedown": (Code.ACCOUNT_CLOSED, _RECONNECT),
    "AccountDeactivated": (Code.ACCOUNT_CLOSED, _RECONNECT),
    "AccountSuspended": (Code.ACCOUNT_CLOSED, _RECONNECT),
    "RecordNotFound": (Code.NOT_FOUND, NextStep.CONTACT),
    "NotFound": (Code.NOT_FOUND, NextStep.CONTACT),
    "InvalidSwap": (SWAPPED, NextStep.NONE),
    "ConvoLocked": (Code.WINDOW_CLOSED, NextStep.NONE),
    "InvalidConvo": (Code.NOT_FOUND, NextStep.NONE),
    "ReplyTargetNotFound": (Code.NOT_FOUND, NextStep.NONE),
    "BlockedActor": (Code.NOT_ALLOWED_HERE, NextStep.NONE),
    "MessagesDisabled": (Code.NOT_ALLOWED_HERE, NextStep.NONE),
    "NotFollowedBySender": (Code.NOT_ALLOWED_HERE, NextStep.NONE),
    "PayloadTooLarge": (Code.MEDIA_REFUSED, NextStep.EDIT),
    "BlobTooLarge": (Code.MEDIA_REFUSED, NextStep.EDIT),
    "InvalidMimeType": (Code.MEDIA_REFUSED, NextStep.EDIT),
}
_SAID: Final[tuple[tuple[str, tuple[str, NextStep]], ...]] = (
    ("bad token ", (Code.SCOPE_MISSING, _RECONNECT)),  # an app password without this right
    ("no service configured", (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)),  # a server without its network
    ("could not locate record:", (Code.NOT_FOUND, NextStep.CONTACT)),
    ("could not locate record", (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)),  # elsewhere, and out of reach
    ("could not find repo", (Code.NOT_FOUND, NextStep.CONTACT)),
    ("profile not found", (Code.NOT_FOUND, NextStep.CONTACT)),
    ("blob too big", (Code.MEDIA_REFUSED, NextStep.EDIT)),
    ("mime type", (Code.MEDIA_REFUSED, NextStep.EDIT)),
)


def explained(refusal: Refusal) -> Never:
    """The refusal as one of the networks' codes, with its next step."""
    code, step = _meaning(refusal.status, *said_in(refusal.body))
    return Never(code, answer=refusal.answer, step=step)


def _meaning(status: int, name: str, words: str) -> tuple[str, NextStep]:
    for beginning, meaning in _SAID:
        if beginning in words:
            return meaning
    if name in _NAMED:
        return _NAMED[name]
    if status == 413:
        return Code.MEDIA_REFUSED, NextStep.EDIT
    if not name:
        return (Code.BLOCKED, NextStep.CONTACT) if status in {401, 403} else _another(status)
    if status == 401:
        return Code.ACCESS_REFUSED, _RECONNECT
    return (
        (Code.NOT_ALLOWED_HERE, NextStep.CONTACT) if status == 403 else (Code.CONTENT_REFUSED, NextStep.EDIT)
    )


def _another(status: int) -> tuple[str, NextStep]:
    """What a server means that does not speak the network's language."""
    gone = status in {404, 405, 410}
    return (Code.NOT_THIS_NETWORK if gone else Code.CONTENT_REFUSED), NextStep.EDIT


def said_in(body: bytes) -> tuple[str, str]:
    """The error's name, and its words in lower case; both empty when it is not the network speaking."""
    try:
        answer = parsed(body)
    except ValueError:
        return "", ""
    if not isinstance(answer, dict):
        return "", ""
    return str(answer.get("error") or ""), str(answer.get("message") or "").lower()
