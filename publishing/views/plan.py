"""The plan of a brand, day by day in its zone, and what on it needs a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cm_suite.core import clock
from pages.access import BrandRequest, brand_view
from pages.enums import Act, PageState
from pages.models import Page
from pages.selectors.pauses import open_pauses
from publishing.selectors import calendar
from publishing.selectors.budget import Budget, budget
from publishing.selectors.budgets import Budget as PageBudget
from publishing.selectors.budgets import budgets_of
from publishing.selectors.lists import troubled, unplanned
from publishing.selectors.rows import DeliveryRow, row
from publishing.views.cards import Offer, is_late, open_pages, slot_offers
from publishing.views.names import PageName, page_names
from publishing.views.says import why

DAYS: Final = 7
FURTHEST: Final = 3650
FIRST: Final = 4
A_PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class Line:
    """One delivery as a list shows it. `late`: its time has come and it has not left."""

    row: DeliveryRow
    page: PageName
    why: str
    late: bool
    offer: Offer | None = None


@dataclass(frozen=True, slots=True)
class ShownDay:
    """One day and its lines."""

    date: date
    lines: tuple[Line, ...]


@brand_view(Act.SEE)
@require_safe
def plan(request: BrandRequest) -> HttpResponse:
    """A week from a chosen day on, of all pages or one; what needs a person stands first."""
    today = calendar.today(request.brand)
    first = _day(request.GET.get("from", ""), today)
    pages = _pages(request)
    names = page_names(pages)
    chosen = _chosen(request, pages)
    page_id = chosen.pk if chosen else None
    days = calendar.plan_by_day(request.brand, first, DAYS, page_id=page_id)
    trouble = troubled(request.brand, page_id)
    context = {
        "days": [ShownDay(day.date, _lines(request, day.rows, names)) for day in days],
        "empty": not any(day.rows for day in days),
        "today": today,
        "first": first,
        "last": first + timedelta(days=DAYS - 1),
        "before": first - timedelta(days=DAYS),
        "after": first + timedelta(days=DAYS),
        "names": list(names.values()),
        "page": chosen,
        "budget": _budget(chosen),
        "budgets": [] if chosen else _budgets(pages, names),
        "current": first <= today < first + timedelta(days=DAYS),
        "trouble": _trouble(request, [row(each) for each in trouble[:FIRST]], pages),
        "troubles": trouble.count(),
        "drafts": unplanned(request.brand).count(),
    }
    return render(request, "publishing/plan.html", context)


@brand_view(Act.SEE)
@require_safe
def attention(request: BrandRequest) -> HttpResponse:
    """Everything on the plan that needs a person, the oldest first."""
    pages = _pages(request)
    chosen = _chosen(request, pages, "on")
    found = troubled(request.brand, chosen.pk if chosen else None)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    lines = _trouble(request, [row(each) for each in page], pages)
    return render(request, "publishing/attention.html", {"lines": lines, "page": page, "chosen": chosen})


def _pages(request: BrandRequest) -> list[Page]:
    return list(Page.objects.filter(brand=request.brand).order_by("-network", "name", "pk"))


def _chosen(request: BrandRequest, pages: Iterable[Page], name: str = "page") -> Page | None:
    return next((page for page in pages if str(page.pk) == request.GET.get(name)), None)


def _day(value: str, otherwise: date) -> date:
    """A day written as YYYY-MM-DD and within ten years of today; else the other one."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return otherwise
    return day if abs((day - otherwise).days) <= FURTHEST else otherwise


def _budget(page: Page | None) -> Budget | None:
    return budget(page, clock.now()) if page else None


def _budgets(pages: Iterable[Page], names: dict[int, PageName]) -> list[tuple[PageName, PageBudget]]:
    """The tightest budget of each page in use that has caps, in the pages' order; two queries."""
    found = budgets_of([page.pk for page in pages if page.state != PageState.DISCONNECTED])
    return [(names[pk], found[pk]) for pk in names if pk in found]


def _lines(
    request: BrandRequest, rows: Iterable[DeliveryRow], names: dict[int, PageName]
) -> tuple[Line, ...]:
    acts = Act.WRITE in request.rights
    return tuple(Line(each, names[each.page_id], why(each, acts=acts), is_late(each)) for each in rows)


def _trouble(request: BrandRequest, rows: list[DeliveryRow], pages: Collection[Page]) -> list[Line]:
    """What needs a person, with the next free slot of what lacks nothing else."""
    names = page_names(pages)
    paused = {pause.page_id for pause in open_pauses(request.brand)}
    ready = set() if None in paused else set(open_pages(pages)) - paused
    acts = Act.WRITE in request.rights
    offers = slot_offers(rows, ready) if acts else {}
    return [
        Line(each, names[each.page_id], why(each, acts=acts), late=False, offer=offers.get(each.delivery_id))
        for each in rows
    ]
