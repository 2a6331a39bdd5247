"""Instagram: professional accounts, through the Facebook Page that each is tied to."""

from types import MappingProxyType

from pages.networks.graph import HOST, VERSION, rests
from pages.networks.instagram.accounts import SCOPES
from pages.networks.instagram.client import InstagramClient, build
from pages.networks.instagram.containers import RULES
from pages.networks.instagram.deleting import deleting, is_granted
from pages.networks.instagram.door import InstagramDoor
from pages.networks.instagram.length import LIMIT, measure
from pages.networks.spec import AppSettings, NetworkSpec
from pages.networks.types import Capability, ConnectKind, WhyNot

__all__ = ["SPEC", "InstagramClient"]

_LACKS = MappingProxyType(
    {
        Capability.DELETE: WhyNot.NOT_OPEN,
        Capability.APPROVE: WhyNot.SHOWN_AT_ONCE,
        Capability.BLOCK: WhyNot.NO_CALL,
        Capability.TELL: WhyNot.NO_CALL,
        Capability.URL_FIGURES: WhyNot.NO_COUNT,
        Capability.REFRESH: WhyNot.NEVER_ENDS,
    }
)

_PLAIN = NetworkSpec(
    code="instagram",
    name="Instagram",
    connect=ConnectKind.OAUTH,
    capabilities=frozenset(Capability) - frozenset(_LACKS),
    default_text_limit=LIMIT,
    message_limit=1000,
    measure=measure,
    build=build,
    reconciles=(
        "The posts that the account published in that time are compared by caption, without their @, which "
        "the network leaves out; an answer, among the account's own below the same comment. A post that the "
        "network calls published and does not list is not sent again by itself."
    ),
    listens=(
        "Comments and the answers to them (there are two levels) under the latest twenty-five posts, the "
        "newest fifty of each at every look and older ones as far back as the last look; answers are read "
        "with the comments they stand below. Only a comment of the first level that is not hidden can be "
        "answered. Mentions are posts of others in which the account is tagged; words that name it in a "
        "caption or a comment come by webhook, each once, and cannot be looked for; neither can be answered "
        "from here. Private messages are those of Instagram, of which the network lets the latest twenty of "
        "a conversation be read. An answer goes out within 24 hours, or within 7 days where Meta granted the "
        "tag for human agents. A post needs an image, and a link in it is text that nobody can follow. A "
        "post is taken down only where CM_META_INSTAGRAM_DELETE says that Meta granted the application "
        "instagram_manage_contents; anywhere else it is opened there. Left aside: comments under older "
        "posts, new answers below comments that are no longer read, stories, and comments of people whom the "
        "account restricted."
    ),
    why_not=_LACKS,
    scopes=SCOPES,
    host=HOST,
    version=VERSION,
    app=AppSettings("CM_META_APP_ID", "CM_META_APP_SECRET", "https://developers.facebook.com/apps"),
    door=InstagramDoor,
    images=RULES,
    rests=rests,
    polls_every=120,
    rings=True,
    answers_mentions=False,
    reply_depth=1,
)

SPEC = deleting(_PLAIN) if is_granted() else _PLAIN
