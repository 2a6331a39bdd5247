"""People, roles and invitations. No password and no token is ever shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pages.admin_scope import BrandScopedAdmin
from pages.admin_site import is_keeper
from pages.enums import Role
from pages.models import Invitation, Membership, Person
from pages.selectors.people import is_last_lead
from pages.services import people
from pages.services.people import PeopleRefusal, PeopleRefused

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Person]
    MembershipModelForm = forms.ModelForm[Membership]
    PersonModelForm = forms.ModelForm[Person]
else:
    Admin = admin.ModelAdmin
    MembershipModelForm = forms.ModelForm
    PersonModelForm = forms.ModelForm


class MembershipForm(MembershipModelForm):
    """A role; the brand keeps a lead."""

    def clean_role(self) -> str:
        """Raises ValidationError when the brand would be left without a lead."""
        role: str = self.cleaned_data["role"]
        if self.instance.pk and role != Role.LEAD and is_last_lead(self.instance):
            raise ValidationError(PeopleRefusal.LAST_LEAD.label)
        return role


class PersonForm(PersonModelForm):
    """An account; its e-mail is kept in lower case, as sign-in compares it."""

    def clean_email(self) -> str:
        """The e-mail as it is stored."""
        return str(self.cleaned_data["email"]).strip().lower()

    def clean_is_active(self) -> bool:
        """Raises ValidationError, naming the brands, when closing would leave one without a lead."""
        active: bool = self.cleaned_data["is_active"]
        if self.instance.is_active and not active:
            rows = self.instance.memberships.filter(role=Role.LEAD).select_related("brand")
            brands = [row.brand.name for row in rows.order_by("brand__name") if is_last_lead(row)]
            if brands:
                raise ValidationError([f"{PeopleRefusal.LAST_LEAD.label} ({name})" for name in brands])
        return active


@admin.register(Membership)
class MembershipAdmin(BrandScopedAdmin):
    """Roles. Leads change them; who runs the installation also names the first lead of a brand."""

    keeper_sees_all = True
    changes = True
    form = MembershipForm
    list_display = ("person", "brand", "role", "since")
    list_select_related = ("person", "brand")
    list_filter = ("brand", "role")
    search_fields = ("person__name", "person__email")
    ordering = ("brand__name", "person__name", "pk")
    fields = ("person", "brand", "role", "since")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People join by invitation, except the first."""
        return is_keeper(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only the role changes once the row is made."""
        return ("person", "brand", "since") if obj else ("since",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the services, so that the ledger knows."""
        by = cast("Person", request.user)
        if not change:
            people.appoint(obj, by)
            return
        try:
            people.change_role(obj, Role(obj.role), by)
        except PeopleRefused as refused:
            self.message_user(request, refused.refusal.label, messages.ERROR)


@admin.register(Invitation)
class InvitationAdmin(BrandScopedAdmin):
    """Who was invited; inviting is done on the brand's page of people."""

    list_display = ("email", "brand", "role", "invited_by", "created_at", "expires_at", "accepted_at")
    list_select_related = ("brand", "invited_by")
    list_filter = ("brand", "role")
    search_fields = ("email",)
    ordering = ("-created_at", "-pk")
    fields = (*list_display, "revoked_at")


@admin.register(Person)
class PersonAdmin(Admin):
    """Accounts, for those who run the installation only."""

    form = PersonForm
    list_display = ("name", "email", "language", "is_active", "is_superuser", "joined_at")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("name", "email")
    ordering = ("name", "pk")
    fields = ("name", "email", "language", "is_active", "is_superuser", "joined_at", "last_login")
    readonly_fields = ("joined_at", "last_login")
    view_on_site = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who runs the installation."""
        return is_keeper(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who runs the installation."""
        return is_keeper(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Accounts are made by invitation."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An account is closed, not deleted: what it did keeps its author."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Who runs the installation."""
        return is_keeper(request)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Never by a hidden column."""
        return lookup.partition("__")[0] in {"is_active", "is_superuser", "pk", "id"}

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """One cannot lock oneself out."""
        form = super().get_form(request, obj, change, **kwargs)
        if obj is not None and obj.pk == request.user.pk:
            for name in ("is_active", "is_superuser"):
                field = form.base_fields[name]
                field.disabled, field.help_text = True, _("Somebody else has to change this for you.")
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the services, so that the ledgers know of an account that was closed."""
        try:
            people.save_account(obj, cast("Person", request.user))
        except PeopleRefused as refused:
            self.message_user(request, refused.refusal.label, messages.ERROR)
