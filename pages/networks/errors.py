"""The codes that networks add to those of `core.http` and `core.guard`; `pages.messages` words them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

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
    MEDIA_PROCESSING = "media_processing"  # a Later: what was uploaded is not ready, nothing is shown yet
    MEDIA_REFUSED = "media_refused"
    IMAGE_REQUIRED = "image_required"
    PUBLIC_URL_NEEDED = "public_url_needed"
    DUPLICATE = "duplicate"  # the network has this very text already
    QUOTA_SPENT = "quota_spent"  # as many posts as it takes in a day; a Later with its time
    BUDGET_SPENT = "budget_spent"
    RESERVE_KEPT = "reserve_kept"  # what is left of the month's budget is kept for what is published and done
    EDITED_MEANWHILE = "edited_meanwhile"  # a Later: the comment says something else than what was read
    WINDOW_CLOSED = "window_closed"  # the time in which a private message may be answered is over
    NOT_ALLOWED_HERE = "not_allowed_here"  # the account, or its role, may not do this
    REVIEW_MISSING = "review_missing"  # the agency's application was not given this right by the network
    CHECKPOINT = "checkpoint"  # the network wants a person to prove who they are, on its own page
    VERSION_GONE = "version_gone"  # the API's version answers no more
    KEYS_MISSING = "keys_missing"  # the agency's application keys are not set
    GRANT_REFUSED = "grant_refused"
    GRANT_EXPIRED = "grant_expired"  # the way to the consent page and back took too long, or was used already
    NO_ACCOUNT = "no_account"  # the person may connect no page
    EXPIRED = "expired"  # the token has ended, and cannot be renewed
    NOT_A_FEED = "not_a_feed"
    RENEWING = "renewing"  # a Later: somebody else renews the token right now
    REPLY_TOO_DEEP = "reply_too_deep"  # only comments of the first level can be answered


NO_MONEY: Final = frozenset({Code.BUDGET_SPENT, Code.RESERVE_KEPT})
"""The brand's own money does not cover the call: nothing was asked."""


class FenceClosed(Later):
    """The send was stopped right before the call: a pause, a lost lease. Nothing left."""

    def __init__(self, code: str = Code.FENCE_CLOSED) -> None:
        super().__init__(code)
