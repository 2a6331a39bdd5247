"""What leads see of their brands at a glance."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from pages.enums import PageState
from pages.models import Brand, Invitation, Membership, Page, Pause
from pages.newsroom.models import Subscriber, SubscriberState
from pages.newsroom.selectors import missing_legal


@dataclass(frozen=True, slots=True)
class BrandCard:
    """One brand in figures."""

    pk: int
    name: str
    slug: str
    people: int
    invited: int
    pages: int
    to_reconnect: int
    subscribers: int
    pauses: int


def brand_cards(brand_ids: Collection[int]) -> list[BrandCard]:
    """The brands in figures, by name, in one query whatever their number."""
    left = PageState.DISCONNECTED
    rows = Brand.objects.filter(pk__in=brand_ids).annotate(
        people=_count(Membership.objects.all(), "brand"),
        invited=_count(Invitation.objects.filter(accepted_at=None, revoked_at=None), "brand"),
        page_count=_count(Page.objects.exclude(state=left), "brand"),
        to_reconnect=_count(Page.objects.filter(state=PageState.NEEDS_RECONNECT), "brand"),
        subscriber_count=_count(Subscriber.objects.filter(state=SubscriberState.ACTIVE), "page__brand"),
        open_pauses=_count(Pause.objects.filter(ended_at=None), "brand"),
    )
    return [
        BrandCard(
            pk=row.pk,
            name=row.name,
            slug=row.slug,
            people=row.people,
            invited=row.invited,
            pages=row.page_count,
            to_reconnect=row.to_reconnect,
            subscribers=row.subscriber_count,
            pauses=row.open_pauses,
        )
        for row in rows.order_by("name", "pk")
    ]


def missing_legal_words(brand: Brand) -> list[str]:
    """What the law asks of a legal notice and the brand has not said, in the reader's words."""
    names = {field.name: field.verbose_name for field in Brand._meta.fields}
    return [str(names[field]) for field in missing_legal(brand)]


def _count(rows: QuerySet[Any], path: str) -> Coalesce:
    """How many of the rows belong to the brand of the outer query."""
    counted = rows.order_by().filter(**{path: OuterRef("pk")}).values(path).annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)
