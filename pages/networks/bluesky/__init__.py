"""Bluesky, and the servers of its network (the AT Protocol)."""

from types import MappingProxyType

from pages.networks.bluesky.client import BlueskyClient, build
from pages.networks.bluesky.images import RULES
from pages.networks.bluesky.length import LIMIT, measure
from pages.networks.bluesky.version import VERSION
from pages.networks.bluesky.wire import HOST, rests
from pages.networks.spec import NetworkSpec
from pages.networks.types import Capability, ConnectKind, WhyNot

__all__ = ["SPEC", "BlueskyClient"]

SPEC = NetworkSpec(
    code="bluesky",
    name="Bluesky",
    connect=ConnectKind.LOGIN,
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
            Capability.HIDE,
            Capability.BLOCK,
            Capability.REFRESH,
        }
    ),
    default_text_limit=LIMIT,
    measure=measure,
    build=build,
    reconciles=(
        "A post goes out under a record key chosen before, the same at every try: the server is asked for "
        "that record, and refuses a second one with the same key."
    ),
    listens=(
        "The account's notifications of replies, mentions and quotes, each turn ten minutes further back "
        "than the last, for authors have a say in their order; the first turn begins with the latest fifty. "
        "What stands in a thread that a post of ours began is a comment, anything else a mention; the "
        "network tells of an answer at most five levels below a post, and never again of a hidden one. "
        "Nothing can be edited there. A comment is gone once its record is, some seconds later; one by "
        "somebody who is kept away is still read from their own server. Private messages are read when the "
        "application password was allowed to (`listen_scope_missing` otherwise), from the last one of each "
        "of the latest fifty conversations on. A server without the network around it (no AppView) gives "
        "neither comments nor counts, and says so (`not_allowed_here`)."
    ),
    why_not=MappingProxyType(
        {
            Capability.AUDIENCE: WhyNot.TOTAL_ONLY,
            Capability.URL_FIGURES: WhyNot.NO_COUNT,
            Capability.DELETE_COMMENT: WhyNot.AUTHORS_OWN,
            Capability.APPROVE: WhyNot.SHOWN_AT_ONCE,
            Capability.TELL: WhyNot.TOLD_TO_SERVERS,
        }
    ),
    host=HOST,
    version=VERSION,
    images=RULES,
    rests=rests,
)
