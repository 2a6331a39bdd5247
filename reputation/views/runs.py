"""A run from the outside: asked for, watched, cancelled."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from reputation.models import Audit, Run


@brand_view(Act.WRITE)
@require_POST
def run(request: BrandRequest, audit: str) -> HttpResponse:
    """Run an audit now."""
    found = get_object_or_404(Audit, brand=request.brand, slug=audit)
    return redirect("reputation:audit", request.brand.slug, found.slug)


@brand_view(Act.SEE)
@require_safe
def progress(request: BrandRequest, audit: str, number: int) -> HttpResponse:
    """How far a run is."""
    found = get_object_or_404(Run, audit__brand=request.brand, audit__slug=audit, number=number)
    return redirect("reputation:report", request.brand.slug, audit, found.number)


@brand_view(Act.WRITE)
@require_POST
def cancel(request: BrandRequest, audit: str, number: int) -> HttpResponse:
    """Stop a run."""
    found = get_object_or_404(Run, audit__brand=request.brand, audit__slug=audit, number=number)
    return redirect("reputation:report", request.brand.slug, audit, found.number)
