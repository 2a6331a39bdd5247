"""The back office of agency leads: Django's admin, behind our own door."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pages.models import Person
from pages.selectors.people import led_brand_ids


def led_brands(request: HttpRequest) -> frozenset[int]:
    """Ids of the brands the signed-in person leads, read once a request."""
    known = getattr(request, "led_brands", None)
    if known is None:
        person = request.user
        known = led_brand_ids(person) if isinstance(person, Person) and person.is_active else frozenset()
        request.led_brands = known  # type: ignore[attr-defined]  # kept for the rest of this request
    return known


class LeadAdminSite(AdminSite):
    """Open to those who lead a brand, and to those who run the installation."""

    site_title = _("Back office")
    site_header = _("Back office")
    index_title = _("Your brands")

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this person may come in at all; what they see is each model's own affair."""
        person = request.user
        return person.is_active and (getattr(person, "is_superuser", False) or bool(led_brands(request)))
