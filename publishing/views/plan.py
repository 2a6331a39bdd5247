"""The plan of a brand, day by day in its zone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cm_suite.core import clock
from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.models import Page
from publishing import messages
from publishing.selectors import calendar
from publishing.selectors.budget import Budget, budget
from publishing.selectors.queue import drafts, trouble
from publishing.selectors.rows import DeliveryRow

DAYS: Final = 7
FURTHEST: Final = 3650


@brand_view(Act.SEE)
@require_safe
def plan(request: BrandRequest) -> HttpResponse:
    """A week from a chosen day on, of all pages or one; what needs a person stands first."""
    today = calendar.today(request.brand)
    first = _day(request.GET.get("from", ""), today)
    pages = list(Page.objects.filter(brand=request.brand).order_by("network", "name", "pk"))
    chosen = next((page for page in pages if str(page.pk) == request.GET.get("page")), None)
    days = calendar.plan_by_day(request.brand, first, DAYS, page_id=chosen.pk if chosen else None)
    context = {
        "days": days,
        "empty": not any(day.rows for day in days),
        "today": today,
        "first": first,
        "last": first + timedelta(days=DAYS - 1),
        "before": first - timedelta(days=DAYS),
        "after": first + timedelta(days=DAYS),
        "pages": pages,
        "page": chosen,
        "budget": _budget(chosen),
        "trouble": [(row, _why(row)) for row in trouble(request.brand, 20)],
        "drafts": len(drafts(request.brand)),
    }
    return render(request, "publishing/plan.html", context)


def _day(value: str, otherwise: date) -> date:
    """A day written as YYYY-MM-DD and within ten years of today; else the other one."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return otherwise
    return day if abs((day - otherwise).days) <= FURTHEST else otherwise


def _budget(page: Page | None) -> Budget | None:
    return budget(page, clock.now()) if page else None


def _why(row: DeliveryRow) -> str:
    """Why the delivery stands where it stands, and what to do."""
    reason = messages.standing(row.state, row.hold_reason, row.code)
    return str(reason) if reason else ""
