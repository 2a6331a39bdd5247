"""All comments of a brand."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pages.access import BrandRequest, brand_view
from pages.enums import Act


@brand_view(Act.SEE)
@require_safe
def comments(request: BrandRequest) -> HttpResponse:
    """All comments."""
    return render(request, "moderation/comments.html")
