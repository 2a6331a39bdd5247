"""Forms about people: inviting, roles, one's own profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from pages.enums import Role
from pages.models import Person

if TYPE_CHECKING:
    PersonForm = forms.ModelForm[Person]
else:
    PersonForm = forms.ModelForm


class InviteForm(forms.Form):
    """An address and the role it is invited to."""

    email = forms.EmailField(label=_("E-mail"))
    role = forms.TypedChoiceField(label=_("Role"), choices=Role.choices, coerce=Role, initial=Role.AUTHOR)


class RoleForm(forms.Form):
    """A role."""

    role = forms.TypedChoiceField(label=_("Role"), choices=Role.choices, coerce=Role)


class ProfileForm(PersonForm):
    """What a person says of themselves."""

    class Meta:
        model = Person
        fields = ("name", "language")


class PasswordForm(PasswordChangeForm):
    """The old password and a new one; on a page with other forms it does not take the focus."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].widget.attrs.pop("autofocus", None)
