"""Any blog, read by its RSS or Atom feed."""

from types import MappingProxyType

from pages.networks.feed.client import FeedClient, build
from pages.networks.spec import NetworkSpec
from pages.networks.types import Capability, ConnectKind, WhyNot

__all__ = ["SPEC", "FeedClient"]

READS: frozenset[Capability] = frozenset({Capability.PROFILE, Capability.COMMENTS})


def measure(text: str, link: str, url_length: int | None = None) -> int:
    """Characters of the text, and of its link: nothing is ever published there."""
    return len(text) + len(link)


SPEC = NetworkSpec(
    code="feed",
    name="Blog (RSS, Atom)",
    connect=ConnectKind.ADDRESS,
    capabilities=READS,
    default_text_limit=50_000,
    measure=measure,
    build=build,
    reconciles="Nothing is published there, so nothing is looked for.",
    listens=(
        "The comments' feeds that the eight latest posts with comments name (`wfw:commentRss`, `replies`), "
        "and WordPress's feed of all comments; of these the latest ninety. An edit is seen while they last. "
        "Feeds forget what is old, so absence says nothing: a comment is gone only when its post's feed has "
        "as many as the post says, or when the post's page is gone. A blog whose posts name no feed of "
        "comments is read all the same, and its comments are said to be out of reach (`not_offered`). Left "
        "aside: what waits for approval, which no feed shows."
    ),
    why_not=MappingProxyType({each: WhyNot.READ_ONLY for each in Capability if each not in READS}),
    polls_every=900,
)
