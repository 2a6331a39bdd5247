"""Volumes for measures: more brands like the demo's, each larger. Its ledgers are empty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from cm_suite.core import clock
from cm_suite.demo import followers, history
from cm_suite.demo.history import Told
from cm_suite.demo.script import BrandScript, Words
from pages.enums import Role
from pages.models import Brand, Membership, Person
from pages.services import connect
from publishing.enums import DeliveryState
from publishing.models import Cap, Delivery, Gap

POSTS: Final = 24  # times the scale, each brand
PLANNED: Final = 7
SUBSCRIBERS: Final = 50
EVERY: Final = timedelta(hours=21)


def slug_of(number: int) -> str:
    """The address of the brand so many places after the demo's own."""
    return f"volume-{number:04d}"


def enlarge(scale: int, scripts: Sequence[BrandScript], lead: Person, author: Person) -> int:
    """Add the brands that are missing to 2 × `scale` in all; how many were added."""
    wanted = range(1, 2 * (scale - 1) + 1)
    known = set(Brand.objects.filter(slug__startswith="volume-").values_list("slug", flat=True))
    missing = [number for number in wanted if slug_of(number) not in known]
    for number in missing:
        _add(number, scale, scripts[number % len(scripts)], lead, author)
    return len(missing)


def _add(number: int, scale: int, script: BrandScript, lead: Person, author: Person) -> None:
    """One more brand: its newsroom, its past, its plan, its followers."""
    named = {**script.identity, "name": f"{script.identity['name']} {number}", "slug": slug_of(number)}
    brand = Brand.objects.create(**named)
    Membership.objects.bulk_create(
        [
            Membership(person=lead, brand=brand, role=Role.LEAD),
            Membership(person=author, brand=brand, role=Role.AUTHOR),
        ]
    )
    page = connect.open_newsroom(brand)
    Cap.objects.bulk_create(Cap(page=page, hours=h, at_most=n) for h, n in script.caps.items())
    Gap.objects.create(page=page, minutes=script.gap)
    now = clock.now()
    words = [line.words for line in script.past]
    past = [
        Told(_numbered(words, place), now - EVERY * (POSTS * scale - place), author)
        for place in range(POSTS * scale)
    ]
    history.published(page, past)
    ahead = [
        Told(_numbered(words, POSTS * scale + place), now + EVERY * (place + 1), author)
        for place in range(PLANNED * scale)
    ]
    Delivery.objects.bulk_create(
        Delivery(post=post, page=page, state=DeliveryState.PLANNED, due_at=told.due_at, planned_by=author)
        for post, told in zip(history.write_posts(brand.pk, ahead), ahead, strict=True)
    )
    followers.crowd(page, SUBSCRIBERS * scale, days=21 * scale)


def _numbered(words: Sequence[Words], place: int) -> Words:
    """Words that no other post of the brand has."""
    each = words[place % len(words)]
    return Words(each.content_type, f"{each.text} ({place + 1})", each.link)
