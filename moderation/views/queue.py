"""The queue, one comment of it, and what was decided."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import push_url

from cm_suite.core import clock
from moderation.messages import acts as words
from moderation.models import Review
from moderation.selectors.history import history_row, latest
from moderation.selectors.queue import held_by, opened_since
from moderation.services import assign
from moderation.views.desk import DESK, PANE, WHOLE, Asked, review_of, show, tabs
from pages.access import BrandRequest, brand_view
from pages.enums import Act

A_PAGE: Final = 50
NEWS: Final = "qnews"


@brand_view(Act.SEE)
@require_safe
def queue(request: BrandRequest) -> HttpResponse:
    """What waits for a person, in its order; nothing is open. For the list itself: what came since."""
    if request.htmx and request.htmx.target == NEWS:
        return _news(request)
    return show(request, None, template=DESK if _desk_alone(request) else WHOLE)


@brand_view(Act.SEE)
@require_safe
def review(request: BrandRequest, review_id: int) -> HttpResponse:
    """One comment to decide, beside the queue; alone when only its pane is asked for."""
    found = review_of(request, review_id)
    template = PANE if request.htmx else WHOLE
    return show(request, found, Asked(opening=True), template=template)


@brand_view(Act.MODERATE)
@require_POST
def take_next(request: BrandRequest) -> HttpResponse:
    """The free comment with the nearest target, taken; `skip` is the one left aside."""
    skip = request.POST.get("skip", "")
    aside = review_of(request, int(skip)) if skip.isascii() and skip.isdigit() and len(skip) < 19 else None
    found = assign.claim_next(request.brand, request.user, skip=aside)
    if found is None:
        messages.info(request, _("Nothing else is free to take."))
    else:
        let_go(request, found)
    opened = found or aside
    if request.htmx:
        return show_next(request, opened.pk if opened else None)
    return redirect(address(request, opened.pk if opened else None))


@brand_view(Act.SEE)
@require_safe
def history(request: BrandRequest) -> HttpResponse:
    """What was decided or closed, the latest first."""
    page = Paginator(latest(request.brand), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [history_row(request.brand, each) for each in page],
        "tabs": tabs(request, "history"),
        "closed": words.CLOSED,
    }
    return render(request, "moderation/history.html", context)


def let_go(request: BrandRequest, taken: Review) -> None:
    """Give back what else this person holds: one looks at one comment at a time."""
    for other in held_by(request.brand, request.user).exclude(pk=taken.pk):
        assign.release(other, request.user)


def show_next(request: BrandRequest, review_id: int | None, asked: Asked | None = None) -> HttpResponse:
    """Both panes anew, for htmx, at the address of what is open."""
    found = review_of(request, review_id) if review_id else None
    return push_url(show(request, found, asked, template=DESK), address(request, review_id))


def address(request: BrandRequest, review_id: int | None) -> str:
    """Where a review is decided; the queue itself without one."""
    if review_id is None:
        return reverse("moderation:queue", args=[request.brand.slug])
    return reverse("moderation:review", args=[request.brand.slug, review_id])


def _news(request: BrandRequest) -> HttpResponse:
    """How many comments came since the list was read; a time that is none counts from now."""
    now = clock.now()
    since = _moment(request.GET.get("since", "")) or now
    context = {"fresh": opened_since(request.brand, since), "since": min(since, now)}
    return render(request, "moderation/news.html", context)


def _moment(text: str) -> datetime | None:
    """A moment as the list wrote it; None for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None and 2000 <= at.year < 3000 else None


def _desk_alone(request: BrandRequest) -> bool:
    return bool(request.htmx) and request.htmx.target == "desk"
