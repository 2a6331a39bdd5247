"""Mastodon, and the servers that speak its language."""

from types import MappingProxyType

from pages.networks.mastodon.client import MastodonClient, build
from pages.networks.mastodon.length import measure
from pages.networks.spec import NetworkSpec
from pages.networks.types import Capability, ConnectKind, WhyNot

__all__ = ["SPEC", "MastodonClient"]

SPEC = NetworkSpec(
    code="mastodon",
    name="Mastodon",
    connect=ConnectKind.TOKEN,
    capabilities=frozenset(
        {
            Capability.PUBLISH,
            Capability.FIND,
            Capability.DELETE,
            Capability.PROFILE,
            Capability.COMMENTS,
            Capability.REPLY,
        }
    ),
    default_text_limit=500,
    measure=measure,
    build=build,
    reconciles=(
        "The account's own statuses of that time are compared by text, and a reply also by what it answers; "
        "the same Idempotency-Key changes nothing within an hour."
    ),
    listens=(
        "Whoever names the account, in the order of its notifications, filtered ones included; the first "
        "turn begins with the latest forty. A comment comes with the first status of ours above it, any "
        "other mention without a post. Left aside: private mentions (`direct`), which are messages to the "
        "account and not words shown under its posts; answers that do not name the account; quotes. An "
        "edit is seen when the comment is asked for again. A comment that the server has no more is gone; "
        "one taken down only on its author's server may still be shown by ours. A token whose scopes "
        "leave out `read:notifications` or `read:statuses` publishes all the same: listening alone asks "
        "for a new one (`listen_scope_missing`)."
    ),
    why_not=MappingProxyType(
        {
            Capability.AUDIENCE: WhyNot.TOTAL_ONLY,
            Capability.IMAGES: WhyNot.NO_CALL,
            Capability.POST_FIGURES: WhyNot.NO_CALL,
            Capability.URL_FIGURES: WhyNot.NO_COUNT,
            Capability.MENTIONS: WhyNot.IN_COMMENTS,
            Capability.MESSAGES: WhyNot.NO_CALL,
            Capability.BLOCK: WhyNot.NO_CALL,
            Capability.REFRESH: WhyNot.NEVER_ENDS,
            Capability.HIDE: WhyNot.AUTHORS_OWN,
            Capability.DELETE_COMMENT: WhyNot.AUTHORS_OWN,
            Capability.APPROVE: WhyNot.SHOWN_AT_ONCE,
            Capability.TELL: WhyNot.TOLD_TO_SERVERS,
        }
    ),
    scopes=("read", "write:statuses"),
    settings_page="/settings/applications",
)
