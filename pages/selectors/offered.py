"""The networks that a page may be connected on, and the accounts that one of them offers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from pages.enums import PageState
from pages.messages import NEEDS, Words, network_icon, network_name
from pages.models import Brand, Consent, Offer, Page
from pages.networks.registry import NETWORKS
from pages.networks.spec import NetworkSpec
from pages.networks.types import ConnectKind
from pages.selectors.abilities import Lack, abilities
from pages.selectors.installation import missing_settings, redirect_uri, wants_public_address


@dataclass(frozen=True, slots=True)
class Offered:
    """One network as the room that connects shows it. `count`: how many pages the brand has there."""

    code: str
    name: Words
    icon: str
    kind: str
    needs: Words
    can: list[Words]
    cannot: list[Lack]
    missing: tuple[str, ...]
    made_at: str
    redirect_uri: str
    wants_public_address: bool
    paid: bool
    asks_there: bool  # on the network's own page
    count: int = 0

    @property
    def open(self) -> bool:
        """Whether an account can be connected now."""
        return self.kind != ConnectKind.NONE and not self.missing


@dataclass(frozen=True, slots=True)
class Choice:
    """One account that may be connected."""

    offer: Offer
    lacks: list[str]
    known: bool  # the brand has its page already


def offered(brand: Brand) -> list[Offered]:
    """The networks of this installation: what can be connected now, then what lacks its set-up, by name.

    What needs no account and is connected has nothing to be done about it, and is left out. One query.
    """
    codes = list(Page.objects.filter(brand=brand).values_list("network", flat=True))
    found = [offered_of(spec, codes.count(spec.code)) for spec in NETWORKS.values()]
    shown = [each for each in found if each.kind != ConnectKind.NONE or not each.count]
    return sorted(shown, key=lambda each: (not each.open, str(each.name).lower()))


def offered_of(spec: NetworkSpec, count: int = 0) -> Offered:
    """One network."""
    can, cannot = abilities(spec.code)
    return Offered(
        code=spec.code,
        name=network_name(spec.code),
        icon=network_icon(spec.code),
        kind=spec.connect.value,
        needs=NEEDS[spec.connect],
        can=can,
        cannot=cannot,
        missing=missing_settings(spec),
        made_at=spec.app.made_at if spec.app else "",
        redirect_uri=redirect_uri(spec) if spec.door else "",
        wants_public_address=wants_public_address(spec),
        paid=bool(spec.prices),
        asks_there=spec.door is not None,
        count=count,
    )


def offers_of(consent: Consent) -> list[tuple[str, list[Choice]]]:
    """The accounts found, by what they were found through; the person's own first. Two queries."""
    pages = Page.objects.filter(brand=consent.brand, network=consent.network, host=consent.host)
    known = set(pages.filter(state=PageState.CONNECTED).values_list("remote_id", flat=True))
    choices = [Choice(offer, offer.lacks.split(), offer.remote_id in known) for offer in consent.offers.all()]
    return [(via, list(group)) for via, group in groupby(choices, key=lambda each: each.offer.via)]
