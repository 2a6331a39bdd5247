"""Writing a comment, and changing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pages.newsroom.forms.stamped import Line, StampedForm, Words, address_of
from pages.newsroom.models import NewsroomPost
from pages.newsroom.rules import COMMENT_MOST, NAME_MOST, passes_for
from pages.newsroom.services import Draft
from pages.newsroom.tokens import FormKind


class CommentForm(StampedForm):
    """A name, words, and an address if one likes."""

    kind = FormKind.COMMENT

    name = Line(
        label=gettext_lazy("Your name"),
        most=NAME_MOST,
        empty=gettext_lazy("Write the name to show beside your comment. It may be a first name."),
    )
    text = Words(
        label=gettext_lazy("Your comment"),
        most=COMMENT_MOST,
        empty=gettext_lazy("There is nothing to read yet: write your comment here."),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        required=False,
        max_length=254,
        error_messages={
            "invalid": gettext_lazy(
                "This is not an e-mail address. It looks like name@example.org. You may also leave it empty."
            )
        },
    )
    to = forms.IntegerField(required=False, min_value=1, max_value=2**62)

    def __init__(self, post: NewsroomPost, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(post.pk, data, **options)
        self._brand_name = post.page.brand.name

    def clean_name(self) -> str:
        """A name that nobody takes for the brand's."""
        name: str = self.cleaned_data["name"]
        if passes_for(name, self._brand_name):
            raise forms.ValidationError(
                _("This is the name of the page: its own answers bear it. Choose another one.")
            )
        return name

    def clean_email(self) -> str:
        """The bare address, or nothing."""
        email: str = self.cleaned_data["email"]
        return address_of(email, self.fields["email"].error_messages["invalid"]) if email else ""

    def draft(self) -> Draft:
        """What was sent, once it is valid."""
        said = self.cleaned_data
        return Draft(self.nonce, said["name"], said["text"], said["email"], said["to"])


class EditForm(forms.Form):
    """The words of one's own comment, and the version they were shown in."""

    text = Words(
        label=gettext_lazy("Your comment"),
        most=COMMENT_MOST,
        empty=gettext_lazy("There is nothing left to read. To take your comment back, withdraw it below."),
    )
    version = forms.IntegerField(min_value=1, max_value=2**31)
