"""Mastodon, and the servers that speak its language."""

from types import MappingProxyType

from pages.networks.mastodon.client import MastodonClient, build
from pages.networks.mastodon.door import SCOPES, MastodonDoor
from pages.networks.mastodon.images import MOST
from pages.networks.mastodon.length import measure
from pages.networks.mastodon.wire import VERSION, rests
from pages.networks.spec import ApiVersion, ImageRules, NetworkSpec
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
            Capability.IMAGES,
            Capability.PROFILE,
            Capability.POST_FIGURES,
            Capability.COMMENTS,
            Capability.MENTIONS,
            Capability.MESSAGES,
            Capability.REPLY,
            Capability.BLOCK,
        }
    ),
    default_text_limit=500,
    names_answered=True,
    measure=measure,
    build=build,
    reconciles=(
        "The account's own statuses of that time are compared by text, and a reply also by what it answers; "
        "the same Idempotency-Key changes nothing within an hour."
    ),
    listens=(
        "Whoever names the account, in the order of its notifications, filtered ones included; the first "
        "turn begins with the latest forty. Comments are what stands below a status of ours, mentions what "
        "stands elsewhere, messages what only those it names can read (`direct`); each of the three has a "
        "mark of its own. A status whose thread the server cannot give now is heard as either. Left aside: "
        "answers that do not name the account; quotes. An edit is seen when the comment is asked for again. "
        "What the server has no more is gone; what was taken down only on its author's server may still be "
        "shown by ours. A token whose scopes leave out `read:notifications` or `read:statuses` publishes all "
        "the same: listening alone asks for a new one (`listen_scope_missing`)."
    ),
    why_not=MappingProxyType(
        {
            Capability.AUDIENCE: WhyNot.TOTAL_ONLY,
            Capability.URL_FIGURES: WhyNot.NO_COUNT,
            Capability.REFRESH: WhyNot.NEVER_ENDS,
            Capability.HIDE: WhyNot.AUTHORS_OWN,
            Capability.DELETE_COMMENT: WhyNot.AUTHORS_OWN,
            Capability.APPROVE: WhyNot.SHOWN_AT_ONCE,
            Capability.TELL: WhyNot.TOLD_TO_SERVERS,
        }
    ),
    scopes=SCOPES,
    settings_page="/settings/applications",
    version=ApiVersion(VERSION, page="https://docs.joinmastodon.org/client/intro/"),
    door=MastodonDoor,
    images=ImageRules(
        most=MOST,
        alt=1500,
        types=frozenset({"image/jpeg", "image/png", "image/webp"}),
        most_bytes=8_000_000,
        waits=True,
    ),
    rests=rests,
)
