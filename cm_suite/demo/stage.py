"""The two brands as they stand on the first day: settings, people, charter, rules, pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from cm_suite.core import clock
from cm_suite.demo import people
from cm_suite.demo.script import BrandScript
from pages.enums import Role
from pages.models import Brand, Membership, Page, Person
from pages.networks.errors import Code
from pages.services import charter, connect
from pages.services.people import appoint
from publishing.services.limits import set_limits

BEGAN: Final = timedelta(days=70)


@dataclass(frozen=True, slots=True)
class Stage:
    """A brand in place: its pages, who writes and who decides, and the day the demo counts from."""

    brand: Brand
    newsroom: Page
    social: Page | None
    author: Person
    approver: Person
    lead: Person
    today: date

    def instant(self, day: int, at: str) -> datetime:
        """The instant (UTC) of HH:MM in the brand's zone, so many days from today."""
        wall = datetime.combine(self.today + timedelta(days=day), time.fromisoformat(at))
        return clock.resolve_local(wall, clock.zone(self.brand.zone)).instant


def set_up(script: BrandScript, persons: Mapping[str, Person]) -> Stage:
    """Make one brand with everything that does not move."""
    brand = Brand.objects.create(**script.identity)
    Brand.objects.filter(pk=brand.pk).update(created_at=clock.now() - BEGAN)
    roles = _appoint(brand, persons)
    lead = roles[Role.LEAD]
    newsroom = connect.open_newsroom(brand)
    social = _social(brand, script)
    charter.write(brand, script.charter, lead, seen="")
    set_limits(newsroom, script.caps, script.gap, lead)
    if social is not None:
        set_limits(social, script.social_caps, None, lead)
    today = clock.now().astimezone(clock.zone(brand.zone)).date()
    return Stage(brand, newsroom, social, roles[Role.AUTHOR], roles[Role.APPROVER], lead, today)


def _appoint(brand: Brand, persons: Mapping[str, Person]) -> dict[Role, Person]:
    """Give everybody their role on the brand; who holds each of them. The lead comes first."""
    cast = [member for member in people.CAST if brand.slug in member.roles]
    cast.sort(key=lambda member: member.roles[brand.slug] != Role.LEAD)
    roles = {member.roles[brand.slug]: persons[member.email] for member in cast}
    for member in cast:
        membership = Membership(person=persons[member.email], brand=brand, role=member.roles[brand.slug])
        appoint(membership, roles[Role.LEAD])
    Membership.objects.filter(brand=brand).update(since=clock.now() - BEGAN)
    return roles


def _social(brand: Brand, script: BrandScript) -> Page | None:
    """The brand's account elsewhere. Its access has run out: there is nothing behind an invented address."""
    if script.social is None:
        return None
    account = dict(script.social)
    return Page.objects.create(
        brand=brand,
        state="needs_reconnect",
        url=f"{account['host']}/@{account['handle'].split('@')[1]}",
        checked_at=clock.now() - timedelta(hours=20),
        health_code=Code.ACCESS_REFUSED,
        **account,
    )
