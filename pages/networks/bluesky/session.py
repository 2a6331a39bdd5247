"""Sessions: an application password is worth one, which renews itself and never needs the password again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cm_suite.core.errors import Later, Never, NextStep, OutcomeError
from cm_suite.core.text import redact
from pages.networks.bluesky.keys import claims
from pages.networks.bluesky.wire import UNREADABLE, Wire
from pages.networks.errors import Code
from pages.networks.types import Grant


def opened(wire: Wire, login: str, password: str) -> Grant:
    """A session for a handle (or e-mail) and an application password.

    Raises Never (`access_refused`) with RECONNECT when the server does not know the two together.
    """
    body = {"identifier": login.strip().removeprefix("@"), "password": password.strip()}
    try:
        return _grant(wire.prepare("com.atproto.server.createSession", token="", json=body))
    except OutcomeError as error:
        error.answer = redact(error.answer, (body["password"],))
        raise


def renewed(wire: Wire, refresh_token: str) -> Grant:
    """The next session. The spent refresh token stays good for a moment, so asking twice harms nothing.

    Raises Never (`expired` or `access_refused`) with RECONNECT when the password was taken back.
    """
    if not refresh_token:
        raise Never(Code.EXPIRED, step=NextStep.RECONNECT)
    return _grant(wire.prepare("com.atproto.server.refreshSession", token=refresh_token))


def _grant(answer: Mapping[str, Any]) -> Grant:
    if answer.get("active") is False:
        raise Never(Code.ACCOUNT_CLOSED, answer=str(answer.get("status") or ""), step=NextStep.RECONNECT)
    try:
        token, refresh = answer["accessJwt"], answer["refreshJwt"]
        if not (isinstance(token, str) and isinstance(refresh, str) and token and refresh):
            raise TypeError
    except UNREADABLE:
        raise Later("answer_unreadable") from None
    said = claims(token)
    scope = said.get("scope")
    handle = answer.get("handle")
    return Grant(
        token=token,
        refresh_token=refresh,
        expires_at=_end(said),
        refresh_expires_at=_end(claims(refresh)),
        login=handle if isinstance(handle, str) else "",
        scopes=tuple(scope.split()) if isinstance(scope, str) else (),
    )


def _end(said: Mapping[str, Any]) -> datetime | None:
    """When a token ends, as it says itself."""
    try:
        return datetime.fromtimestamp(said["exp"], UTC)
    except (*UNREADABLE, OverflowError, OSError):
        return None
