"""The queue, one comment of it, and what was decided."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import push_url

from moderation.messages import acts as words
from moderation.selectors.history import history_row, latest
from moderation.services import assign
from moderation.views.desk import DESK, PANE, WHOLE, Asked, review_of, show, tabs
from pages.access import BrandRequest, brand_view
from pages.enums import Act

A_PAGE: Final = 50


@brand_view(Act.SEE)
@require_safe
def queue(request: BrandRequest) -> HttpResponse:
    """What waits for a person, in its order; nothing is open."""
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
    """The first comment that is free, taken; `skip` is the one left aside."""
    skip = request.POST.get("skip", "")
    aside = review_of(request, int(skip)) if skip.isascii() and skip.isdigit() and len(skip) < 19 else None
    found = assign.claim_next(request.brand, request.user, skip=aside)
    if found is None:
        messages.info(request, _("Nothing else is free to take."))
    if request.htmx:
        return show_next(request, found.pk if found else None)
    return redirect(address(request, found.pk if found else None))


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


def show_next(request: BrandRequest, review_id: int | None, asked: Asked | None = None) -> HttpResponse:
    """Both panes anew, for htmx, at the address of what is open."""
    found = review_of(request, review_id) if review_id else None
    return push_url(show(request, found, asked, template=DESK), address(request, review_id))


def address(request: BrandRequest, review_id: int | None) -> str:
    """Where a review is decided; the queue itself without one."""
    if review_id is None:
        return reverse("moderation:queue", args=[request.brand.slug])
    return reverse("moderation:review", args=[request.brand.slug, review_id])


def _desk_alone(request: BrandRequest) -> bool:
    return bool(request.htmx) and request.htmx.target == "desk"
