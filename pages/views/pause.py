"""Pausing a brand or a page, and starting again."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.forms.settings import PauseForm
from pages.models import Pause
from pages.selectors.pauses import open_pauses, past_pauses
from pages.services import pause as service

PER_PAGE = 20


@brand_view(Act.SEE, post=Act.PAUSE)
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: BrandRequest) -> HttpResponse:
    """What is paused now, what was; posted: stop a page or the whole brand, with a reason."""
    if request.method != "POST":
        return _page(request, PauseForm(request.brand, initial={"page": request.GET.get("page")}))
    form = PauseForm(request.brand, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    page, reason = form.cleaned_data["page"], form.cleaned_data["reason"]
    paused = service.pause(request.brand, page, reason, request.user)
    if paused.reason == reason:
        messages.success(request, _("Publishing is paused. What is planned is kept."))
    else:
        messages.info(
            request, _("It was paused already, for this reason: %(reason)s") % {"reason": paused.reason}
        )
    return redirect("pages:pause", brand=request.brand.slug)


@brand_view(Act.PAUSE)
@require_POST
def resume(request: BrandRequest, pause_id: int) -> HttpResponse:
    """End a pause."""
    paused = get_object_or_404(Pause, pk=pause_id, brand=request.brand)
    if service.resume(paused, request.user):
        messages.success(request, _("Publishing has started again."))
    else:
        messages.info(request, _("Somebody had ended this pause already."))
    return redirect("pages:pause", brand=request.brand.slug)


def _page(request: BrandRequest, form: PauseForm, status: int = 200) -> HttpResponse:
    past = Paginator(past_pauses(request.brand), PER_PAGE)
    context = {
        "form": form,
        "pauses": open_pauses(request.brand),
        "past": past.get_page(request.GET.get("past")),
    }
    return render(request, "pages/pause.html", context, status=status)
