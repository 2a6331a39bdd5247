"""The codes that networks add to those of `core.http` and `core.guard`; `pages.messages` words them."""

from __future__ import annotations

from enum import StrEnum

from cm_suite.core.errors import Later


class Code(StrEnum):
    """Why a network, or the way to it, said no."""

    ACCESS_REFUSED = "access_refused"
    SCOPE_MISSING = "scope_missing"
    LISTEN_SCOPE_MISSING = "listen_scope_missing"  # publishes still: the page stays connected
    ACCOUNT_CLOSED = "account_closed"
    CONTENT_REFUSED = "content_refused"
    NOT_FOUND = "not_found"
    BLOCKED = "blocked"
    NOT_THIS_NETWORK = "not_this_network"
    WRONG_ACCOUNT = "wrong_account"
    NEEDS_RECONNECT = "needs_reconnect"
    CREDENTIAL_UNREADABLE = "credential_unreadable"
    NOT_OFFERED = "not_offered"
    FENCE_CLOSED = "fence_closed"


class FenceClosed(Later):
    """The send was stopped right before the call: a pause, a lost lease. Nothing left."""

    def __init__(self, code: str = Code.FENCE_CLOSED) -> None:
        super().__init__(code)
