"""Brands and what hangs on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cm_suite.core import clock, ledger
from cm_suite.core.clock import UnknownZone
from pages.admin_scope import BrandScopedAdmin
from pages.admin_site import is_keeper
from pages.models import Brand, Departure, Page, Pause
from pages.newsroom.models import NewsroomPost, Subscriber
from pages.services.connect import open_newsroom

if TYPE_CHECKING:
    BrandModelForm = forms.ModelForm[Brand]
else:
    BrandModelForm = forms.ModelForm


class BrandForm(BrandModelForm):
    """A brand; its zone must be one of the tz database."""

    def clean_zone(self) -> str:
        """Raises ValidationError for a name that is no zone."""
        name: str = self.cleaned_data["zone"]
        try:
            clock.zone(name)
        except UnknownZone as error:
            raise ValidationError(_("No such time zone. Write it like Europe/Paris.")) from error
        return name


@admin.register(Brand)
class BrandAdmin(BrandScopedAdmin):
    """Leads change their brands; who runs the installation makes new ones."""

    brand_path = "pk"
    keeper_sees_all = True
    changes = True
    form = BrandForm
    list_display = ("name", "slug", "zone", "language", "publisher")
    search_fields = ("name", "slug")
    fieldsets = (
        (None, {"fields": ("name", "slug", "tagline", "accent", "zone", "language")}),
        (
            _("Legal notice"),
            {"fields": ("publisher", "publication_director", "contact_email", "postal_address", "host")},
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new brand is the installation's affair."""
        return is_keeper(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A brand's address never changes: links to its newsroom are out in the world."""
        return ("slug",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save and record which fields changed; a new brand has its public page from the start."""
        super().save_model(request, obj, form, change)
        if not change:
            open_newsroom(obj)
        ledger.append(
            obj.pk,
            "brand.settings" if change else "brand.created",
            actor_id=request.user.pk,
            subject_kind="brand",
            subject_id=obj.pk,
            content=",".join(form.changed_data),
        )


@admin.register(Page)
class PageAdmin(BrandScopedAdmin):
    """Connected pages; connecting and disconnecting is done in the brand's rooms."""

    list_display = ("name", "brand", "network", "handle", "state", "created_at")
    list_select_related = ("brand",)
    list_filter = ("brand", "network", "state")
    search_fields = ("name", "handle")
    fields = ("brand", "network", "name", "handle", "url", "state", "text_limit", "paced_until", "created_at")


@admin.register(Pause)
class PauseAdmin(BrandScopedAdmin):
    """Every pause, open and ended."""

    list_display = ("brand", "page", "reason", "started_by", "started_at", "ended_by", "ended_at")
    list_select_related = ("brand", "page", "started_by", "ended_by")
    list_filter = ("brand",)
    date_hierarchy = "started_at"
    ordering = ("-started_at",)
    fields = list_display


@admin.register(Departure)
class DepartureAdmin(BrandScopedAdmin):
    """Fans who left, and why."""

    brand_path = "page__brand"
    list_display = ("at", "page", "cause")
    list_select_related = ("page",)
    list_filter = ("page", "cause")
    date_hierarchy = "at"
    fields = list_display


@admin.register(Subscriber)
class SubscriberAdmin(BrandScopedAdmin):
    """Followers of the newsroom, without their addresses."""

    brand_path = "page__brand"
    list_display = ("number", "page", "state", "language", "asked_at", "confirmed_at", "left_at")
    list_select_related = ("page",)
    list_filter = ("page", "state", "language")
    ordering = ("-asked_at", "-pk")
    fields = ("page", "state", "language", "asked_at", "confirmed_at", "left_at", "told_until")

    def get_queryset(self, request: HttpRequest) -> Any:
        """The address is not even read."""
        return super().get_queryset(request).defer("email")

    @admin.display(description=_("number"), ordering="pk")
    def number(self, subscriber: Subscriber) -> int:
        """What the follower is called by: the address is not shown."""
        return subscriber.pk


@admin.register(NewsroomPost)
class NewsroomPostAdmin(BrandScopedAdmin):
    """What stands, or stood, on the public page."""

    brand_path = "page__brand"
    list_display = ("published_at", "page", "content_type", "language", "removed_at")
    list_select_related = ("page",)
    list_filter = ("page", "content_type")
    date_hierarchy = "published_at"
    fields = (*list_display, "text", "link")
