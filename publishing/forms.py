"""What people type about posts, times and caps."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from pages.models import Brand, Page
from publishing.enums import ContentType
from publishing.models import Cap, Gap, Post

TEXT_MOST: Final = 70_000
REASON_MOST: Final = 300
MINUTES_MOST: Final = 60 * 24 * 30


class DayInput(forms.DateInput):
    """The browser's own calendar; it wants ISO dates whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own clock, in hours and minutes."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class WhenForm(forms.Form):
    """A day and a time on the clocks of the brand's zone."""

    day = forms.DateField(label=_("Day"), widget=DayInput, input_formats=["%Y-%m-%d"])
    time = forms.TimeField(label=_("Time"), widget=TimeInput, input_formats=["%H:%M", "%H:%M:%S"])
    override_reason = forms.CharField(
        label=_("Why pass over the cap"),
        max_length=REASON_MOST,
        required=False,
        help_text=_("Kept in the brand’s ledger with your name."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    @property
    def wall(self) -> datetime:
        """The naive wall time that was asked for. Raises KeyError on a form that is not valid."""
        return wall_time(self.cleaned_data["day"], self.cleaned_data["time"])


class ContentForm(forms.Form):
    """The words of a post, its link and what kind of content it is."""

    text = forms.CharField(
        label=_("Text"),
        max_length=TEXT_MOST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 7, "dir": "auto", "data-grow": True}),
    )
    link = forms.URLField(
        label=_("Link"),
        max_length=500,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    content_type = forms.ChoiceField(
        label=_("Content type"),
        choices=ContentType.choices,
        initial=ContentType.INFORMATION,
        help_text=_("Promotions are shown as such on the public page."),
        widget=forms.RadioSelect(attrs={"cards": True}),
    )

    def clean_text(self) -> str:
        """The text without blanks at its ends; one that is nothing but blanks is refused."""
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        if not text:
            raise forms.ValidationError(_("Write something first."), code="required")
        return text


class EditForm(ContentForm):
    """A change of a post, against the version the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    @classmethod
    def of(cls, post: Post) -> EditForm:
        """The form filled with the post as it stands."""
        return cls(
            initial={
                "text": post.text,
                "link": post.link,
                "content_type": post.content_type,
                "version": post.version,
            }
        )


class PagesField(forms.ModelMultipleChoiceField[Page]):
    """Choice among a brand's pages, by name."""

    def label_from_instance(self, obj: Page) -> str:
        """The page's name; its network stands beside it in the template."""
        return obj.name


class ComposeForm(ContentForm):
    """A new post: its words, and for which pages and when, if that is known already.

    `key` is made with the empty form: sent twice, it makes one post.
    """

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    pages = PagesField(
        label=_("Pages"),
        queryset=Page.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"cards": True}),
    )
    day = forms.DateField(label=_("Day"), required=False, widget=DayInput, input_formats=["%Y-%m-%d"])
    time = forms.TimeField(
        label=_("Time"), required=False, widget=TimeInput, input_formats=["%H:%M", "%H:%M:%S"]
    )

    def __init__(self, *args: Any, brand: Brand, planning: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.planning = planning
        field = self.fields["pages"]
        if isinstance(field, PagesField):
            field.queryset = Page.objects.filter(brand=brand).exclude(state="disconnected")

    def clean(self) -> dict[str, Any]:
        """A plan needs at least one page, a day and a time; a draft needs none of them."""
        data = super().clean() or self.cleaned_data
        if self.planning:
            if not data.get("pages"):
                self.add_error("pages", _("Choose at least one page, or save a draft."))
            for name in ("day", "time"):
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Say when, or save a draft."))
        return data

    @property
    def wall(self) -> datetime | None:
        """The naive wall time that was asked for, None when a part of it is missing."""
        day, at = self.cleaned_data.get("day"), self.cleaned_data.get("time")
        return wall_time(day, at) if day is not None and at is not None else None


class ReasonForm(forms.Form):
    """An act that needs its reason."""

    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_MOST, widget=forms.Textarea(attrs={"rows": 2})
    )


class FoundForm(forms.Form):
    """Where a person found a post whose answer was lost."""

    url = forms.URLField(label=_("Address of the post"), max_length=500, assume_scheme="https")


class CapForm(forms.ModelForm[Cap]):
    """One cap: at most so many posts in any window of so many hours."""

    class Meta:
        model = Cap
        fields = ("at_most", "hours")
        widgets = {
            "at_most": forms.NumberInput(attrs={"min": 1, "max": 500}),
            "hours": forms.NumberInput(attrs={"min": 1, "max": 8760}),
        }

    def clean(self) -> dict[str, Any]:
        """Neither number may be nought, nor the window longer than a year."""
        data = super().clean() or self.cleaned_data
        for name, most in (("at_most", 500), ("hours", 8760)):
            value = data.get(name)
            if value is not None and not 1 <= value <= most:
                self.add_error(name, _("Between 1 and %(most)s.") % {"most": most})
        return data


CapFormSet = forms.inlineformset_factory(Page, Cap, form=CapForm, extra=1, max_num=10, validate_max=True)


class GapForm(forms.Form):
    """The least time between two posts; empty or nought for none."""

    minutes = forms.IntegerField(
        label=_("Least gap between two posts (minutes)"),
        required=False,
        min_value=0,
        max_value=MINUTES_MOST,
        help_text=_("Empty: posts may follow each other at once."),
    )

    @classmethod
    def of(cls, page: Page) -> GapForm:
        """The form filled with the page's gap."""
        minutes: Iterable[int] = Gap.objects.filter(page=page).values_list("minutes", flat=True)
        return cls(initial={"minutes": next(iter(minutes), None)})


def wall_time(day: date, at: time) -> datetime:
    """A naive wall time, to the minute."""
    return datetime.combine(day, at.replace(second=0, microsecond=0, tzinfo=None))
