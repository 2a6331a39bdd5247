"""Forms of signing in, of a lost password, and of an invitation's first visit."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordMixin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cm_suite.core import clock
from pages.models import Person
from pages.services import accounts
from pages.visitors import client_address


class SignInForm(AuthenticationForm):
    """E-mail and password; after too many failures it says how long to wait and looks at nothing."""

    username = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    error_messages = {
        "invalid_login": _(
            "This e-mail and this password do not go together. Check both, or ask for a new password."
        ),
        "inactive": _("This account is closed."),
    }

    def clean(self) -> dict[str, Any]:
        """Check the throttle, then the password. Raises ValidationError."""
        email = self.cleaned_data.get("username") or ""
        place = client_address(self.request), self._device(email)
        until = accounts.locked_until(email, *place)
        if until is not None:
            raise ValidationError(wait_words(until), code="throttled")
        try:
            return super().clean()
        except ValidationError:
            accounts.note_failure(email, *place)
            raise

    def _device(self, email: str) -> str:
        token = self.request.COOKIES.get(accounts.DEVICE_COOKIE, "") if self.request else ""
        return accounts.device(email, token)


def wait_words(until: datetime) -> str:
    """How long the door stays shut, in whole minutes rounded up."""
    minutes = max(1, math.ceil((until - clock.now()).total_seconds() / 60))
    words = ngettext(
        "Too many attempts. Try again in %(count)d minute, or ask for a new password.",
        "Too many attempts. Try again in %(count)d minutes, or ask for a new password.",
        minutes,
    )
    return words % {"count": minutes}


class PasswordResetRequestForm(forms.Form):
    """The e-mail to send a link to."""

    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class WelcomeForm(SetPasswordMixin[Person], forms.Form):
    """Name and password of somebody invited who has no account yet."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password1, password2 = SetPasswordMixin.create_password_fields(
        label1=_("Password"), label2=_("The same password again")
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """Compare the two passwords and hold them against the rules. Problems land on their fields."""
        self.validate_passwords()
        person = Person(email=self.email, name=self.cleaned_data.get("name", ""))
        self.validate_password_for_user(person, "password1")
        return self.cleaned_data
