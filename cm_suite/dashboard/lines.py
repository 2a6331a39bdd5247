"""All of a person's brands at a glance, the one in most trouble first."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from cm_suite.core import clock
from cm_suite.dashboard.selectors import ASKS
from moderation.models import Review
from moderation.rules import OPEN
from moderation.selectors.undone import undone_counts
from pages.enums import PageState
from pages.models import Brand, Departure, Membership, Page, Pause
from pages.newsroom.models import Arrival
from publishing.enums import DeliveryState
from publishing.models import Delivery


@dataclass(slots=True)
class BrandLine:
    """One brand among several: its trouble, what comes next, fans over seven days."""

    brand: Brand
    role: str
    needs_person: int = 0
    reviews: int = 0
    overdue: int = 0
    undone: int = 0
    to_reconnect: int = 0
    pauses: int = 0
    planned: int = 0
    next_at: datetime | None = None
    gained: int = 0
    lost: int = 0

    @property
    def trouble(self) -> int:
        """How many things need a person."""
        return self.needs_person + self.reviews + self.undone + self.to_reconnect + self.pauses


def brand_lines(memberships: Sequence[Membership]) -> list[BrandLine]:
    """The person's brands, most trouble first, then by name; seven queries whatever their number."""
    lines = {each.brand_id: BrandLine(each.brand, each.get_role_display()) for each in memberships}
    _count_deliveries(lines)
    _count_reviews(lines)
    _count_pages_and_pauses(lines)
    _count_fans(lines)
    return sorted(lines.values(), key=_order)


def _order(line: BrandLine) -> tuple[int, int, str, int]:
    """Comments past their time, then trouble, then the name as one looks it up: É stands with E."""
    return (
        -line.overdue,
        -line.trouble,
        unicodedata.normalize("NFKD", line.brand.name).casefold(),
        line.brand.pk,
    )


def _count_deliveries(lines: Mapping[int, BrandLine]) -> None:
    ahead = Q(state=DeliveryState.PLANNED, due_at__gte=clock.now())
    rows = Delivery.objects.filter(page__brand__in=lines).order_by().values_list("page__brand")
    figures = rows.annotate(
        asking=Count("pk", filter=ASKS),
        ahead=Count("pk", filter=ahead),
        next_at=Min("due_at", filter=ahead),
    )
    for brand_id, asking, planned, next_at in figures:
        line = lines[brand_id]
        line.needs_person, line.planned, line.next_at = asking, planned, next_at


def _count_reviews(lines: Mapping[int, BrandLine]) -> None:
    rows = Review.objects.filter(comment__page__brand__in=lines, state__in=OPEN).order_by()
    late = Count("pk", filter=Q(due_at__lte=clock.now()))
    for brand_id, count, overdue in rows.values_list("comment__page__brand").annotate(
        n=Count("pk"), late=late
    ):
        lines[brand_id].reviews, lines[brand_id].overdue = count, overdue
    for brand_id, count in undone_counts(lines.keys()).items():
        lines[brand_id].undone = count


def _count_pages_and_pauses(lines: Mapping[int, BrandLine]) -> None:
    shut = Page.objects.filter(brand__in=lines, state=PageState.NEEDS_RECONNECT).order_by()
    for brand_id, count in shut.values_list("brand").annotate(n=Count("pk")):
        lines[brand_id].to_reconnect = count
    paused = Pause.objects.filter(brand__in=lines, ended_at=None).order_by()
    for brand_id, count in paused.values_list("brand").annotate(n=Count("pk")):
        lines[brand_id].pauses = count


def _count_fans(lines: Mapping[int, BrandLine]) -> None:
    since = clock.now() - timedelta(days=7)
    gained = Arrival.objects.filter(page__brand__in=lines, at__gte=since).order_by()
    for brand_id, count in gained.values_list("page__brand").annotate(n=Count("pk")):
        lines[brand_id].gained = count
    lost = Departure.objects.filter(page__brand__in=lines, at__gte=since).order_by()
    for brand_id, count in lost.values_list("page__brand").annotate(n=Count("pk")):
        lines[brand_id].lost = count
