"""Following by e-mail and leaving. A signed token stands in for signing in, so no cookie is needed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cm_suite.core.pace import hit
from pages.models import Page
from pages.newsroom import selectors, services, tokens
from pages.newsroom.forms import SubscribeForm, WhyForm
from pages.newsroom.models import SubscriberState
from pages.newsroom.services import Confirmation
from pages.newsroom.views.shared import missing, of_newsroom, public, quiet, show
from pages.visitors import client_address

PER_VISITOR = (20, 3600.0)  # requests, seconds
PER_ADDRESS = (4, 86_400.0)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_newsroom
def subscribe(request: HttpRequest, page: Page) -> HttpResponse:
    """Ask for an address. The answer is the same whoever follows already."""
    if not selectors.takes_subscribers(page):
        return missing(page)
    form = SubscribeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _form(request, page, form, status=422 if form.is_bound else 200)
    if not hit(f"newsroom:visitor:{client_address(request)}", *PER_VISITOR):
        return _form(request, page, form, status=429)
    email = form.cleaned_data["email"]
    if not form.trapped and hit(f"newsroom:address:{page.pk}:{email.casefold()}", *PER_ADDRESS):
        services.ask(page, email)
    return HttpResponseRedirect(reverse("newsroom:asked", kwargs={"brand": page.brand.slug}))


def _form(request: HttpRequest, page: Page, form: SubscribeForm, status: int) -> HttpResponse:
    context = {"form": form, "too_many": status == 429, "csrf_token": get_token(request)}
    return show(page, "subscribe", context, status=status)


@public
def asked(request: HttpRequest, page: Page) -> HttpResponse:
    """Look into your mail."""
    return show(page, "asked")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_newsroom
def confirm(request: HttpRequest, page: Page) -> HttpResponse:
    """A page with a button: opening the link changes nothing, since machines open links too."""
    token = request.GET.get("t", "")
    act = services.confirm if request.method == "POST" else services.confirmation
    result = act(page, token)
    return quiet(show(page, "confirm", {"result": result, "Confirmation": Confirmation}))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_newsroom
def leave(request: HttpRequest, page: Page) -> HttpResponse:
    """Leave with one POST: by the page's button, or by the mail program (RFC 8058), asked nothing then.

    Whoever left by the mail program is asked why when they open the link themselves.
    """
    subscriber = selectors.subscriber(page, tokens.leaving(request.GET.get("t", "")))
    by_program = request.POST.get("List-Unsubscribe") == "One-Click"
    departure = None
    if request.method == "POST" and subscriber is not None:
        departure = services.leave(subscriber, asked=not by_program)
        if by_program:
            return quiet(HttpResponse("", content_type="text/plain"))
    left = subscriber is not None and subscriber.state == SubscriberState.LEFT
    unasked = departure or (subscriber.unasked if subscriber is not None and left else None)
    if unasked is None:
        return quiet(show(page, "leave", {"known": subscriber is not None, "left": left}))
    target = reverse("newsroom:why", kwargs={"brand": page.brand.slug})
    return quiet(HttpResponseRedirect(f"{target}?t={tokens.for_why(unasked.pk)}"))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_newsroom
def why(request: HttpRequest, page: Page) -> HttpResponse:
    """You have left; would you say why?"""
    departure = selectors.departure(page, tokens.why(request.GET.get("t", "")))
    form = WhyForm(request.POST if request.method == "POST" else None)
    if departure is None or not form.is_valid():
        return quiet(show(page, "why", {"form": form, "expired": departure is None}))
    services.give_reason(departure, form.cleaned_data["cause"])
    return quiet(show(page, "why", {"thanked": True}))
