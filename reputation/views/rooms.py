"""Finding an audit or a run of the brand on whose rooms a person stands."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from pages.access import BrandRequest
from reputation.models import Audit, Run
from reputation.selectors.runs import runs_in


def audit_of(request: BrandRequest, slug: str) -> Audit:
    """The brand's audit at this address. Raises Http404 for one that is not there."""
    return get_object_or_404(Audit.objects.select_related("brand"), brand=request.brand, slug=slug)


def run_of(request: BrandRequest, slug: str, number: int) -> Run:
    """The run of this number. Raises Http404 for one that is not there."""
    return get_object_or_404(runs_in(request.brand), audit__slug=slug, number=number)


def to_audit(request: BrandRequest, audit: Audit) -> HttpResponse:
    """To the page of the audit."""
    return redirect("reputation:audit", request.brand.slug, audit.slug)
