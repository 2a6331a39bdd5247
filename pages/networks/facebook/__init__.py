"""Facebook: Pages."""

from types import MappingProxyType

from pages.networks.facebook.accounts import SCOPES
from pages.networks.facebook.client import FacebookClient, build
from pages.networks.facebook.door import FacebookDoor
from pages.networks.facebook.images import RULES
from pages.networks.facebook.length import LIMIT, measure
from pages.networks.graph import HOST, VERSION, rests
from pages.networks.spec import AppSettings, NetworkSpec
from pages.networks.types import Capability, ConnectKind, WhyNot

__all__ = ["SPEC", "FacebookClient"]

_LACKS = MappingProxyType(
    {
        Capability.APPROVE: WhyNot.SHOWN_AT_ONCE,
        Capability.TELL: WhyNot.NO_CALL,
        Capability.REFRESH: WhyNot.NEVER_ENDS,
    }
)

SPEC = NetworkSpec(
    code="facebook",
    name="Facebook",
    connect=ConnectKind.OAUTH,
    capabilities=frozenset(Capability) - frozenset(_LACKS),
    default_text_limit=LIMIT,
    reply_limit=8000,
    message_limit=2000,
    measure=measure,
    build=build,
    reconciles=(
        "The posts that the Page published in that time are compared by text, and by the address of their "
        "card where there is no text; an answer, among the Page's own below the same comment; the network "
        "also refuses the same post twice in a row."
    ),
    listens=(
        "Comments and the answers to them (there are two levels) under the Page's latest fifty posts: the "
        "newest twenty-five of each at every look, older ones behind them as far back as the last look, and "
        "at the first one to the beginning. The latest forty are read again each time, so that an edit or a "
        "hiding among them shows, any other when the comment is asked for again. Mentions are posts of "
        "others that name the Page. Private messages are those of Messenger, of which the network lets the "
        "latest twenty of a conversation be read. An answer goes out within 24 hours, or within 7 days "
        "where Meta granted the tag for human agents. Who wrote is told only to applications that Meta "
        "reviewed. Left aside: comments under older posts; what a picture or a sticker says without words."
    ),
    why_not=_LACKS,
    scopes=SCOPES,
    host=HOST,
    version=VERSION,
    app=AppSettings("CM_META_APP_ID", "CM_META_APP_SECRET", "https://developers.facebook.com/apps"),
    door=FacebookDoor,
    images=RULES,
    rests=rests,
    polls_every=120,
    rings=True,
)
