"""What leads set: a new audit, a change of one, the end of one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from reputation.models import Audit


@brand_view(Act.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: BrandRequest) -> HttpResponse:
    """A new audit."""
    return redirect("reputation:audits", request.brand.slug)


@brand_view(Act.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: BrandRequest, audit: str) -> HttpResponse:
    """Change an audit."""
    found = get_object_or_404(Audit, brand=request.brand, slug=audit)
    return redirect("reputation:audit", request.brand.slug, found.slug)


@brand_view(Act.MANAGE)
@require_POST
def archive(request: BrandRequest, audit: str) -> HttpResponse:
    """Put an audit away."""
    found = get_object_or_404(Audit, brand=request.brand, slug=audit)
    return redirect("reputation:audit", request.brand.slug, found.slug)
