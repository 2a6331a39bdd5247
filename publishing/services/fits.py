"""What a page's network takes: whether it publishes at all, and which images."""

from __future__ import annotations

from collections.abc import Sequence

from pages.messages import network_name
from pages.models import Page
from pages.networks.registry import NETWORKS
from pages.networks.spec import ImageRules
from pages.networks.types import Capability, ConnectKind
from pages.selectors.installation import has_public_address
from publishing.enums import Refusal
from publishing.services.results import Refused


def publishes(network: str) -> bool:
    """Whether posts can be put on this network; one that this installation no longer has says so later."""
    spec = NETWORKS.get(network)
    return spec is None or Capability.PUBLISH in spec.capabilities


def is_own(network: str) -> bool:
    """Whether it is the brand's own public page, which needs no account."""
    spec = NETWORKS.get(network)
    return spec is not None and spec.connect is ConnectKind.NONE


def not_published() -> list[str]:
    """The networks that are only read, by code."""
    return [code for code in NETWORKS if not publishes(code)]


def takes_down(network: str) -> bool:
    """Whether a post can be taken down from here."""
    spec = NETWORKS.get(network)
    return spec is not None and Capability.DELETE in spec.capabilities


def rules_of(network: str) -> ImageRules | None:
    """What a network takes of images; None when it takes none."""
    spec = NETWORKS.get(network)
    return spec.images if spec and Capability.IMAGES in spec.capabilities else None


def images_misfit(page: Page, alts: Sequence[str]) -> Refused | None:
    """Why these images, given by their alternative texts, cannot go on this page; None when they can.

    A post never leaves without images that it was given: whoever approved it saw them.
    """
    rules = rules_of(page.network)
    named = {"page": page.name, "network": str(network_name(page.network))}
    if rules is None:
        return Refused(Refusal.NO_IMAGES, named) if alts else None
    if rules.fetched and (alts or rules.required) and not has_public_address():
        return Refused(Refusal.PUBLIC_URL_NEEDED, named)
    if rules.required and not alts:
        return Refused(Refusal.IMAGE_REQUIRED, named)
    if len(alts) > rules.most:
        return Refused(Refusal.TOO_MANY_IMAGES, {**named, "limit": rules.most, "count": len(alts)})
    longest = max((len(alt) for alt in alts), default=0)
    if longest > rules.alt:
        return Refused(Refusal.ALT_TOO_LONG, {**named, "limit": rules.alt, "length": longest})
    return None
