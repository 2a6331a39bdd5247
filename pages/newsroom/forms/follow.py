"""Following by e-mail, and leaving."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from pages.enums import DepartureCause
from pages.notices.addresses import BadHeader, checked_address


class SubscribeForm(forms.Form):
    """An address, and a field that only machines fill in."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        error_messages={
            "required": _("Write your e-mail address here."),
            "invalid": _("This is not an e-mail address. It looks like name@example.org."),
        },
    )
    website = forms.CharField(required=False, max_length=2000)

    def clean_email(self) -> str:
        """The bare address. Refuses what could not stand in a mail's header."""
        try:
            return checked_address(self.cleaned_data["email"])
        except BadHeader as error:
            raise forms.ValidationError(self.fields["email"].error_messages["invalid"]) from error

    @property
    def trapped(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(self.data.get("website"))


class WhyForm(forms.Form):
    """One cause of the closed list."""

    cause = forms.ChoiceField(
        label=_("Why did you leave?"),
        choices=DepartureCause.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the reasons, or close this page.")},
    )
