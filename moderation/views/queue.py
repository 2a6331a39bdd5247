"""The queue."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cm_suite.core import clock
from moderation.selectors.queue import open_reviews, review_line
from pages.access import BrandRequest, brand_view
from pages.enums import Act

A_PAGE = 50


@brand_view(Act.SEE)
@require_safe
def queue(request: BrandRequest) -> HttpResponse:
    """What waits for a person, in its order."""
    page = Paginator(open_reviews(request.brand), A_PAGE).get_page(request.GET.get("page"))
    now = clock.now()
    lines = [review_line(request.brand, each, now, request.user) for each in page]
    return render(request, "moderation/queue.html", {"page": page, "lines": lines})
