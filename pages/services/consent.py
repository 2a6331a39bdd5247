"""The way to a network's consent page and back (OAuth 2), and the accounts that are offered there.

Each way is one Consent: for one person, for some minutes, used once. Only the hash of its state is kept.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from cm_suite.core import clock
from cm_suite.core.crypto import keyed_hash
from cm_suite.core.errors import Never, NextStep
from cm_suite.core.text import clip
from pages.enums import Act
from pages.models import Brand, Consent, Offer, Page, Person, ServerApp
from pages.networks import address
from pages.networks.base import Door, Registers
from pages.networks.errors import Code
from pages.networks.spec import NetworkSpec
from pages.networks.types import AppKeys, Ask, Candidate, Grant, Profile
from pages.rules import may
from pages.selectors.installation import app_keys, origin_of, redirect_uri
from pages.selectors.people import role_of
from pages.services import connect
from pages.services.opening import WAITING, open_http

WAY: Final = timedelta(minutes=15)  # to the network and back
CHOICE: Final = timedelta(minutes=15)  # to choose among the accounts found
MOST_OFFERS: Final = 500
APP_NAME: Final = "cm_suite"  # what servers show to the person who says yes


def begin(brand: Brand, network: str, typed_host: str, by: Person) -> str:
    """The network's own address where the person says yes, for connecting accounts of the brand.

    `typed_host`: the server, where the network has many. Raises Never (`keys_missing`, GuardRefused…) or
    Later; then there is no way.
    """
    spec = connect.spec_of(network)
    host = "" if spec.host else address.origin(typed_host, settings.CM_ALLOWED_HOSTS)
    return _begin(spec, Consent(brand=brand, network=network, host=host, person=by))


def begin_again(page: Page, by: Person) -> str:
    """As `begin`, for opening a page that is known again."""
    spec = connect.spec_of(page.network)
    return _begin(spec, Consent(brand=page.brand, network=page.network, host=page.host, page=page, person=by))


def come_back(network: str, state: str, by: Person) -> Consent:
    """The way that this person comes back from, which is over with it.

    Raises Never (`grant_expired`) when it took too long, was used already, is somebody else's, or when the
    person may no longer connect pages of the brand.
    """
    now = clock.now()
    ways = Consent.objects.filter(state_hash=keyed_hash(state), network=network, person=by)
    if not ways.filter(used_at=None, expires_at__gt=now).update(used_at=now, expires_at=now + CHOICE):
        raise Never(Code.GRANT_EXPIRED)
    consent = ways.select_related("brand", "page__brand", "person").get()
    if not may(role_of(by, consent.brand), Act.MANAGE):
        raise Never(Code.GRANT_EXPIRED)
    return consent


def collect(consent: Consent, state: str, code: str) -> int:
    """Have the network say which accounts the person may connect, and keep them for the choice.

    How many there are. Raises Never (`grant_refused`, `no_account`…), Later or Unknown: begin again then.
    """
    spec = connect.spec_of(consent.network)
    door = _door(spec, consent.host, _keys(spec, consent.host))
    grant = door.grant(code, _ask(spec, state, consent.verifier))
    found = door.accounts(grant)[:MOST_OFFERS]
    if not found:
        raise Never(Code.NO_ACCOUNT, step=NextStep.CONTACT)
    by_id = {each.remote_id: each for each in found}
    with transaction.atomic():
        consent.offers.all().delete()
        Offer.objects.bulk_create([_offer(consent, each) for each in by_id.values()])
    return len(by_id)


def take(consent: Consent, offers: Iterable[Offer], by: Person) -> list[Page]:
    """Connect the accounts chosen; everything else that was offered is forgotten with its tokens."""
    taken = []
    with transaction.atomic():
        for each in offers:
            profile, grant = _opened(each)
            network, host = consent.network, consent.host
            taken.append(connect.take_in(consent.brand, network, host, profile, grant, by))
        consent.delete()
    return taken


def take_again(consent: Consent, by: Person) -> Page:
    """Open the page of the way again with what was offered of it; the offers are forgotten either way.

    Raises Never (`wrong_account`) when its account is not among them.
    """
    page = consent.page
    if page is None:
        raise Never(Code.GRANT_EXPIRED)
    offer = consent.offers.filter(remote_id=page.remote_id).first()
    with transaction.atomic():
        consent.delete()
        if offer is not None:
            connect.accept(page, *_opened(offer), by)
    if offer is None:
        raise Never(Code.WRONG_ACCOUNT, step=NextStep.EDIT)
    return page


def forget(consent: Consent) -> None:
    """The way leads nowhere: forget it with what was offered; forgotten already is done."""
    Consent.objects.filter(pk=consent.pk).delete()


def forget_old() -> int:
    """Forget every way whose time is over, with its offers; how many rows went."""
    return Consent.objects.filter(expires_at__lte=clock.now()).delete()[0]


def _begin(spec: NetworkSpec, consent: Consent) -> str:
    if spec.door is None:
        raise Never(Code.NOT_OFFERED, step=NextStep.CONTACT)
    door = _door(spec, consent.host, _keys(spec, consent.host))
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    consent.state_hash, consent.verifier = keyed_hash(state), verifier
    consent.expires_at = clock.now() + WAY
    leave_for = door.address(_ask(spec, state, verifier))
    consent.save()
    return leave_for


def _ask(spec: NetworkSpec, state: str, verifier: str) -> Ask:
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
    return Ask(redirect_uri(spec), state, verifier, challenge)


def _door(spec: NetworkSpec, host: str, keys: AppKeys | None) -> Door:
    """The network's door. Raises Never (`not_offered`) where there is none."""
    if spec.door is None:
        raise Never(Code.NOT_OFFERED, step=NextStep.CONTACT)
    origin = origin_of(spec, host) or spec.host
    hidden = (keys.client_secret,) if keys else ()
    return spec.door(keys, open_http(spec, f"{spec.code}:door:{origin}", WAITING, hidden), origin)


def _keys(spec: NetworkSpec, host: str) -> AppKeys | None:
    """The application's keys: the agency's, or those that this very server gave us.

    Raises Never (`keys_missing`) when the agency's are not set; what the server says when it gives none.
    """
    if spec.app is not None:
        keys = app_keys(spec)
        if keys is None:
            raise Never(Code.KEYS_MISSING, step=NextStep.CONTACT)
        return keys
    place: dict[str, Any] = {"network": spec.code, "host": host, "redirect_uri": redirect_uri(spec)}
    known = ServerApp.objects.filter(**place).first()
    if known is not None:
        return AppKeys(known.client_id, known.client_secret)
    return _registered(spec, host, place)


def _registered(spec: NetworkSpec, host: str, place: dict[str, Any]) -> AppKeys | None:
    door = _door(spec, host, None)
    if not isinstance(door, Registers):
        return None
    keys = door.register(APP_NAME, place["redirect_uri"], settings.PUBLIC_URL)
    given = {"client_id": keys.client_id, "client_secret": keys.client_secret}
    row, _made = ServerApp.objects.get_or_create(**place, defaults=given)
    return AppKeys(row.client_id, row.client_secret)


def _offer(consent: Consent, found: Candidate) -> Offer:
    grant = found.grant
    return Offer(
        consent=consent,
        remote_id=found.remote_id,
        name=clip(found.name, 120),
        handle=clip(found.handle, 200),
        url=connect.web_address(found.url),
        via=clip(found.via, 200),
        lacks=" ".join(found.lacks),
        token=grant.token,
        refresh_token=grant.refresh_token,
        scopes=" ".join(grant.scopes),
        expires_at=grant.expires_at,
        refresh_expires_at=grant.refresh_expires_at,
    )


def _opened(offer: Offer) -> tuple[Profile, Grant]:
    """What an offer says of its account, and what opens it."""
    grant = Grant(
        token=offer.token,
        refresh_token=offer.refresh_token,
        expires_at=offer.expires_at,
        refresh_expires_at=offer.refresh_expires_at,
        scopes=tuple(offer.scopes.split()),
    )
    return Profile(offer.remote_id, offer.handle, offer.name, offer.url), grant
