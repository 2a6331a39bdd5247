"""What waits: for its time, or for a person."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from pages.models import Brand
from publishing import rules
from publishing.enums import ContentType, DeliveryState
from publishing.models import Delivery, Post
from publishing.selectors.rows import DeliveryRow, deliveries_of, row

S = DeliveryState
ON_THE_WAY = (S.PLANNED, S.CLAIMED, S.SENDING, S.PROCESSING, S.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many deliveries of a brand stand where."""

    trouble: int
    upcoming: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A post without any page yet."""

    post_id: int
    excerpt: str
    content_type: str
    author: str


def trouble(brand: Brand, limit: int = 100) -> tuple[DeliveryRow, ...]:
    """What a person must look at: held, refused, missed, to check by hand; the oldest first. One query."""
    return tuple(row(each) for each in deliveries_of(brand).filter(state__in=rules.TROUBLE)[:limit])


def upcoming(brand: Brand, limit: int = 5) -> tuple[DeliveryRow, ...]:
    """What leaves next, what is leaving now included, the soonest first. One query."""
    return tuple(row(each) for each in deliveries_of(brand).filter(state__in=ON_THE_WAY)[:limit])


def lately(brand: Brand, limit: int = 5) -> tuple[DeliveryRow, ...]:
    """What went out, the latest first. One query."""
    found = deliveries_of(brand).filter(state__in=rules.OUT).order_by("-published_at", "-pk")
    return tuple(row(each) for each in found[:limit])


def counts(brand: Brand) -> Counts:
    """Trouble, and what is still to leave. One query."""
    found = Delivery.objects.filter(page__brand=brand, post__discarded_at=None).aggregate(
        trouble=Count("pk", filter=Q(state__in=rules.TROUBLE)),
        upcoming=Count("pk", filter=Q(state__in=ON_THE_WAY)),
    )
    return Counts(**found)


def drafts(brand: Brand, limit: int = 50) -> tuple[Draft, ...]:
    """Posts that are on no page's plan, the latest first. One query."""
    live = Delivery.objects.exclude(state__in=rules.ENDED).values("post_id")
    found = Post.objects.filter(brand=brand, discarded_at=None).exclude(pk__in=live)
    return tuple(
        Draft(
            post_id=post.pk,
            excerpt=" ".join(post.text.split())[:140],
            content_type=ContentType(post.content_type),
            author=post.author.name if post.author else "",
        )
        for post in found.select_related("author").order_by("-updated_at", "-pk")[:limit]
    )
