"""The connected pages of a brand."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cm_suite.core.errors import OutcomeError
from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.forms.connect import ConnectForm, ReconnectForm
from pages.messages import reason
from pages.models import Page
from pages.networks.registry import NETWORKS
from pages.selectors.connected import page_view, pages_of
from pages.services import connect as connecting
from pages.services import health

ONLY_NETWORK = NETWORKS[connecting.MASTODON]


@brand_view(Act.SEE)
@require_safe
def pages(request: BrandRequest) -> HttpResponse:
    """Every page of the brand, and how it is."""
    return render(request, "pages/pages.html", {"pages": pages_of(request.brand)})


@brand_view(Act.SEE)
@require_safe
def page(request: BrandRequest, page_id: int) -> HttpResponse:
    """One page: who it is, what it can do, how it is, and what a lead may do with it."""
    return render(request, "pages/page.html", {"view": page_view(_page(request, page_id))})


@brand_view(Act.MANAGE)
def connect(request: BrandRequest) -> HttpResponse:
    """Connect an account by its server and a token."""
    form = ConnectForm(request.POST or None)

    def act() -> Page:
        data = form.cleaned_data
        return connecting.connect_mastodon(request.brand, data["host"], data["token"], request.user)

    return _connected(request, form, act, None)


@brand_view(Act.MANAGE)
def reconnect(request: BrandRequest, page_id: int) -> HttpResponse:
    """Give a page a new token of the same account; 404 for a page that needs none."""
    known = _page(request, page_id)
    if not connecting.takes_token(known):
        raise Http404
    form = ReconnectForm(request.POST or None)
    return _connected(
        request, form, lambda: connecting.reconnect(known, form.cleaned_data["token"], request.user), known
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


def _page(request: BrandRequest, page_id: int) -> Page:
    return get_object_or_404(Page.objects.select_related("brand"), pk=page_id, brand=request.brand)


def _connected(
    request: BrandRequest, form: ReconnectForm, act: Callable[[], Page], known: Page | None
) -> HttpResponse:
    """Show the form, or do what it asks; a refusal is said under the field it is about."""
    if request.method == "POST" and form.is_valid():
        try:
            made = act()
        except OutcomeError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(page)s is connected.") % {"page": made.name})
            return redirect("pages:page", request.brand.slug, made.pk)
    context = {"form": form, "known": known, "network": ONLY_NETWORK}
    return render(request, "pages/connect.html", context, status=422 if form.errors else 200)
