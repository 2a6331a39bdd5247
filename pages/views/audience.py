"""Who follows one page, day after day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.models import Page
from pages.selectors.followers import FollowerDay, Followers, followers

TALL: Final = 100.0
THIN: Final = 1.5
"""What a zero is drawn with: a day that was told, not a day that is missing."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle, in per cent of the chart; numbers are written for SVG, whatever the language."""

    kind: str
    day: date
    value: int
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars above and below a line that means nothing happened.

    `axis` is its height from the top, `most` what the highest bar stands for.
    """

    bars: Sequence[Bar]
    axis: str
    compared: bool
    most: int


@brand_view(Act.SEE)
@require_safe
def audience(request: BrandRequest, page_id: int) -> HttpResponse:
    """One page's followers: now, and each day of the last month."""
    page = get_object_or_404(Page.objects.select_related("brand"), pk=page_id, brand=request.brand)
    found = followers(page)
    shown = [day for day in reversed(found.days) if day != FollowerDay(day.day)]
    context = {"view": found, "chart": chart(found), "days": shown, "window": len(found.days)}
    return render(request, "pages/audience.html", context)


def chart(found: Followers) -> Chart | None:
    """Gained above the line and lost below it; else how totals differ. None when there is nothing to draw."""
    compared = not (found.tells_gained or found.tells_lost)
    values = [_values(day, compared) for day in found.days]
    told = [value for each in values for _kind, value in each]
    if not told:
        return None
    top, bottom = max(0, *told), -min(0, *told)
    scale = (TALL - 2 * THIN) / max(top + bottom, 1)
    axis = THIN + top * scale
    slot = TALL / len(values)
    bars = [
        _bar(kind, day.day, value, place * slot, slot, axis, scale)
        for place, (day, each) in enumerate(zip(found.days, values, strict=True))
        for kind, value in each
    ]
    return Chart(bars, f"{axis:.2f}", compared, max(top, bottom))


def _values(day: FollowerDay, compared: bool) -> list[tuple[str, int]]:
    """What a day draws: upwards what is more, downwards what is less."""
    if compared:
        one = day.difference if day.over == 1 else None
        return [] if one is None else [("is-less" if one < 0 else "is-more", one)]
    gained = [] if day.gained is None else [("is-gained", day.gained)]
    return gained + ([] if day.lost is None else [("is-lost", -day.lost)])


def _bar(kind: str, day: date, value: int, left: float, slot: float, axis: float, scale: float) -> Bar:
    height = max(abs(value) * scale, THIN / 2)
    above = value > 0 or (value == 0 and kind in {"is-gained", "is-more"})
    return Bar(
        kind=kind,
        day=day,
        value=value,
        x=f"{left + slot * 0.12:.2f}",
        y=f"{axis - height if above else axis:.2f}",
        width=f"{slot * 0.76:.2f}",
        height=f"{height:.2f}",
    )
