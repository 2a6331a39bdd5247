"""The form that asks for a share counter."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from pages.messages import network_name
from pages.models import Page

LONGEST: Final = 2000


class CounterForm(forms.Form):
    """An address of the web, and the page through which its network is asked."""

    url = forms.URLField(
        label=_("Address"),
        max_length=LONGEST,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        help_text=_("Of an article, a product, a post: any address that people share."),
        widget=forms.URLInput(attrs={"placeholder": "https://", "inputmode": "url"}),
    )
    page = forms.ModelChoiceField(Page.objects.none(), label=_("Ask through"), empty_label=None)

    def __init__(self, pages: list[Page], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["page"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # for the type
        field.queryset = Page.objects.filter(pk__in=[page.pk for page in pages])
        field.choices = [(page.pk, f"{page.name} · {network_name(page.network)}") for page in pages]
