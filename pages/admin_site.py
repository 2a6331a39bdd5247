"""The back office of agency leads: Django's admin, behind our own door."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import RedirectView

from pages.access import speak
from pages.models import Person
from pages.selectors.brands import brand_cards
from pages.selectors.people import led_brand_ids
from pages.selectors.queues import queue_figures

LEFT_OUT: Final = {"view_on_site", "logout", "password_change", "password_change_done"}


def led_brands(request: HttpRequest) -> frozenset[int]:
    """Ids of the brands the signed-in person leads, read once a request."""
    known: frozenset[int] | None = getattr(request, "led_brands", None)
    if known is None:
        person = request.user
        known = led_brand_ids(person) if isinstance(person, Person) and person.is_active else frozenset()
        request.led_brands = known  # type: ignore[attr-defined]  # kept for the rest of this request
    return known


def is_keeper(request: HttpRequest) -> bool:
    """Whether this person runs the installation."""
    person = request.user
    return person.is_active and getattr(person, "is_superuser", False)


class LeadAdminSite(AdminSite):
    """Open to those who lead a brand, and to those who run the installation."""

    site_title = gettext_lazy("Back office")
    site_header = gettext_lazy("Back office")
    index_title = gettext_lazy("Your brands")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this person may come in at all; what they see is each model's own affair."""
        return is_keeper(request) or bool(led_brands(request))

    def admin_view[V: Callable[..., Any]](self, view: V, cacheable: bool = False) -> V:
        """Django's own door, behind which the person's language is spoken."""

        @wraps(view)
        def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if isinstance(request.user, Person):
                speak(request, request.user)
            return view(request, *args, **kwargs)

        return super().admin_view(cast("V", spoken), cacheable)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Django's addresses, with the queues, without the one that looks up any row of any kind.

        Signing out and changing a password are done in the house, where there is one page for each.
        """
        to_profile = RedirectView.as_view(pattern_name="pages:profile")
        own = [
            path("queues/", self.admin_view(self.queues), name="queues"),
            *(path(f"{name}/", to_profile, name=name) for name in ("logout", "password_change")),
        ]
        known = [each for each in super().get_urls() if getattr(each, "name", None) not in LEFT_OUT]
        return [*own, *known]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one sign-in page. Raises PermissionDenied for somebody who is in but leads nothing."""
        target = request.GET.get("next") or reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(target)
        if not self.has_permission(request):
            raise PermissionDenied(_("The back office is for those who lead a brand."))
        return redirect("admin:index")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The brands this person leads, in figures, before the lists of rows."""
        own = {
            "keeper": is_keeper(request),
            "brand_cards": brand_cards(led_brands(request)),
            "queues_url": reverse("admin:queues") if is_keeper(request) else "",
        }
        return super().index(request, {**own, **(extra_context or {})})

    def queues(self, request: HttpRequest) -> HttpResponse:
        """What waits in the queues, for those who run the installation."""
        if not is_keeper(request):
            raise PermissionDenied(_("The queues are for those who run the installation."))
        context = {
            **self.each_context(request),
            "title": _("Queues"),
            "queues": queue_figures(),
        }
        return TemplateResponse(request, "admin/queues.html", context)
