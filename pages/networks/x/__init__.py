"""X, through its API version 2."""

from types import MappingProxyType

from pages.networks.spec import AppSettings, NetworkSpec
from pages.networks.types import Capability, ConnectKind, WhyNot
from pages.networks.x.client import XClient, build
from pages.networks.x.door import SCOPES, XDoor
from pages.networks.x.errors import rests
from pages.networks.x.images import RULES
from pages.networks.x.length import LIMIT, measure
from pages.networks.x.wire import HOST, VERSION

__all__ = ["SPEC", "XClient"]

PRICES = MappingProxyType(
    {
        "create": 15_000,
        "create_with_url": 200_000,
        "media_metadata": 5_000,
        "post_read": 5_000,
        "user_read": 10_000,
        "message_read": 10_000,
        "post_look": 5_000,
        "message_look": 10_000,
        "message": 15_000,
        "hide": 5_000,
        "delete": 10_000,
    }
)
"""In millionths of a US dollar, as of August 2026: https://docs.x.com/x-api/getting-started/pricing.

A look is a read, too: for our own words after a lost answer. The money for it is kept when reading stops.
"""

SPEC = NetworkSpec(
    code="x",
    name="X",
    connect=ConnectKind.OAUTH,
    capabilities=frozenset(
        {
            Capability.PUBLISH,
            Capability.FIND,
            Capability.DELETE,
            Capability.IMAGES,
            Capability.PROFILE,
            Capability.POST_FIGURES,
            Capability.COMMENTS,
            Capability.MESSAGES,
            Capability.REPLY,
            Capability.HIDE,
            Capability.REFRESH,
        }
    ),
    default_text_limit=LIMIT,
    message_limit=10_000,
    measure=measure,
    build=build,
    reconciles=(
        "What the account published in that time is compared by text, addresses whole again, and a reply "
        "also by what it answers; X itself refuses a text that it has already (`duplicate`). A private "
        "answer is looked for in its conversation."
    ),
    listens=(
        "The posts that name the account, eight hundred back at most: X names in an answer all those who are "
        "answered, so that a conversation under our post comes whole. The first turn begins with the latest "
        "twenty. What stands in a conversation of ours, or answers us directly, is a comment; the rest is a "
        "mention. Not heard: answers from which our name was taken out, quotes that do not name us, posts of "
        "protected accounts that we do not follow, and reposts. Private messages: those of the last thirty "
        "days that X's API shows, not its encrypted ones. X does not tell that an answer is hidden; answers "
        "cannot be edited there, and an edited mention is heard again. Every look costs what it brings, so "
        "that X is looked at four times an hour, and one comment is asked about again only once a day, while "
        "somebody is to decide of it, and right before an act. What is read twice in a day (UTC) counts "
        "once. A fifth of the month's budget is kept from reading."
    ),
    why_not=MappingProxyType(
        {
            Capability.AUDIENCE: WhyNot.TOTAL_ONLY,
            Capability.MENTIONS: WhyNot.IN_COMMENTS,  # one list holds both, and is paid for once
            Capability.URL_FIGURES: WhyNot.NO_COUNT,
            Capability.DELETE_COMMENT: WhyNot.AUTHORS_OWN,
            Capability.APPROVE: WhyNot.SHOWN_AT_ONCE,
            Capability.BLOCK: WhyNot.NOT_OPEN,  # for its Enterprise plan alone
            Capability.TELL: WhyNot.NO_CALL,
        }
    ),
    scopes=SCOPES,
    host=HOST,
    version=VERSION,
    app=AppSettings("CM_X_CLIENT_ID", "CM_X_CLIENT_SECRET", "https://console.x.com"),
    door=XDoor,
    images=RULES,
    rests=rests,
    prices=PRICES,
    reads=frozenset({"post_read", "user_read", "message_read"}),
    polls_every=900,
    says_hidden=False,
)
