"""The connected pages of a brand: what they are, what they can do, how they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from cm_suite.core.crypto import CannotDecrypt
from pages.enums import PageState
from pages.messages import ABILITIES, Reason, Words, network_icon, network_name, reason
from pages.models import Brand, Credential, Page, Pause
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability, ConnectKind
from pages.newsroom import addresses
from pages.selectors.pauses import open_pauses

EVERY: Final = timedelta(hours=1)  # how often a page that answers is asked again
AFTER_TROUBLE: Final = timedelta(minutes=10)
TEXT_LIMIT: Final = 500  # for a network this installation no longer has


@dataclass(frozen=True, slots=True)
class PageView:
    """One page as its lists and its own room show it."""

    page: Page
    network: Words
    icon: str
    server: str
    address: str
    limit: int
    can: list[Words]
    cannot: list[Words]
    pause: Pause | None
    trouble: Reason | None
    needs_account: bool

    @property
    def tone(self) -> str:
        """How well it is: ok, warn or risk."""
        if self.page.state == PageState.CONNECTED:
            return "warn" if self.pause or self.trouble else "ok"
        return "risk" if self.page.state == PageState.NEEDS_RECONNECT else "warn"


def pages_of(brand: Brand) -> list[PageView]:
    """Every page of the brand, its own public page first. Two queries."""
    pauses = open_pauses(brand)
    rows = Page.objects.filter(brand=brand).select_related("brand").order_by("network", "name", "pk")
    views = [_view(page, pauses) for page in rows]
    return sorted(views, key=lambda view: view.needs_account)


def page_view(page: Page) -> PageView:
    """One page as its own room shows it."""
    return _view(page, open_pauses(page.brand))


def limit_of(page: Page) -> int:
    """The longest text the page takes, in characters as its network counts them."""
    spec = NETWORKS.get(page.network)
    return page.text_limit or (spec.default_text_limit if spec else TEXT_LIMIT)


def length_on(page: Page, text: str, link: str) -> int:
    """Length of a text with its link, as the page's network counts it."""
    spec = NETWORKS.get(page.network)
    return spec.measure(text, link, page.url_length) if spec else len(text) + len(link)


def ends_at(page: Page) -> datetime | None:
    """When the page's access ends unless somebody reconnects it (aware); None when it renews itself or lasts.

    What can be renewed ends with what renews it. A credential that no key opens tells nothing.
    """
    ends = Credential.objects.filter(page=page).values_list(
        "expires_at", "refresh_expires_at", "refresh_token"
    )
    try:
        row = ends.first()
    except CannotDecrypt:
        return None
    return ending(page.network, *row) if row else None


def ending(
    network: str, expires_at: datetime | None, refresh_expires_at: datetime | None, refresh_token: str
) -> datetime | None:
    """When a credential ends for good, by what its network lets us renew."""
    spec = NETWORKS.get(network)
    renews = spec is not None and Capability.REFRESH in spec.capabilities and bool(refresh_token)
    return refresh_expires_at if renews else expires_at


def to_check(now: datetime) -> QuerySet[Page]:
    """Connected pages with an account whose last check is old, the oldest first."""
    codes = [spec.code for spec in NETWORKS.values() if spec.connect is not ConnectKind.NONE]
    troubled = ~Q(health_code="") & Q(checked_at__lt=now - AFTER_TROUBLE)
    due = Q(checked_at=None) | Q(checked_at__lt=now - EVERY) | troubled
    return Page.objects.filter(due, network__in=codes, state=PageState.CONNECTED).order_by("checked_at", "pk")


def _view(page: Page, pauses: list[Pause]) -> PageView:
    spec = NETWORKS.get(page.network)
    needs_account = spec is None or spec.connect is not ConnectKind.NONE
    able = spec.capabilities if spec else frozenset()
    return PageView(
        page=page,
        network=network_name(page.network),
        icon=network_icon(page.network),
        server=page.host.partition("://")[2],
        address=page.url or ("" if needs_account else addresses.of_brand(page.brand.slug)),
        limit=limit_of(page),
        can=[words.yes for ability, words in ABILITIES.items() if ability in able],
        cannot=[words.no for ability, words in ABILITIES.items() if ability not in able],
        pause=next((each for each in pauses if each.page_id in {None, page.pk}), None),
        trouble=reason(page.health_code) if page.health_code else None,
        needs_account=needs_account,
    )
