"""Brands and what hangs on them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cm_suite.core import clock, ledger
from cm_suite.core.clock import UnknownZone
from pages.admin_labels import language_name
from pages.admin_scope import BrandScopedAdmin
from pages.admin_site import is_keeper
from pages.enums import DepartureCause, DepartureFact
from pages.messages import network_name
from pages.models import Brand, Departure, Page, Pause, Person
from pages.newsroom.messages import mark
from pages.newsroom.models import NewsroomPost, Subscriber
from pages.services.brand_settings import FIELDS, EditedMeanwhile, save_settings, values_of
from pages.services.connect import open_newsroom

if TYPE_CHECKING:
    BrandModelForm = forms.ModelForm[Brand]
else:
    BrandModelForm = forms.ModelForm


class BrandForm(BrandModelForm):
    """A brand. `seen` carries the values as they were when the form was shown: two leads may have it open."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = json.dumps(values_of(self.instance))

    def clean_zone(self) -> str:
        """Raises ValidationError for a name that is no zone of the tz database."""
        name: str = self.cleaned_data["zone"]
        try:
            clock.zone(name)
        except UnknownZone as error:
            raise ValidationError(_("No such time zone. Write it like Europe/Paris.")) from error
        return name

    def clean_postal_address(self) -> str:
        """Line breaks as the database keeps them."""
        return str(self.cleaned_data["postal_address"]).replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        """Hold what is wanted against what stands now. Problems land on their fields."""
        if self.instance.pk:
            current = values_of(self.instance)
            try:
                seen = self._seen()
            except ValueError:
                self.add_error(None, _("This form is out of date. Check the values, then save again."))
            else:
                self.cleaned_data["seen"] = seen
                self._compare(seen, current)
            if self.errors:
                self._show_again(current)
        return self.cleaned_data

    def wanted(self) -> dict[str, str]:
        """What the person wants to stand."""
        return {field: self.cleaned_data[field] for field in FIELDS}

    def _seen(self) -> dict[str, str]:
        """What the person was shown. Raises ValueError."""
        seen = json.loads(self.cleaned_data["seen"])
        if not isinstance(seen, dict) or set(seen) != set(FIELDS):
            raise ValueError("not what a form was shown with")
        return {field: str(value) for field, value in seen.items()}

    def _compare(self, seen: Mapping[str, str], current: Mapping[str, str]) -> None:
        words = _("Somebody else wrote “%(theirs)s” meanwhile. Save again to put yours in its place.")
        for field in FIELDS:
            wanted = self.cleaned_data.get(field, seen[field])
            if wanted not in (seen[field], current[field]) and current[field] != seen[field]:
                self.add_error(field, words % {"theirs": current[field]})

    def _show_again(self, current: Mapping[str, str]) -> None:
        """Keep what was typed; what was left as it had been seen shows what stands. Now that is seen."""
        typed = self.cleaned_data
        seen = typed["seen"] if isinstance(typed.get("seen"), dict) else {}
        left = {name: current[name] for name in FIELDS if name in seen and typed.get(name) == seen[name]}
        posted = {name: self.data.get(name) for name in self.data}
        self.data = {**posted, **left, "seen": json.dumps(dict(current))}


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
        (None, {"fields": ("seen", "name", "slug", "tagline", "accent", "kind", "zone", "language")}),
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
        """Through the service of the brand's own room; a new brand has its public page from the start."""
        if change:
            self._save_changes(request, obj, form)
            return
        super().save_model(request, obj, form, change)
        open_newsroom(obj)
        ledger.append(
            obj.pk,
            "brand.created",
            actor_id=request.user.pk,
            subject_kind="brand",
            subject_id=obj.pk,
            content=json.dumps(values_of(obj), sort_keys=True),
        )

    def _save_changes(self, request: HttpRequest, obj: Brand, form: BrandForm) -> None:
        try:
            saved = save_settings(obj, form.wanted(), form.cleaned_data["seen"], cast("Person", request.user))
        except EditedMeanwhile as edited:  # in the instant since the form was read
            names = ", ".join(str(form.fields[clash.field].label) for clash in edited.clashes)
            self.message_user(
                request,
                _("Nothing was saved: somebody else has just changed %(fields)s.") % {"fields": names},
                messages.ERROR,
            )
            return
        if saved.kept:
            names = ", ".join(str(form.fields[field].label) for field in saved.kept)
            self.message_user(
                request,
                _("Somebody else changed this meanwhile, and it was kept: %(fields)s.") % {"fields": names},
            )


@admin.register(Page)
class PageAdmin(BrandScopedAdmin):
    """Connected pages; connecting and disconnecting is done in the brand's rooms."""

    list_display = ("name", "brand", "network", "handle", "state", "created_at")
    list_select_related = ("brand",)
    list_filter = ("brand", "network", "state")
    search_fields = ("name", "handle")
    fields = ("brand", "network", "name", "handle", "url", "state", "text_limit", "paced_until", "created_at")
    labels: ClassVar = {"paced_until": _("asked to wait until")}
    readings: ClassVar = {"network": network_name}


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
    list_display = ("at", "page", "reason")
    list_select_related = ("page",)
    list_filter = ("page", "cause")
    date_hierarchy = "at"
    fields = list_display

    @admin.display(description=_("reason"), ordering="cause")
    def reason(self, departure: Departure) -> str:
        """Why, in words; empty when nobody said."""
        return str(dict([*DepartureCause.choices, *DepartureFact.choices]).get(departure.cause, ""))


@admin.register(Subscriber)
class SubscriberAdmin(BrandScopedAdmin):
    """Followers of the newsroom, without their addresses."""

    brand_path = "page__brand"
    list_display = ("number", "page", "state", "language", "asked_at", "confirmed_at", "left_at")
    list_select_related = ("page",)
    list_filter = ("page", "state", "language")
    ordering = ("-asked_at", "-pk")
    fields = ("page", "state", "language", "asked_at", "confirmed_at", "left_at", "told_until")
    labels: ClassVar = {
        "state": _("state"),
        "language": _("language"),
        "asked_at": _("asked on"),
        "confirmed_at": _("confirmed on"),
        "left_at": _("left on"),
        "told_until": _("told until"),
    }

    def get_queryset(self, request: HttpRequest) -> Any:
        """The address is not even read."""
        return super().get_queryset(request).defer("email")

    @admin.display(description=_("number"), ordering="pk")
    def number(self, subscriber: Subscriber) -> int:
        """What the follower is called by: the address is not shown."""
        return subscriber.pk


def _type_of_content(code: str) -> str:
    """As the public page words it; the code itself for one it does not know."""
    return mark(code) or code


@admin.register(NewsroomPost)
class NewsroomPostAdmin(BrandScopedAdmin):
    """What stands, or stood, on the public page."""

    brand_path = "page__brand"
    list_display = ("published_at", "page", "content_type", "language", "removed_at")
    labels: ClassVar = {
        "published_at": _("published on"),
        "content_type": _("content type"),
        "language": _("language"),
        "removed_at": _("removed on"),
        "text": _("text"),
        "link": _("link"),
    }
    readings: ClassVar = {"content_type": _type_of_content, "language": language_name}
    list_select_related = ("page",)
    list_filter = ("page", "content_type")
    date_hierarchy = "published_at"
    fields = (*list_display, "text", "link")
