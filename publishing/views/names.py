"""The pages of a brand as lists name them: an icon for the network, and what tells two namesakes apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pages.enums import PageState
from pages.messages import network_icon, network_name, why_not
from pages.models import Brand, Page
from pages.networks.types import Capability
from publishing.services.fits import not_published


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


@dataclass(frozen=True, slots=True)
class OnlyRead:
    """A page on which nothing can be published, and why."""

    name: PageName
    why: str


def only_read(brand: Brand) -> list[OnlyRead]:
    """The brand's pages that are only read, so that nobody looks for them in vain. One query, or none."""
    networks = not_published()
    found = Page.objects.filter(brand=brand, network__in=networks).exclude(state=PageState.DISCONNECTED)
    rows = found.order_by("name", "pk") if networks else []
    return [
        OnlyRead(page_name(page, alone=False), str(why_not(page.network, Capability.PUBLISH)))
        for page in rows
    ]


def page_name(page: Page, *, alone: bool = True) -> PageName:
    """One page's name; `alone` when no other page of the brand bears it."""
    network = str(network_name(page.network))
    place = page.host.partition("://")[2] or network
    icon = network_icon(page.network)
    return PageName(page.pk, page.name, network, icon, place, "" if alone else place)
