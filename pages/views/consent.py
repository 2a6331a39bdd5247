"""To a network's own page and back, and the choice among the accounts found there."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cm_suite.core import clock
from cm_suite.core.errors import Later, OutcomeError, Unknown
from pages.access import BrandRequest, PersonRequest, brand_view, person_view
from pages.enums import Act
from pages.forms.connect import OffersForm, RefusableForm, connect_form, leave_form
from pages.messages import network_name, reason
from pages.models import Consent, Page
from pages.networks.registry import NETWORKS
from pages.networks.spec import NetworkSpec
from pages.selectors.offered import offered_of, offers_of
from pages.services import consent as consenting
from pages.services import health


@never_cache
@brand_view(Act.MANAGE)
@require_POST
def connect_leave(request: BrandRequest, network: str) -> HttpResponse:
    """Prepare the way to the network's own page, and say what will be asked there."""
    spec = _with_door(network)
    form = leave_form(spec, request.POST)
    if form.is_valid():
        try:
            host = form.cleaned_data.get("host", "")
            address = consenting.begin(request.brand, network, host, request.user)
        except OutcomeError as error:
            form.refuse(error)
        else:
            return _leaving(request, spec, address, None)
    return _not_left(request, spec, form, None)


@never_cache
@brand_view(Act.MANAGE)
@require_POST
def reconnect_leave(request: BrandRequest, page_id: int) -> HttpResponse:
    """The same for a page that is known."""
    known = get_object_or_404(Page.objects.select_related("brand"), pk=page_id, brand=request.brand)
    spec = _with_door(known.network)
    form = RefusableForm(request.POST)
    if form.is_valid():
        try:
            address = consenting.begin_again(known, request.user)
        except OutcomeError as error:
            form.refuse(error)
        else:
            return _leaving(request, spec, address, known)
    return _not_left(request, spec, form, known)


@never_cache
@person_view
@require_GET
def connect_back(request: PersonRequest, network: str) -> HttpResponse:
    """Where networks send people back to: with a code, or with the reason why not."""
    try:
        consent = consenting.come_back(network, request.GET.get("state", ""), request.user)
    except OutcomeError as error:
        messages.error(request, str(reason(error.code)))
        return redirect("dashboard:home")
    code = request.GET.get("code", "")
    if not code:
        consenting.forget(consent)
        messages.warning(request, _denied(network, request.GET.get("error", "")))
        return _begin_again(consent)
    try:
        consenting.collect(consent, request.GET["state"], code)
        if consent.page is not None:
            return _opened_again(request, consent)
    except OutcomeError as error:
        consenting.forget(consent)
        messages.error(request, _said(error))
        return _begin_again(consent)
    return redirect("pages:offers", consent.brand.slug, consent.pk)


@never_cache
@brand_view(Act.MANAGE)
def offers(request: BrandRequest, consent_id: int) -> HttpResponse:
    """The accounts that the person may connect: choose one or several. 404 once the choice is over."""
    ways = Consent.objects.filter(brand=request.brand, person=request.user, expires_at__gt=clock.now())
    consent = get_object_or_404(ways.exclude(used_at=None).select_related("brand"), pk=consent_id)
    form = OffersForm(request.POST if request.method == "POST" else None, consent)
    if form.is_valid():
        return _taken(request, consenting.take(consent, form.cleaned_data["offers"], request.user))
    context = {
        "form": form,
        "groups": offers_of(consent),
        "network": network_name(consent.network),
        "consent": consent,
    }
    return render(request, "pages/connect_offers.html", context, status=422 if form.errors else 200)


def _with_door(network: str) -> NetworkSpec:
    """The SPEC of a network that asks on a page of its own. Raises Http404 for any other."""
    spec = NETWORKS.get(network)
    if spec is None or spec.door is None:
        raise Http404
    return spec


def _leaving(request: BrandRequest, spec: NetworkSpec, address: str, known: Page | None) -> HttpResponse:
    context = {"address": address, "network": spec, "known": known, "offered": offered_of(spec)}
    return render(request, "pages/connect_leave.html", context)


def _not_left(
    request: BrandRequest, spec: NetworkSpec, leave: RefusableForm, known: Page | None
) -> HttpResponse:
    form = connect_form(spec, known=known is not None)
    context = {"form": form, "leave": leave, "known": known, "network": spec, "offered": offered_of(spec)}
    return render(request, "pages/connect_network.html", context, status=422)


def _opened_again(request: PersonRequest, consent: Consent) -> HttpResponse:
    page = consenting.take_again(consent, request.user)
    health.check(page, waiting=True)
    messages.success(request, _("%(page)s is connected.") % {"page": page.name})
    return redirect("pages:page", page.brand.slug, page.pk)


def _taken(request: BrandRequest, taken: list[Page]) -> HttpResponse:
    """Ask each new page at once how it is, then show it, or the list."""
    for page in taken:
        health.check(page, waiting=True)
    said = ngettext("%(count)s page is connected.", "%(count)s pages are connected.", len(taken))
    messages.success(request, said % {"count": len(taken)})
    if len(taken) == 1:
        return redirect("pages:page", request.brand.slug, taken[0].pk)
    return redirect("pages:pages", request.brand.slug)


def _denied(network: str, error: str) -> str:
    """What the person is told when the network sends them back with nothing."""
    if error in {"access_denied", "user_denied", "user_cancelled_login", "user_cancelled_authorize"}:
        said = _("Nobody said yes on %(network)s, so nothing was connected. Begin again when you are ready.")
    else:
        said = _("%(network)s sent you back without giving access. Nothing was connected; begin again.")
    return said % {"network": network_name(network)}


def _said(error: OutcomeError) -> str:
    why = reason(error.code)
    if isinstance(error, Later | Unknown):
        return f"{why.what} " + _("Nothing was connected: begin again in a few minutes.")
    return str(why)


def _begin_again(consent: Consent) -> HttpResponse:
    """Back to where the way began."""
    if consent.page is not None:
        return redirect("pages:reconnect", consent.brand.slug, consent.page.pk)
    return redirect("pages:connect_network", consent.brand.slug, consent.network)
