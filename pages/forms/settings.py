"""Forms of a brand's settings, its charter, its pauses, and a person's notices."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from pages.forms.zones import zone_choices
from pages.models import Brand, Page
from pages.newsroom.models import CommentMode
from pages.notices.enums import NoticeKind
from pages.notices.rules import Ways
from pages.services.brand_settings import FIELDS, values_of


def _flat(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was posted, one value a field."""
    return {name: data.get(name) for name in data}


if TYPE_CHECKING:
    BrandModelForm = forms.ModelForm[Brand]
else:
    BrandModelForm = forms.ModelForm


class BrandForm(BrandModelForm):
    """The brand and its legal notice. `seen` carries the values as they were when the form was shown."""

    zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Every hour of this brand is shown in it. Planned posts keep their instant."),
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    class Meta:
        model = Brand
        fields = FIELDS
        widgets = {"postal_address": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "tagline": _("One sentence under the name on the public page."),
            "kind": _(
                "Who is meant when visitors write “you”. Comments are read by it from now on: the law does "
                "not say the same of words aimed at a public body and at a company."
            ),
            "language": _("The language of the public page, and of the mails to those who follow it."),
            "publisher": _(
                "A company: name, legal form, capital, registration number. A person: first and last name."
            ),
            "publication_director": _("The person who answers for what is published, by name."),
            "contact_email": _("Where visitors write, also to report unlawful content."),
            "postal_address": _(
                "The registered office, or the home address of a person, with a telephone number."
            ),
            "host": _("Name, address and telephone number of whoever hosts this site."),
        }

    def __init__(self, brand: Brand, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, instance=copy(brand), initial={"seen": json.dumps(values_of(brand))})
        known = {name for _area, places in zone_choices() for name, _place in places}
        zones: Any = zone_choices() if brand.zone in known else [(brand.zone, brand.zone), *zone_choices()]
        cast("forms.ChoiceField", self.fields["zone"]).choices = zones

    def clean_postal_address(self) -> str:
        """Line breaks as the database keeps them."""
        return str(self.cleaned_data["postal_address"]).replace("\r\n", "\n")

    def clean_seen(self) -> dict[str, str]:
        """What the person was shown, field by field."""
        try:
            seen = json.loads(self.cleaned_data["seen"])
        except ValueError:
            seen = None
        if not isinstance(seen, dict) or set(seen) != set(FIELDS):
            raise forms.ValidationError(_("This form is out of date. Check the values, then save again."))
        return {field: str(value) for field, value in seen.items()}

    def wanted(self) -> dict[str, str]:
        """What the person wants to stand."""
        return {field: self.cleaned_data[field] for field in FIELDS}

    def shown_again(self, current: Mapping[str, str]) -> None:
        """Keep what was typed; from now on the person has seen what stands.

        A field they left as they had seen it shows what stands: a second save must not undo it unseen.
        """
        typed = self.cleaned_data
        seen = typed.get("seen", {})
        left = {
            field: current[field] for field in FIELDS if field in seen and typed.get(field) == seen[field]
        }
        self.data = {**_flat(self.data), **left, "seen": json.dumps(dict(current))}


class CharterForm(forms.Form):
    """The text of the charter; `seen` is the mark of the text that was shown."""

    text = forms.CharField(
        label=_("Text"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("An empty line begins a new paragraph. It is shown on the public page at once."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_text(self) -> str:
        """Line breaks as the database keeps them."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n").strip()

    def shown_again(self, mark: str) -> None:
        """Keep what was typed; from now on the person has seen the text with this mark."""
        self.data = {**_flat(self.data), "seen": mark}


class CommentsForm(forms.Form):
    """How the newsroom takes comments; `seen` is what the person was shown."""

    mode = forms.ChoiceField(
        label=_("How comments are taken"), choices=CommentMode.choices, widget=forms.RadioSelect
    )
    seen = forms.ChoiceField(choices=CommentMode.choices, widget=forms.HiddenInput)

    def wanted(self) -> CommentMode:
        """What the person wants."""
        return CommentMode(self.cleaned_data["mode"])

    def was_shown(self) -> CommentMode:
        """What stood when the form was shown."""
        return CommentMode(self.cleaned_data["seen"])

    def shown_again(self, current: CommentMode) -> None:
        """Keep what was chosen; from now on the person has seen what stands."""
        self.data = {**_flat(self.data), "seen": current.value}


class PauseForm(forms.Form):
    """What to pause, and why."""

    page = forms.ModelChoiceField(
        Page.objects.none(), label=_("What to pause"), required=False, empty_label=_("The whole brand")
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("Everybody on the brand reads it. It stays in the history."),
    )

    def __init__(self, brand: Brand, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Page]", self.fields["page"]).queryset = brand.pages.all()


class NoticesForm(forms.Form):
    """For each kind of notice: in the app, by mail."""

    def __init__(self, ways: Mapping[NoticeKind, Ways], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        for kind in NoticeKind:
            self.fields[f"{kind}-in_app"] = forms.BooleanField(required=False, initial=ways[kind].in_app)
            self.fields[f"{kind}-by_mail"] = forms.BooleanField(required=False, initial=ways[kind].by_mail)

    def lines(self) -> list[tuple[NoticeKind, forms.BoundField, forms.BoundField]]:
        """Each kind with its two boxes, in order."""
        return [(kind, self[f"{kind}-in_app"], self[f"{kind}-by_mail"]) for kind in NoticeKind]

    def chosen(self) -> dict[NoticeKind, Ways]:
        """What was chosen, for every kind."""
        said = self.cleaned_data
        return {kind: Ways(said[f"{kind}-in_app"], said[f"{kind}-by_mail"]) for kind in NoticeKind}
