"""LinkedIn's company pages, through the Community Management API."""

from datetime import timedelta
from types import MappingProxyType

from pages.networks.linkedin.client import LinkedInClient, build
from pages.networks.linkedin.door import SCOPES, LinkedInDoor
from pages.networks.linkedin.images import RULES
from pages.networks.linkedin.little import MOST, measure
from pages.networks.linkedin.wire import HOST, VERSION
from pages.networks.spec import AppSettings, NetworkSpec
from pages.networks.types import Capability, ConnectKind, WhyNot

__all__ = ["SPEC", "LinkedInClient"]

KEEPS = timedelta(hours=48)
KEEPS_NAMES = timedelta(hours=24)
"""What its terms give for members' posts and comments, and for the profiles of those who did not sign in.

https://learn.microsoft.com/en-us/linkedin/marketing/data-storage-requirements
"""

SPEC = NetworkSpec(
    code="linkedin",
    name="LinkedIn",
    connect=ConnectKind.OAUTH,
    capabilities=frozenset(
        {
            Capability.PUBLISH,
            Capability.FIND,
            Capability.DELETE,
            Capability.IMAGES,
            Capability.PROFILE,
            Capability.AUDIENCE,
            Capability.POST_FIGURES,
            Capability.COMMENTS,
            Capability.MENTIONS,
            Capability.REPLY,
            Capability.DELETE_COMMENT,
            Capability.REFRESH,
        }
    ),
    default_text_limit=MOST,
    reply_limit=1250,
    measure=measure,
    build=build,
    reconciles=(
        "The page's own posts of that time are compared by text and by where their card leads, a reply with "
        "the page's own answers at that place; and LinkedIn refuses the same post again (422 DUPLICATE_POST, "
        "which names the one that is there)."
    ),
    listens=(
        "What is written below the page's twenty latest posts, answers to comments included, in rounds that "
        "may take several turns; an edit is seen in the next round. Below one post, or one comment, the "
        "first two hundred are read. Posts of others that name the page come by its notifications, which "
        "administrators alone are shown and LinkedIn keeps for sixty days; a comment that names the page "
        "elsewhere makes none. Left aside: the page's own comments, and private messages, whose API is open "
        "to chosen partners only. LinkedIn names an author by number; the name is asked for, and stays empty "
        "for members who do not show their profile. Of followers it tells the total and, day by day, how "
        "many came (`organicFollowerGain`, `paidFollowerGain`), never how many left."
    ),
    why_not=MappingProxyType(
        {
            Capability.URL_FIGURES: WhyNot.NO_COUNT,
            Capability.MESSAGES: WhyNot.NOT_OPEN,
            Capability.HIDE: WhyNot.NO_CALL,
            Capability.APPROVE: WhyNot.SHOWN_AT_ONCE,
            Capability.BLOCK: WhyNot.NO_CALL,
            Capability.TELL: WhyNot.NO_CALL,
        }
    ),
    scopes=SCOPES,
    host=HOST,
    version=VERSION,
    app=AppSettings(
        "CM_LINKEDIN_CLIENT_ID", "CM_LINKEDIN_CLIENT_SECRET", "https://www.linkedin.com/developers/apps"
    ),
    door=LinkedInDoor,
    images=RULES,
    polls_every=900,
    keeps=KEEPS,
    keeps_names=KEEPS_NAMES,
)
