"""The plan, day by day in the brand's zone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cm_suite.core import clock
from pages.models import Brand
from publishing.enums import DeliveryState
from publishing.selectors.rows import DeliveryRow, deliveries_of, row

OFF_PLAN: Final = (DeliveryState.CANCELLED, DeliveryState.REMOVED)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the brand's calendar and what is on it, by time; an empty day has no rows."""

    date: date
    rows: tuple[DeliveryRow, ...]


def plan_by_day(brand: Brand, first: date, days: int, *, page_id: int | None = None) -> tuple[Day, ...]:
    """`days` days from `first` on, empty ones included; what was cancelled or removed is not. One query."""
    zone = clock.zone(brand.zone)
    found = deliveries_of(brand).exclude(state__in=OFF_PLAN)
    found = found.filter(due_at__gte=_midnight(first, zone), due_at__lt=_midnight(_after(first, days), zone))
    if page_id is not None:
        found = found.filter(page_id=page_id)
    by_date: dict[date, list[DeliveryRow]] = defaultdict(list)
    for delivery in found:
        by_date[delivery.due_at.astimezone(zone).date()].append(row(delivery))
    dates = (_after(first, number) for number in range(days))
    return tuple(Day(each, tuple(by_date[each])) for each in dates)


def today(brand: Brand) -> date:
    """The present day in the brand's zone."""
    return clock.now().astimezone(clock.zone(brand.zone)).date()


def _after(first: date, days: int) -> date:
    return first + timedelta(days=days)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day starts (UTC)."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
