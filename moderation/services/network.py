"""What the network of a page can do, and its client."""

from __future__ import annotations

from collections.abc import Set

from pages.models import Page
from pages.networks.base import Client
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability
from pages.services import connect


def capabilities_of(page: Page) -> Set[Capability]:
    """What the page's network declares; nothing for one this installation no longer has."""
    spec = NETWORKS.get(page.network)
    return spec.capabilities if spec else frozenset()


def listening() -> list[str]:
    """The codes of the networks that give comments."""
    return [code for code, spec in NETWORKS.items() if Capability.COMMENTS in spec.capabilities]


def client_of(page: Page) -> Client:
    """The client of the page's account. Raises Never, as `connect.client_for`."""
    return connect.client_for(page)
