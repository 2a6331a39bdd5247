"""What people type about posts, times and caps."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final, cast

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from cm_suite.core.text import is_blank
from pages.enums import PageState
from pages.forms.rows import RowsField
from pages.models import Brand, Page
from publishing.enums import ContentType
from publishing.models import Post
from publishing.services.fits import not_published

TEXT_MOST: Final = 70_000
REASON_MOST: Final = 300
MINUTES_MOST: Final = 60 * 24 * 30
HOURS_MOST: Final = 24 * 365
POSTS_MOST: Final = 500
CAPS_MOST: Final = 10


class Unit(TextChoices):
    """In what a window is counted."""

    HOURS = "hours", _("hours")
    DAYS = "days", _("days")


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

    @classmethod
    def at(cls, wall: datetime, page_id: int) -> WhenForm:
        """The form of one page among several, filled with a naive wall time."""
        return cls(initial={"day": wall.date(), "time": wall.time()}, auto_id=f"%s-{page_id}")

    @classmethod
    def typed(cls, data: Mapping[str, Any], page_id: int) -> WhenForm:
        """The form of one page as it was sent."""
        return cls(data, auto_id=f"%s-{page_id}")

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
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
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
        """The text without blanks at its ends; one that shows nothing is refused."""
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        if is_blank(text):
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


class ComposeForm(ContentForm):
    """A new post: its words, and for which pages and when, if that is known already.

    `key` is made with the empty form: sent twice, it makes one post.
    """

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    pages: RowsField[Page] = RowsField(
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
        field = cast("RowsField[Page]", self.fields["pages"])
        connected = Page.objects.filter(brand=brand).exclude(state=PageState.DISCONNECTED)
        connected = connected.exclude(network__in=not_published())
        field.queryset = connected.select_related("brand").order_by("-network", "name", "pk")

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


class CapForm(forms.Form):
    """One cap: at most so many posts in any window of so many hours or days."""

    at_most = forms.IntegerField(
        label=_("At most"),
        min_value=1,
        max_value=POSTS_MOST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    length = forms.IntegerField(
        label=_("posts in any"),
        min_value=1,
        max_value=HOURS_MOST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=Unit.choices, initial=Unit.HOURS)

    def has_changed(self) -> bool:
        """Whether a number was typed; a unit alone is no cap."""
        return any(str(self[name].data or "").strip() for name in ("at_most", "length"))

    def clean(self) -> dict[str, Any]:
        """The window's length in hours is `hours`; no window is longer than a year."""
        data = super().clean() or self.cleaned_data
        length = data.get("length")
        if length is not None:
            data["hours"] = length * 24 if data.get("unit") == Unit.DAYS else length
            if data["hours"] > HOURS_MOST:
                self.add_error("length", _("A window is a year long at most."))
        return data


class BaseCaps(forms.BaseFormSet[CapForm]):
    """The caps of a page; two of them may not have the same window."""

    def clean(self) -> None:
        """Each window once, among the rows that stay."""
        seen: set[int] = set()
        for form in self._kept():
            hours = form.cleaned_data.get("hours")
            if hours in seen:
                raise forms.ValidationError(
                    _("Two caps have the same window. Keep one of them."), code="same_window"
                )
            seen.update({hours} if hours else set())

    @property
    def caps(self) -> dict[int, int]:
        """Posts allowed by window in hours, from the rows that are filled in and stay."""
        rows = [form.cleaned_data for form in self._kept()]
        return {row["hours"]: row["at_most"] for row in rows}

    def initial_form_count(self) -> int:
        """No row that comes back is better than another: one that was emptied is gone."""
        return 0 if self.is_bound else super().initial_form_count()

    def add_fields(self, form: CapForm, index: int | None) -> None:
        """Say what the box that deletes a row does."""
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Remove")

    def _kept(self) -> list[CapForm]:
        return [form for form in self.forms if form.has_changed() and not form.cleaned_data.get("DELETE")]


CapFormSet = cast(
    "type[BaseCaps]",
    forms.formset_factory(
        CapForm, formset=BaseCaps, extra=1, max_num=CAPS_MOST, validate_max=True, can_delete=True
    ),
)


def cap_rows(caps: Mapping[int, int]) -> list[dict[str, object]]:
    """What the rows of the formset hold for these caps (posts allowed by hours), the shortest first."""
    return [
        {"at_most": most, "length": hours // 24, "unit": Unit.DAYS}
        if hours % 24 == 0 and hours > 24
        else {"at_most": most, "length": hours, "unit": Unit.HOURS}
        for hours, most in sorted(caps.items())
    ]


class GapForm(forms.Form):
    """The least time between two posts; empty or nought for none.

    `seen` is what the rules were when the form was shown: whoever saved first is not overwritten unseen.
    """

    minutes = forms.IntegerField(
        label=_("Least gap between two posts (minutes)"),
        required=False,
        min_value=0,
        max_value=MINUTES_MOST,
        help_text=_("Empty: posts may follow each other at once."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


def wall_time(day: date, at: time) -> datetime:
    """A naive wall time, to the minute."""
    return datetime.combine(day, at.replace(second=0, microsecond=0, tzinfo=None))
