"""Connecting the accounts of a brand, and the one place that builds a network's client."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from cm_suite.core import clock, ledger, pace
from cm_suite.core.errors import Never, NextStep
from cm_suite.core.guard import Guard
from cm_suite.core.http import NetworkHttp, Pace
from cm_suite.core.states import move
from cm_suite.core.text import clip
from pages.enums import Act, PageState
from pages.models import Brand, Page, Person
from pages.networks import address
from pages.networks.base import Client
from pages.networks.errors import Code
from pages.networks.registry import NETWORKS
from pages.networks.spec import NetworkSpec, Tools
from pages.networks.types import Access, ConnectKind, Grant, Profile
from pages.newsroom.store import DjangoNewsroomStore
from pages.notices.enums import NoticeKind
from pages.notices.services import notify
from pages.selectors.people import people_with
from pages.services import tokens
from pages.services.pacing import PagePace

NEWSROOM: Final = "newsroom"
MASTODON: Final = "mastodon"


class Patience(NamedTuple):
    """How long a network may take, in seconds."""

    connect: float
    read: float


PATIENT: Final = Patience(5.0, 20.0)
WAITING: Final = Patience(4.0, 6.0)
CAN_RETURN: Final = (PageState.NEEDS_RECONNECT, PageState.DISCONNECTED)


def client_for(page: Page, *, waiting: bool = False) -> Client:
    """The client of the page's account. `waiting`: somebody looks at a screen meanwhile, so give up sooner.

    Raises Never with RECONNECT when the page has no usable credential, and Never (`not_offered`) when this
    installation no longer has its network.
    """
    spec = NETWORKS.get(page.network)
    if spec is None:
        raise Never(Code.NOT_OFFERED, step=NextStep.CONTACT)
    if page.state != PageState.CONNECTED:
        raise Never(Code.NEEDS_RECONNECT, step=NextStep.RECONNECT)
    if spec.connect is ConnectKind.NONE:
        return spec.build(Access("", "", page.remote_id), Tools(store=DjangoNewsroomStore(page)))
    access = Access(page.host, tokens.token_of(page), page.remote_id)
    patience = WAITING if waiting else PATIENT
    return _open(spec, access, f"{page.network}:{page.pk}", PagePace(page.pk, pace.pace()), patience)


def open_newsroom(brand: Brand) -> Page:
    """The brand's own public page, made when there is none yet."""
    known = Page.objects.filter(brand=brand, network=NEWSROOM).order_by("pk").first()
    if known is not None:
        return known
    page, _created = Page.objects.get_or_create(
        brand=brand, network=NEWSROOM, host="", remote_id=brand.slug, defaults={"name": brand.name}
    )
    return page


def connect_mastodon(brand: Brand, host: str, token: str, by: Person) -> Page:
    """Connect an account by its server (host, web address or handle) and a token, once the server agrees.

    An account that the brand had before keeps its page, plan and history. Raises Never (GuardRefused for
    an address that may not be reached) or Later; then nothing is stored.
    """
    origin = address.origin(host, settings.CM_ALLOWED_HOSTS)
    profile = _identify(MASTODON, origin, token)
    with transaction.atomic():
        page, created = Page.objects.get_or_create(
            brand=brand,
            network=MASTODON,
            host=origin,
            remote_id=profile.remote_id,
            defaults={"name": profile.name[:120]},
        )
        _accept(page, profile, token, by, "page.connected" if created else "page.reconnected")
    return page


def reconnect(page: Page, token: str, by: Person) -> Page:
    """Give a page a new token of the very same account.

    Raises Never (`wrong_account` for another account's) or Later; then nothing is stored.
    """
    profile = _identify(page.network, page.host, token)
    if profile.remote_id != page.remote_id:
        raise Never(Code.WRONG_ACCOUNT, step=NextStep.EDIT)
    with transaction.atomic():
        _accept(page, profile, token, by, "page.reconnected")
    return page


def takes_token(page: Page) -> bool:
    """Whether the page is opened by a token: not the brand's own newsroom, which needs no account."""
    spec = NETWORKS.get(page.network)
    return spec is None or spec.connect is not ConnectKind.NONE


def disconnect(page: Page, by: Person) -> bool:
    """Forget the page's token; its plan is held until it is connected again. False when it already was.

    Raises Never (`not_offered`) for a page that needs no account.
    """
    if not takes_token(page):
        raise Never(Code.NOT_OFFERED)
    with transaction.atomic():
        tokens.forget(page)
        done = move(page, (PageState.CONNECTED, PageState.NEEDS_RECONNECT), PageState.DISCONNECTED)
        if done:
            _write(page, "page.disconnected", by)
    return done


def mark_needs_reconnect(page: Page) -> bool:
    """Note that the network refused the page's credential, and tell the leads. False when that was known.

    For an explicit refusal only, never for a network that could not be asked. A token that was replaced
    since `client_for(page)` read it changes nothing either.
    """
    with transaction.atomic():
        done = move(page, PageState.CONNECTED, PageState.NEEDS_RECONNECT, where=tokens.still_the_same(page))
        if done:
            _write(page, "page.refused", None)
            now = clock.now()
            notify(
                brand=page.brand,
                kind=NoticeKind.RECONNECT,
                key=f"reconnect:{page.pk}:{now:%Y%m%d%H%M%S}",
                subject=page.name,
                link=reverse("pages:page", args=[page.brand.slug, page.pk]),
                at=now,
                persons=people_with(page.brand, Act.MANAGE),
            )
    return done


def describe(page: Page, profile: Profile) -> None:
    """Bring what the page says of its account up to date; clears what was wrong at the last check.

    A limit that the server does not name this time stays as it was known.
    """
    found: dict[str, Any] = {
        "name": clip(profile.name, 120),
        "handle": clip(profile.handle, 200),
        "url": profile.url,
        "followers": profile.followers,
        "checked_at": clock.now(),
        "health_code": "",
    }
    limits = {"text_limit": profile.text_limit, "url_length": profile.url_length}
    found |= {name: value for name, value in limits.items() if value is not None}
    Page.objects.filter(pk=page.pk).update(**found)
    for name, value in found.items():
        setattr(page, name, value)


def _accept(page: Page, profile: Profile, token: str, by: Person, kind: str) -> None:
    tokens.store(page, Grant(token.strip()))
    describe(page, profile)
    move(page, CAN_RETURN, PageState.CONNECTED)
    _write(page, kind, by)


def _identify(network: str, host: str, token: str) -> Profile:
    """Ask the server whose token this is."""
    access = Access(host, token.strip(), "")
    return _open(NETWORKS[network], access, f"{network}:{host}", pace.pace(), WAITING).profile()


def _open(spec: NetworkSpec, access: Access, account: str, slow: Pace, patience: Patience) -> Client:
    http = NetworkHttp(
        Guard(settings.CM_ALLOWED_HOSTS),
        account=account,
        pace=slow,
        secrets=(access.token,),
        connect_timeout=patience.connect,
        read_timeout=patience.read,
    )
    return spec.build(access, Tools(http=http))


def _write(page: Page, kind: str, by: Person | None) -> None:
    ledger.append(
        page.brand_id,
        kind,
        actor_id=by.pk if by else None,
        subject_kind="page",
        subject_id=page.pk,
    )
