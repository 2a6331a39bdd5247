"""The report of one run."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from reputation.models import Run


@brand_view(Act.SEE)
@require_safe
def report(request: BrandRequest, audit: str, number: int) -> HttpResponse:
    """What one run says."""
    get_object_or_404(Run, audit__brand=request.brand, audit__slug=audit, number=number)
    return redirect("reputation:audit", request.brand.slug, audit)
