"""The rooms where pages are connected and opened again: every network by its own SPEC."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from cm_suite.core.errors import OutcomeError
from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.forms.connect import RefusableForm, connect_form, leave_form
from pages.models import Page
from pages.networks.registry import NETWORKS
from pages.networks.spec import NetworkSpec
from pages.networks.types import ConnectKind
from pages.selectors.offered import offered, offered_of
from pages.services import connect as connecting


@brand_view(Act.MANAGE)
@require_safe
def connect(request: BrandRequest) -> HttpResponse:
    """Every network of this installation: what it needs, what it can do, what is missing."""
    return render(request, "pages/connect.html", {"networks": offered(request.brand)})


@sensitive_post_parameters("token")
@never_cache
@brand_view(Act.MANAGE)
def connect_network(request: BrandRequest, network: str) -> HttpResponse:
    """Connect an account of one network by what is typed; 404 for a network that needs no account."""
    spec = _spec(network)
    form = connect_form(spec, request.POST or None)

    def act() -> Page:
        return connecting.open_account(request.brand, network, form.given(), request.user)

    return _connected(request, spec, form, act, None)


@sensitive_post_parameters("token")
@never_cache
@brand_view(Act.MANAGE)
def reconnect(request: BrandRequest, page_id: int) -> HttpResponse:
    """Open a page again with something new of the same account; 404 for a page that needs none."""
    known = get_object_or_404(Page.objects.select_related("brand"), pk=page_id, brand=request.brand)
    spec = _spec(known.network)
    form = connect_form(spec, request.POST or None, known=True)
    if spec.connect is ConnectKind.ADDRESS:
        form.fields["host"].initial = known.remote_id
    return _connected(
        request, spec, form, lambda: connecting.reconnect(known, form.given(), request.user), known
    )


def _spec(network: str) -> NetworkSpec:
    """The network's SPEC. Raises Http404 when there is none, or when it needs no account."""
    spec = NETWORKS.get(network)
    if spec is None or spec.connect is ConnectKind.NONE:
        raise Http404
    return spec


def _connected(
    request: BrandRequest,
    spec: NetworkSpec,
    form: RefusableForm,
    act: Callable[[], Page],
    known: Page | None,
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
    context = {
        "form": form,
        "leave": leave_form(spec),
        "known": known,
        "network": spec,
        "offered": offered_of(spec),
    }
    return render(request, "pages/connect_network.html", context, status=422 if form.errors else 200)
