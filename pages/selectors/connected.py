"""The connected pages of a brand: what they are, what they can do, how they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from cm_suite.core import clock
from cm_suite.core.crypto import CannotDecrypt
from pages.enums import PageState
from pages.messages import Reason, Words, network_icon, network_name, reason
from pages.models import Brand, Credential, Page, Pause
from pages.networks.registry import NETWORKS
from pages.networks.spec import NetworkSpec
from pages.networks.types import Capability, ConnectKind
from pages.newsroom import addresses
from pages.selectors.abilities import Lack, abilities
from pages.selectors.pauses import open_pauses
from pages.selectors.spending import Money, money_of, short_of

EVERY: Final = timedelta(hours=1)  # how often a page that answers is asked again
AFTER_TROUBLE: Final = timedelta(minutes=10)
WHERE_PAID: Final = timedelta(days=1)
NEAR: Final = timedelta(days=14)  # how long before its end an access says so
RENEWAL: Final = timedelta(days=7)  # the earliest that anything is renewed before its end
TEXT_LIMIT: Final = 500  # for a network this installation no longer has


@dataclass(frozen=True, slots=True)
class AccessView:
    """What opens a page, without its secrets. `money` is there where calls cost some."""

    ends_at: datetime | None
    ended: bool
    renews: bool
    scopes: list[str]
    lacking: list[str]  # scopes that the network names, and that were not granted
    money: Money | None


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
    cannot: list[Lack]
    pause: Pause | None
    trouble: Reason | None
    needs_account: bool
    rests_until: datetime | None
    publishes: bool
    ends_at: datetime | None = None  # when its access ends, once that is near
    broke: str = ""  # why nothing that costs money is asked: "unset" or "spent"
    access: AccessView | None = None

    @property
    def tone(self) -> str:
        """How well it is: ok, warn or risk."""
        if self.page.state == PageState.CONNECTED:
            troubled = self.pause or self.trouble or self.rests_until or self.broke or self.ends_at
            return "warn" if troubled else "ok"
        return "risk" if self.page.state == PageState.NEEDS_RECONNECT else "warn"


def pages_of(brand: Brand) -> list[PageView]:
    """Every page of the brand, its own public page first. Three queries, two more where calls cost money."""
    pauses = open_pauses(brand)
    rows = Page.objects.filter(brand=brand).select_related("brand").order_by("network", "name", "pk")
    near = {row.page_id: ends for row, ends in ending_soon(clock.now() + NEAR, Q(page__brand=brand))}
    networks = {page.network for page in rows}
    broke = {network: short_of(brand.pk, network, clock.now()) for network in networks}
    views = [
        replace(_view(page, pauses), ends_at=near.get(page.pk), broke=broke[page.network]) for page in rows
    ]
    return sorted(views, key=lambda view: view.needs_account)


def page_view(page: Page) -> PageView:
    """One page as its own room shows it."""
    now = clock.now()
    near = [ends for _row, ends in ending_soon(now + NEAR, Q(page=page))]
    return replace(
        _view(page, open_pauses(page.brand)),
        ends_at=near[0] if near else None,
        broke=short_of(page.brand_id, page.network, now),
        access=_access(page),
    )


def takes_account(page: Page) -> bool:
    """Whether the page belongs to an account: not the brand's own newsroom, which needs none."""
    spec = NETWORKS.get(page.network)
    return spec is None or spec.connect is not ConnectKind.NONE


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
    row = _credentials(Q(page=page), page.state).first()
    return _end_of(row) if row else None


def ending(
    network: str, expires_at: datetime | None, refresh_expires_at: datetime | None, refresh_token: str
) -> datetime | None:
    """When a credential ends for good, by what its network lets us renew.

    Where nothing renews it, the first of both ends counts: of the token, or of the consent behind it.
    """
    if renews(NETWORKS.get(network), refresh_token):
        return refresh_expires_at
    return min((each for each in (expires_at, refresh_expires_at) if each is not None), default=None)


def renews(spec: NetworkSpec | None, refresh_token: str) -> bool:
    """Whether a credential is renewed without anybody: its network can, and we hold what it takes."""
    return spec is not None and Capability.REFRESH in spec.capabilities and bool(refresh_token)


def ending_soon(until: datetime, among: Q | None = None) -> list[tuple[Credential, datetime]]:
    """Credentials of connected pages that end for good until then, with their end, the first to end first.

    `among`: of these credentials alone.
    """
    near = Q(expires_at__lte=until) | Q(refresh_expires_at__lte=until)
    found = []
    for row in _credentials(near & among if among else near):
        ends = _end_of(row)
        if ends is not None and ends <= until:
            found.append((row, ends))
    return sorted(found, key=lambda each: each[1])


def to_renew(now: datetime) -> list[int]:
    """Ids of connected pages whose token may have to be renewed now or soon."""
    codes = [spec.code for spec in NETWORKS.values() if Capability.REFRESH in spec.capabilities]
    near = Q(expires_at__lte=now + RENEWAL, page__network__in=codes)
    return list(_credentials(near).values_list("page_id", flat=True))


def _credentials(condition: Q, state: str = PageState.CONNECTED) -> QuerySet[Credential]:
    """Credentials of pages in a state, their secrets not read, the first to end first."""
    rows = Credential.objects.filter(condition, page__state=state)
    return rows.defer("token", "refresh_token").select_related("page__brand").order_by("expires_at", "pk")


def _end_of(row: Credential) -> datetime | None:
    token = _renewal_of(row)
    if token is None:
        return None
    return ending(row.page.network, row.expires_at, row.refresh_expires_at, token)


def _renewal_of(row: Credential) -> str | None:
    """What renews the credential, empty for nothing; None when no key of this installation opens it."""
    try:
        return row.refresh_token
    except CannotDecrypt:
        return None


def to_check(now: datetime) -> QuerySet[Page]:
    """Connected pages with an account whose last check is old, the oldest first.

    Where calls cost money a page is asked once a day.
    """
    specs = [spec for spec in NETWORKS.values() if spec.connect is not ConnectKind.NONE]
    codes, paid = [spec.code for spec in specs], [spec.code for spec in specs if spec.prices]
    troubled = ~Q(health_code="") & Q(checked_at__lt=now - AFTER_TROUBLE)
    old = ~Q(network__in=paid) & (Q(checked_at__lt=now - EVERY) | troubled)
    due = Q(checked_at=None) | old | Q(checked_at__lt=now - WHERE_PAID)
    return Page.objects.filter(due, network__in=codes, state=PageState.CONNECTED).order_by("checked_at", "pk")


def _view(page: Page, pauses: list[Pause]) -> PageView:
    needs_account = takes_account(page)
    can, cannot = abilities(page.network)
    rests = page.paced_until
    spec = NETWORKS.get(page.network)
    return PageView(
        page=page,
        network=network_name(page.network),
        icon=network_icon(page.network),
        server=page.host.partition("://")[2],
        address=page.url or ("" if needs_account else addresses.of_brand(page.brand.slug)),
        limit=limit_of(page),
        can=can,
        cannot=cannot,
        pause=next((each for each in pauses if each.page_id in {None, page.pk}), None),
        trouble=reason(page.health_code) if page.health_code else None,
        needs_account=needs_account,
        rests_until=rests if rests is not None and rests > clock.now() else None,
        publishes=spec is None or Capability.PUBLISH in spec.capabilities,
    )


def _access(page: Page) -> AccessView | None:
    """What opens the page; None where nothing has to."""
    spec = NETWORKS.get(page.network)
    if spec is None or spec.connect in {ConnectKind.NONE, ConnectKind.ADDRESS}:
        return None
    now = clock.now()
    row = _credentials(Q(page=page), page.state).first()
    scopes = row.scopes.split() if row else []
    ends = _end_of(row) if row else None
    return AccessView(
        ends_at=ends,
        ended=ends is not None and ends <= now,
        renews=row is not None and renews(spec, _renewal_of(row) or ""),
        scopes=scopes,
        lacking=[each for each in spec.scopes if not _covered(each, scopes)] if scopes else [],
        money=money_of(page.brand, page.network, now) if spec.prices else None,
    )


def _covered(scope: str, granted: list[str]) -> bool:
    """Whether a scope was granted, by itself or by the wider one that its name begins with."""
    return scope in granted or scope.partition(":")[0] in granted
