"""What stands behind the figures of a report: mentions, and pages that could not be read."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from reputation.models import Mention, Run


@brand_view(Act.SEE)
@require_safe
def mentions(request: BrandRequest, audit: str, number: int) -> HttpResponse:
    """The mentions behind a figure."""
    get_object_or_404(Run, audit__brand=request.brand, audit__slug=audit, number=number)
    return redirect("reputation:report", request.brand.slug, audit, number)


@brand_view(Act.SEE)
@require_safe
def mention(request: BrandRequest, audit: str, number: int, mention_id: int) -> HttpResponse:
    """One mention in its context."""
    run = get_object_or_404(Run, audit__brand=request.brand, audit__slug=audit, number=number)
    get_object_or_404(Mention, run=run, pk=mention_id)
    return redirect("reputation:report", request.brand.slug, audit, number)


@brand_view(Act.SEE)
@require_safe
def faults(request: BrandRequest, audit: str, number: int) -> HttpResponse:
    """The pages that could not be read, and why."""
    get_object_or_404(Run, audit__brand=request.brand, audit__slug=audit, number=number)
    return redirect("reputation:report", request.brand.slug, audit, number)
