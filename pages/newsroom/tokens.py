"""Signed tokens of the newsroom's links and forms. They name a row, never an address."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from django.core import signing

from cm_suite.core import clock
from cm_suite.core.crypto import keyed_hash
from pages.newsroom.rules import CONFIRM_WITHIN, TOO_QUICK, WHY_WITHIN

_CONFIRM: Final = "newsroom.confirm"
_LEAVE: Final = "newsroom.leave"
_WHY: Final = "newsroom.why"


def for_confirming(subscriber_id: int) -> str:
    """A token that proves, for three days, that its holder reads the address's mail."""
    return signing.dumps(subscriber_id, salt=_CONFIRM)


def confirming(token: str) -> int | None:
    """The subscriber a confirmation names; None when it is forged or too old."""
    return _read(token, _CONFIRM, CONFIRM_WITHIN)


def for_leaving(subscriber_id: int) -> str:
    """A token that lets its holder leave, for ever: old mails must keep their way out."""
    return signing.dumps(subscriber_id, salt=_LEAVE)


def leaving(token: str) -> int | None:
    """The subscriber a leaving link names; None when it is forged."""
    return _read(token, _LEAVE, None)


def for_why(departure_id: int) -> str:
    """A token that lets somebody who has just left say why, for a day."""
    return signing.dumps(departure_id, salt=_WHY)


def why(token: str) -> int | None:
    """The departure to give a reason to; None when the token is forged or too old."""
    return _read(token, _WHY, WHY_WITHIN)


def _read(token: str, salt: str, max_age: timedelta | None) -> int | None:
    try:
        value = signing.loads(token, salt=salt, max_age=max_age)
    except signing.BadSignature:
        return None
    return value if isinstance(value, int) else None


class FormKind(StrEnum):
    """The forms that make one row each, however often they are sent."""

    COMMENT = "newsroom.comment"
    REPORT = "newsroom.report"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a form was given when it was shown: a number of its own, and the instant (UTC)."""

    nonce: str
    at: datetime


def stamp(kind: FormKind, about: int, *, again: bool = False) -> str:
    """A stamp for a form about a row. `again`: its reader has seen the form before, and may be quick."""
    at = clock.now() - TOO_QUICK if again else clock.now()
    return signing.dumps([about, secrets.token_urlsafe(24), at.timestamp()], salt=kind.value)


def stamped(kind: FormKind, about: int, value: str) -> Stamp | None:
    """What the stamp of this form says; None when it is forged, or another form's."""
    try:
        row, nonce, at = signing.loads(value, salt=kind.value)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return Stamp(nonce, datetime.fromtimestamp(at, UTC)) if row == about else None


def form_key(kind: FormKind, nonce: str) -> str:
    """What a row keeps of the form that made it: the private link cannot be found back from it."""
    return keyed_hash(f"{kind}.form:{nonce}")


def author_token(nonce: str) -> str:
    """The token of the private link to a comment, the same each time its form is sent."""
    return keyed_hash(f"newsroom.author:{nonce}")


def hash_of(token: str) -> str:
    """What is kept of a private link's token."""
    return keyed_hash(f"newsroom.token:{token}")
