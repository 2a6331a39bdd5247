"""The connected pages of a brand."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cm_suite.core.errors import OutcomeError
from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.forms.connect import BudgetForm
from pages.messages import reason
from pages.models import Page
from pages.selectors.connected import page_view, pages_of
from pages.selectors.spending import is_paid
from pages.services import connect as connecting
from pages.services import health, spending


@brand_view(Act.SEE)
@require_safe
def pages(request: BrandRequest) -> HttpResponse:
    """Every page of the brand, and how it is."""
    return render(request, "pages/pages.html", {"pages": pages_of(request.brand)})


@brand_view(Act.SEE)
@require_safe
def page(request: BrandRequest, page_id: int) -> HttpResponse:
    """One page: who it is, what it can do, how it is, and what a lead may do with it."""
    view = page_view(_page(request, page_id))
    budget = view.access.money.budget if view.access and view.access.money else None
    return render(
        request, "pages/page.html", {"view": view, "budget_form": BudgetForm(initial={"dollars": budget})}
    )


@brand_view(Act.MANAGE)
@require_POST
def disconnect(request: BrandRequest, page_id: int) -> HttpResponse:
    """Forget the page's token. What is planned waits."""
    known = _page(request, page_id)
    try:
        connecting.disconnect(known, request.user)
    except OutcomeError as error:
        messages.error(request, str(reason(error.code)))
    else:
        messages.success(request, _("%(page)s is disconnected. Its plan waits.") % {"page": known.name})
    return redirect("pages:page", request.brand.slug, known.pk)


@brand_view(Act.MANAGE)
@require_POST
def check(request: BrandRequest, page_id: int) -> HttpResponse:
    """Ask the network now whether the page is still open to us."""
    known = _page(request, page_id)
    if health.check(known, waiting=True):
        messages.success(request, _("%(page)s answers.") % {"page": known.name})
    else:
        messages.warning(request, str(reason(known.health_code)))
    return redirect("pages:page", request.brand.slug, known.pk)


@brand_view(Act.MANAGE)
@require_POST
def budget(request: BrandRequest, page_id: int) -> HttpResponse:
    """Set what the page's network may cost the brand in a month; 404 for a network that costs nothing."""
    known = _page(request, page_id)
    if not is_paid(known.network):
        raise Http404
    form = BudgetForm(request.POST)
    if form.is_valid():
        spending.set_budget(request.brand, known.network, form.cleaned_data["dollars"], request.user)
        messages.success(request, _("The monthly budget is set."))
        return redirect("pages:page", request.brand.slug, known.pk)
    context = {"view": page_view(known), "budget_form": form}
    return render(request, "pages/page.html", context, status=422)


def _page(request: BrandRequest, page_id: int) -> Page:
    return get_object_or_404(Page.objects.select_related("brand"), pk=page_id, brand=request.brand)
