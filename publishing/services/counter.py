"""The share counter of any address, taken apart by a network that says what it is a sum of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cm_suite.core import clock, pace
from cm_suite.core.errors import Later, Never
from pages.models import Page, Person
from pages.networks.base import CountsUrls
from pages.networks.errors import Code
from pages.networks.types import Figure, Metric
from pages.services import connect, turns

A_PERSON: Final = 10  # questions in the time below
A_BRAND: Final = 60
SECONDS: Final = 600
AN_HOUR: Final = 3600
AN_ADDRESS: Final = 10  # an hour, for the whole installation: Meta lets an application ask no more often
DISPLAYED: Final = (Metric.REACTIONS, Metric.COMMENTS, Metric.RESHARES)
"""What the one number is a sum of that share counters display."""


class TooMany(Exception):
    """This person, or their brand, has asked often enough for some minutes."""


class Busy(Exception):
    """Something else is asking through this very page: a moment later it is free."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a network says of an address. `displayed` is None unless it names all that it is a sum of."""

    url: str
    figures: tuple[Figure, ...]
    at: datetime

    @property
    def displayed(self) -> int | None:
        """The one number that counters display: reactions, comments and shares together."""
        told = {each.metric: each.value for each in self.figures}
        return sum(told[each] for each in DISPLAYED) if told.keys() >= set(DISPLAYED) else None


def take_apart(page: Page, url: str, person: Person) -> Parts:
    """Ask the page's network while somebody waits; it fetches nothing from `url` itself.

    Raises TooMany, Busy, Later, Never or Unknown.
    """
    limits = (
        (f"counter:person:{person.pk}", A_PERSON, SECONDS),
        (f"counter:brand:{page.brand_id}", A_BRAND, SECONDS),
        (f"counter:address:{page.network}:{url}", AN_ADDRESS, AN_HOUR),
    )
    if not all(pace.hit(*limit) for limit in limits):
        raise TooMany
    if page.paced_until is not None and page.paced_until > clock.now():
        raise Later("rate_limited", retry_at=page.paced_until)
    with turns.held(page) as free:
        if not free:
            raise Busy
        client = connect.client_for(page, waiting=True)
        if not isinstance(client, CountsUrls):
            raise Never(Code.NOT_OFFERED)
        return Parts(url, client.url_figures(url), clock.now())
