"""The frequency rules of one page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cm_suite.core import clock
from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.models import Page
from publishing.forms import CapFormSet, GapForm
from publishing.selectors.budget import budget
from publishing.services.limits import set_limits


@brand_view(Act.SEE, post=Act.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: BrandRequest, page_id: int) -> HttpResponse:
    """See what the page allows and how much of it is used; leads change it."""
    page = get_object_or_404(Page, pk=page_id, brand=request.brand)
    posted = request.method == "POST"
    caps = CapFormSet(request.POST if posted else None, instance=page, prefix="caps")
    gap = GapForm(request.POST) if posted else GapForm.of(page)
    if posted and caps.is_valid() and gap.is_valid():
        if set_limits(page, _caps(caps), gap.cleaned_data["minutes"] or None, request.user):
            messages.success(request, _("The rules of %(page)s are saved.") % {"page": page.name})
        else:
            messages.info(request, _("Nothing has changed."))
        return redirect("publishing:rules", request.brand.slug, page.pk)
    context = {"page": page, "caps": caps, "gap": gap, "budget": budget(page, clock.now())}
    return render(request, "publishing/rules.html", context, status=422 if posted else 200)


def _caps(formset: Any) -> dict[int, int]:
    """Posts allowed by window in hours, from the rows that are filled in and not to be deleted."""
    rows = [form.cleaned_data for form in formset.forms if form.has_changed() or form.instance.pk]
    return {row["hours"]: row["at_most"] for row in rows if row.get("hours") and not row.get("DELETE")}
