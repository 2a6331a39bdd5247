"""Connecting the accounts of a brand, and the one place that builds a page's client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from cm_suite.core import clock, ledger
from cm_suite.core.errors import Never, NextStep
from cm_suite.core.queue import enqueue
from cm_suite.core.states import move
from cm_suite.core.text import clip
from pages.enums import Act, PageState
from pages.models import Brand, Page, Person
from pages.networks import address
from pages.networks.base import Client, Logs
from pages.networks.errors import Code
from pages.networks.registry import NETWORKS
from pages.networks.spec import NetworkSpec, Tools
from pages.networks.types import Access, ConnectKind, Grant, Profile
from pages.newsroom.store import DjangoNewsroomStore
from pages.notices.enums import NoticeKind
from pages.notices.services import notify
from pages.selectors.connected import takes_account
from pages.selectors.installation import origin_of
from pages.selectors.people import people_with
from pages.services import refresh, tokens
from pages.services.opening import PATIENT, WAITING, open_client, page_client
from pages.services.spending import purse_of

NEWSROOM: Final = "newsroom"
SUBSCRIBE_JOB: Final = "pages.jobs.subscribe_page"
CAN_RETURN: Final = (PageState.NEEDS_RECONNECT, PageState.DISCONNECTED)
TYPED: Final = frozenset({ConnectKind.TOKEN, ConnectKind.LOGIN, ConnectKind.ADDRESS})


@dataclass(frozen=True, slots=True)
class Given:
    """What a person typed to open an account; what their network does not ask for is empty.

    `host` is a server as people type it, or the address to read where anybody may. `token` is a token made
    there, or an application password.
    """

    host: str = ""
    token: str = ""
    login: str = ""

    def __repr__(self) -> str:
        return f"Given(host={self.host!r})"


@dataclass(frozen=True, slots=True)
class _Opened:
    """An account that its network has just let us into. `host` is what its page keeps."""

    host: str
    grant: Grant
    profile: Profile


def client_for(page: Page, *, waiting: bool = False) -> Client:
    """The client of the page's account, its token renewed first when it ends soon.

    `waiting`: somebody looks at a screen meanwhile, so give up sooner. Raises Never with RECONNECT when the
    page has no usable credential, Never (`not_offered`) when this installation no longer has its network,
    and Later when what opens the page cannot be renewed or read for now.
    """
    spec = spec_of(page.network)
    if page.state != PageState.CONNECTED:
        raise Never(Code.NEEDS_RECONNECT, step=NextStep.RECONNECT)
    if spec.connect is ConnectKind.NONE:
        return spec.build(Access("", "", page.remote_id), Tools(store=DjangoNewsroomStore(page)))
    patience = WAITING if waiting else PATIENT
    if spec.connect is ConnectKind.ADDRESS:
        access = Access(origin_of(spec, page.host), "", page.remote_id)
    else:
        access = tokens.access_of(page, spec, refresh.fresh(page, spec, patience))
    return page_client(page, spec, access, patience, purse_of(page, spec))


def spec_of(network: str) -> NetworkSpec:
    """The network's SPEC. Raises Never (`not_offered`) when this installation has no such network."""
    spec = NETWORKS.get(network)
    if spec is None:
        raise Never(Code.NOT_OFFERED, step=NextStep.CONTACT)
    return spec


def open_newsroom(brand: Brand) -> Page:
    """The brand's own public page, made when there is none yet."""
    known = Page.objects.filter(brand=brand, network=NEWSROOM).order_by("pk").first()
    if known is not None:
        return known
    page, _created = Page.objects.get_or_create(
        brand=brand, network=NEWSROOM, host="", remote_id=brand.slug, defaults={"name": brand.name}
    )
    return page


def open_account(brand: Brand, network: str, given: Given, by: Person) -> Page:
    """Connect the account that what was typed opens, once its network agrees.

    An account that the brand had before keeps its page, plan and history. Raises Never (GuardRefused for
    an address that may not be reached) or Later; then nothing is stored.
    """
    spec = _typed(network)
    opened = _open(spec, given, _origin(spec, given.host))
    return take_in(brand, network, opened.host, opened.profile, opened.grant, by)


def reconnect(page: Page, given: Given, by: Person) -> Page:
    """Open a page again, with something new of the very same account.

    Raises Never (`wrong_account` for another account's) or Later; then nothing is stored.
    """
    spec = _typed(page.network)
    opened = _open(spec, given, page.host)
    accept(page, opened.profile, opened.grant, by)
    return page


def take_in(brand: Brand, network: str, host: str, profile: Profile, grant: Grant, by: Person) -> Page:
    """Keep an account that its network let us into; one that the brand had before keeps its row."""
    with transaction.atomic():
        page, created = Page.objects.get_or_create(
            brand=brand,
            network=network,
            host=host,
            remote_id=profile.remote_id,
            defaults={"name": clip(profile.name, 120)},
        )
        _accept(page, profile, grant, by, "page.connected" if created else "page.reconnected")
    return page


def accept(page: Page, profile: Profile, grant: Grant, by: Person) -> None:
    """Open a page that is known with a new grant. Raises Never (`wrong_account`) for another account's."""
    if profile.remote_id != page.remote_id:
        raise Never(Code.WRONG_ACCOUNT, step=NextStep.EDIT)
    with transaction.atomic():
        _accept(page, profile, grant, by, "page.reconnected")


def disconnect(page: Page, by: Person) -> bool:
    """Forget the page's token; its plan is held until it is connected again. False when it already was.

    Raises Never (`not_offered`) for a page that needs no account.
    """
    if not takes_account(page):
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
    since `client_for(page)` read it changes nothing either; one that can be renewed is renewed first.
    """
    if tokens.doubt(page):
        return False
    with transaction.atomic():
        done = move(page, PageState.CONNECTED, PageState.NEEDS_RECONNECT, where=tokens.still_the_same(page))
        if done:
            _write(page, "page.refused", None)
            _tell(page)
    return done


def describe(page: Page, profile: Profile) -> None:
    """Bring what the page says of its account up to date; clears what was wrong at the last check.

    What the server does not say this time stays as it was known, but for the number of followers.
    """
    found: dict[str, Any] = {
        "name": clip(profile.name, 120) or page.name,
        "handle": clip(profile.handle, 200),
        "url": web_address(profile.url),
        "followers": profile.followers,
        "checked_at": clock.now(),
        "health_code": "",
    }
    limits = {"text_limit": profile.text_limit, "url_length": profile.url_length}
    found |= {name: value for name, value in limits.items() if value is not None}
    Page.objects.filter(pk=page.pk).update(**found)
    for name, value in found.items():
        setattr(page, name, value)


def web_address(url: str) -> str:
    """The address when it leads to the web and fits its column; else empty."""
    return url if url.startswith(("https://", "http://")) and len(url) <= 500 else ""


def _typed(network: str) -> NetworkSpec:
    """The SPEC of a network whose accounts are opened by what is typed. Raises Never (`not_offered`)."""
    spec = spec_of(network)
    if spec.connect not in TYPED:
        raise Never(Code.NOT_OFFERED, step=NextStep.CONTACT)
    return spec


def _origin(spec: NetworkSpec, typed: str) -> str:
    """What the page keeps as its server: nothing where the network has only one, or it is the usual one.

    A site of one's own, which a name and a password open, may be a folder of its server.
    """
    if not typed.strip() and spec.host:
        return ""
    own_site = spec.connect is ConnectKind.LOGIN and not spec.host
    read = address.place if own_site else address.origin
    found = read(typed, settings.CM_ALLOWED_HOSTS)
    return "" if found == spec.host else found


def _open(spec: NetworkSpec, given: Given, host: str) -> _Opened:
    """Ask the network whose account this is."""
    remote_id = given.host.strip() if spec.connect is ConnectKind.ADDRESS else ""
    grant = _grant(spec, given, host)
    access = Access(origin_of(spec, host), grant.token, remote_id, grant.login, grant.refresh_token)
    return _Opened(host, grant, _client(spec, access).profile())


def _grant(spec: NetworkSpec, given: Given, host: str) -> Grant:
    """What opens the account from here on: what was typed, or what the network gives for it."""
    token, login = given.token.strip(), given.login.strip()
    if spec.connect is not ConnectKind.LOGIN:
        return Grant(token)
    client = _client(spec, Access(origin_of(spec, host), "", "", login))
    return client.log_in(login, token) if isinstance(client, Logs) else Grant(token, login=login)


def _client(spec: NetworkSpec, access: Access) -> Client:
    """A client while somebody looks at the form: no page is known yet."""
    return open_client(spec, access, f"{spec.code}:{access.host}", WAITING)


def _accept(page: Page, profile: Profile, grant: Grant, by: Person, kind: str) -> None:
    if grant.token:
        tokens.store(page, grant)
    describe(page, profile)
    move(page, CAN_RETURN, PageState.CONNECTED)
    Page.objects.filter(pk=page.pk).update(subscribed_at=None)
    page.subscribed_at = None
    _write(page, kind, by)
    enqueue(SUBSCRIBE_JOB, page.pk)


def _tell(page: Page) -> None:
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


def _write(page: Page, kind: str, by: Person | None) -> None:
    ledger.append(
        page.brand_id,
        kind,
        actor_id=by.pk if by else None,
        subject_kind="page",
        subject_id=page.pk,
    )
