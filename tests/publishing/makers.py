"""Short ways to the rows that tests need."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cm_suite.core import clock
from pages.models import Brand, Page, Person
from publishing.enums import DeliveryState
from publishing.models import Cap, Delivery, Gap, Post


def post_of(
    brand: Brand, author: Person | None = None, text: str = "Opening on Saturday", **more: Any
) -> Post:
    return Post.objects.create(brand=brand, author=author, text=text, **more)


def delivery_of(page: Page, due_at: datetime, text: str = "Opening on Saturday", **more: Any) -> Delivery:
    """A delivery of a new post of the page's brand."""
    author = more.pop("author", None)
    post = post_of(page.brand, author, text)
    return Delivery.objects.create(post=post, page=page, due_at=due_at, **more)


def due(page: Page, text: str = "Opening on Saturday", **more: Any) -> Delivery:
    """A delivery whose time has just come."""
    return delivery_of(page, clock.now() - timedelta(seconds=1), text, **more)


def published(page: Page, at: datetime, **more: Any) -> Delivery:
    fields = {"state": DeliveryState.PUBLISHED, "published_at": at, **more}
    return delivery_of(page, at, **fields)


def cap(page: Page, at_most: int, hours: int) -> Cap:
    return Cap.objects.create(page=page, at_most=at_most, hours=hours)


def gap(page: Page, minutes: int) -> Gap:
    return Gap.objects.create(page=page, minutes=minutes)


def state_of(delivery: Delivery) -> str:
    """Where the database says the delivery stands."""
    return Delivery.objects.values_list("state", flat=True).get(pk=delivery.pk)


def fresh(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)
