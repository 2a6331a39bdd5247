"""Mastodon, and the servers that speak its language."""

from pages.networks.mastodon.client import MastodonClient, build
from pages.networks.mastodon.length import measure
from pages.networks.spec import NetworkSpec
from pages.networks.types import Capability, ConnectKind

__all__ = ["SPEC", "MastodonClient"]

SPEC = NetworkSpec(
    code="mastodon",
    name="Mastodon",
    connect=ConnectKind.TOKEN,
    capabilities=frozenset({Capability.PUBLISH, Capability.FIND, Capability.DELETE, Capability.PROFILE}),
    default_text_limit=500,
    measure=measure,
    build=build,
    reconciles=(
        "The account's own statuses of that time are compared by text; "
        "the same Idempotency-Key changes nothing within an hour."
    ),
    scopes=("read", "write:statuses"),
    settings_page="/settings/applications",
)
