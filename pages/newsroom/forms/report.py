"""Reporting a comment: the four parts of a notice under article 16 of the DSA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pages.newsroom.forms.stamped import Line, StampedForm, Words, address_of
from pages.newsroom.rules import COMMENT_MOST, NAME_MOST
from pages.newsroom.services import Notice
from pages.newsroom.tokens import FormKind

REASONS_LEAST: Final = 15  # characters: less explains nothing


class ReportForm(StampedForm):
    """Reasons, who writes, and good faith; the exact address is known.

    Of whoever reports the sexual abuse of a child the regulation asks neither name nor e-mail address.
    """

    kind = FormKind.REPORT

    reasons = Words(
        label=gettext_lazy("What is against the law in it, and why?"),
        most=COMMENT_MOST,
        empty=gettext_lazy("Say in your own words what is against the law in this comment, and why."),
    )
    name = Line(
        label=gettext_lazy("Your name"),
        most=NAME_MOST * 2,
        empty=gettext_lazy("A report bears the name of whoever makes it. The author does not read it."),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        error_messages={
            "required": gettext_lazy("The receipt and the decision are sent there: write your address."),
            "invalid": gettext_lazy("This is not an e-mail address. It looks like name@example.org."),
        },
    )
    good_faith = forms.BooleanField(
        label=gettext_lazy("I believe in good faith that what I say here is accurate and complete."),
        error_messages={"required": gettext_lazy("Tick this box: a report needs this statement.")},
    )

    child_abuse = forms.BooleanField(
        required=False,
        label=gettext_lazy("It is about the sexual abuse of a child: my name and address may stay empty."),
    )

    def __init__(self, about: int, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(about, data, **options)
        if self.is_bound and self["child_abuse"].data:
            self.fields["name"].required = self.fields["email"].required = False

    def clean_reasons(self) -> str:
        """Reasons that explain something."""
        reasons: str = self.cleaned_data["reasons"]
        if len(reasons) < REASONS_LEAST:
            raise forms.ValidationError(
                _("Explain a little more: what do the words say, of whom, and why is it against the law?")
            )
        return reasons

    def clean_email(self) -> str:
        """The bare address, empty where none is needed and none was given."""
        email: str = self.cleaned_data["email"]
        return address_of(email, self.fields["email"].error_messages["invalid"]) if email else ""

    def notice(self) -> Notice:
        """What was sent, once it is valid."""
        said = self.cleaned_data
        return Notice(self.nonce, said["reasons"], said["name"], said["email"])
