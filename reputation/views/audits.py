"""The audits of a brand, and one audit with its runs."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from reputation.models import Audit


@brand_view(Act.SEE)
@require_safe
def audits(request: BrandRequest) -> HttpResponse:
    """Every audit of the brand."""
    return render(request, "reputation/audits.html", {"audits": Audit.objects.filter(brand=request.brand)})


@brand_view(Act.SEE)
@require_safe
def audit(request: BrandRequest, audit: str) -> HttpResponse:
    """One audit."""
    found = get_object_or_404(Audit, brand=request.brand, slug=audit)
    return render(request, "reputation/audit.html", {"audit": found})
