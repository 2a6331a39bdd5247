"""What LinkedIn's token endpoint gives, and how it refuses.

https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow: a token lives sixty
days. https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens: approved
applications alone are given a refresh token; it lives a year from the consent on, and renewing a token does
not lengthen that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError
from cm_suite.core.http import NetworkHttp, Refusal
from pages.networks.errors import Code
from pages.networks.linkedin.errors import said_in
from pages.networks.linkedin.wire import HOST
from pages.networks.types import AppKeys, Grant

OAUTH: Final = "https://www.linkedin.com"
_BETWEEN: Final = re.compile(r"[,\s]+")
_SPENT: Final = ("refresh token", "authorization grant")
"""What LinkedIn's words speak of when it is the token that is no good: "The provided authorization grant or
refresh token is invalid, expired or revoked." """

_OURS: Final = frozenset({"invalid_client", "unauthorized_client", "invalid_client_id"})


def origin(host: str) -> str:
    """Where tokens are made: LinkedIn's own site, unless another origin stands in for the API."""
    return OAUTH if host in {"", HOST} else host


def keys_of(app: AppKeys | None) -> AppKeys:
    """The application's keys. Raises Never (`keys_missing`)."""
    if app is None or not app.client_id or not app.client_secret:
        raise Never(Code.KEYS_MISSING, step=NextStep.CONTACT)
    return app


def asked(http: NetworkHttp, host: str, app: AppKeys | None, said: Mapping[str, str], refused: Code) -> Grant:
    """A grant for what is `said`. Raises Never: `refused` with RECONNECT when LinkedIn says no to it,
    `keys_missing` when it says no to the application. Any other refusal of its own is Later.
    """
    keys = keys_of(app)
    form = {**said, "client_id": keys.client_id, "client_secret": keys.client_secret}
    headers = {"Accept": "application/json"}
    try:
        answer = http.call("POST", f"{origin(host)}/oauth/v2/accessToken", headers=headers, data=form)
    except Refusal as refusal:
        raise _explained(refusal, refused) from None
    return grant_of(answer.json(), clock.now())


def grant_of(answer: Any, now: datetime) -> Grant:
    """The grant that an answer holds. Raises Later when it holds none."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("access_token"), str):
        raise Later("answer_unreadable")
    refresh, scope = answer.get("refresh_token"), answer.get("scope")
    return Grant(
        token=answer["access_token"],
        refresh_token=refresh if isinstance(refresh, str) else "",
        expires_at=_after(now, answer.get("expires_in")),
        refresh_expires_at=_after(now, answer.get("refresh_token_expires_in")) if refresh else None,
        scopes=tuple(each for each in _BETWEEN.split(scope) if each) if isinstance(scope, str) else (),
    )


def _after(now: datetime, seconds: object) -> datetime | None:
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return None
    try:
        return now + timedelta(seconds=seconds)
    except OverflowError:
        return None


def _explained(refusal: Refusal, refused: Code) -> OutcomeError:
    said = said_in(refusal.body)
    if not said:
        return Never(Code.BLOCKED, answer=refusal.answer, step=NextStep.CONTACT)
    if said.get("error") in _OURS:
        return Never(Code.KEYS_MISSING, answer=refusal.answer, step=NextStep.CONTACT)
    if _is_no(said, refused):
        return Never(refused, answer=refusal.answer, step=NextStep.RECONNECT)
    return Later("server_error", answer=refusal.answer)


def _is_no(said: Mapping[str, Any], refused: Code) -> bool:
    """Whether it is the code or the token that LinkedIn refuses; a code is good once, whatever is wrong."""
    error, words = said.get("error"), str(said.get("error_description") or "").lower()
    if error != "invalid_request":
        return error == "invalid_grant"
    return refused == Code.GRANT_REFUSED or any(spent in words for spent in _SPENT)
