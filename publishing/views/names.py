"""The pages of a brand as lists name them: an icon for the network, and what tells two namesakes apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pages.messages import network_icon, network_name
from pages.models import Page


@dataclass(frozen=True, slots=True)
class PageName:
    """A page's name. `place` is its server, or its network; `apart` the same where names are shared only."""

    page_id: int
    name: str
    network: str
    icon: str
    place: str
    apart: str


def page_names(pages: Iterable[Page]) -> dict[int, PageName]:
    """The name of each page of one brand, by id."""
    listed = list(pages)
    shared = Counter(page.name for page in listed)
    return {page.pk: page_name(page, alone=shared[page.name] == 1) for page in listed}


def page_name(page: Page, *, alone: bool = True) -> PageName:
    """One page's name; `alone` when no other page of the brand bears it."""
    network = str(network_name(page.network))
    place = page.host.partition("://")[2] or network
    icon = network_icon(page.network)
    return PageName(page.pk, page.name, network, icon, place, "" if alone else place)
