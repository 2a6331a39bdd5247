"""The fans of a brand's pages."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.selectors.audience import WINDOW_DAYS, audience


@brand_view(Act.SEE)
@require_safe
def fans(request: BrandRequest) -> HttpResponse:
    """Each page: fans now, gained and lost day by day, and why people left."""
    pages = audience(request.brand, elsewhere=True)
    return render(request, "pages/fans.html", {"pages": pages, "days": WINDOW_DAYS})
