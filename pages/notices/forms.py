"""Forms of notices and of outgoing mail."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class MailReasonForm(forms.Form):
    """Why somebody decides about a mail."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("One line: whoever asks later must understand it."),
    )
