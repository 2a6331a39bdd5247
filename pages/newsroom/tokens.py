"""Signed tokens of the links in the newsroom's mails. They name a row, never an address."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.core import signing

from pages.newsroom.rules import CONFIRM_WITHIN, WHY_WITHIN

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
