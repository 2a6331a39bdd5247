"""The brand's own public page, as a network: needs no account anywhere."""

from types import MappingProxyType

from pages.networks.newsroom.client import NewsroomClient, build, measure
from pages.networks.spec import ImageRules, NetworkSpec
from pages.networks.types import Capability, ConnectKind, WhyNot

__all__ = ["SPEC", "NewsroomClient"]

SPEC = NetworkSpec(
    code="newsroom",
    name="Newsroom",
    connect=ConnectKind.NONE,
    capabilities=frozenset(
        {
            Capability.PUBLISH,
            Capability.FIND,
            Capability.DELETE,
            Capability.IMAGES,
            Capability.PROFILE,
            Capability.AUDIENCE,
            Capability.COMMENTS,
            Capability.REPLY,
            Capability.HIDE,
            Capability.DELETE_COMMENT,
            Capability.APPROVE,
            Capability.TELL,
        }
    ),
    default_text_limit=5000,
    measure=measure,
    build=build,
    images=ImageRules(most=20, alt=1500),
    reconciles="One post per page and delivery key, held by the database: the key is looked up.",
    listens=(
        "Every comment under the brand's own posts, and each change to one: edited, withdrawn, reported, or "
        "waiting for approval."
    ),
    why_not=MappingProxyType(
        {
            Capability.POST_FIGURES: WhyNot.NO_COUNT,
            Capability.URL_FIGURES: WhyNot.NO_COUNT,
            Capability.MENTIONS: WhyNot.NO_CALL,
            Capability.MESSAGES: WhyNot.NO_CALL,
            Capability.BLOCK: WhyNot.NO_CALL,
            Capability.REFRESH: WhyNot.NEVER_ENDS,
        }
    ),
)
