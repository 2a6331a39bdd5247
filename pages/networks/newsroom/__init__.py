"""The brand's own public page, as a network: needs no account anywhere."""

from pages.networks.newsroom.client import NewsroomClient, build, measure
from pages.networks.spec import NetworkSpec
from pages.networks.types import Capability, ConnectKind

__all__ = ["SPEC", "NewsroomClient"]

SPEC = NetworkSpec(
    code="newsroom",
    name="Newsroom",
    connect=ConnectKind.NONE,
    capabilities=frozenset(Capability),
    default_text_limit=5000,
    measure=measure,
    build=build,
    reconciles="One post per page and delivery key, held by the database: the key is looked up.",
    listens=(
        "Every comment under the brand's own posts, and each change to one: edited, withdrawn, reported, or "
        "waiting for approval."
    ),
)
