"""What leads type about an audit as a whole, and the draft that all of it makes."""

from __future__ import annotations

from datetime import time
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pages.enums import Act
from pages.forms.rows import RowsField
from pages.models import Brand, Person
from pages.selectors.people import people_with
from reputation import cadence
from reputation.cadence import DAY_MOST, Cadence, Every, Weekday
from reputation.enums import Refusal
from reputation.forms.rows import NAME_MOST, LinesField, Publics, Sources
from reputation.lines import phrases
from reputation.messages import refusal
from reputation.rules import check_cron
from reputation.scoring.words import folded_words
from reputation.services.drafts import AuditDraft, PublicDraft, SourceDraft

SUBJECT_MOST: Final = 300
CRON_MOST: Final = 60
EIGHT: Final = time(8)
# What each rhythm asks for; what it does not ask for is not looked at.
_TIMES: Final = frozenset({"weekday", "day", "at", "cron"})
_ASKED: Final = {
    Every.DAY.value: frozenset({"at"}),
    Every.WEEK.value: frozenset({"at", "weekday"}),
    Every.MONTH.value: frozenset({"at", "day"}),
    Every.OWN.value: frozenset({"cron"}),
}


class HourInput(forms.TimeInput):
    """The browser's own clock, in hours and minutes."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class AuditForm(forms.Form):
    """The audit itself. `version` is the one the person saw: who saved first is not overwritten unseen."""

    name = forms.CharField(label=gettext_lazy("Name of the audit"), max_length=NAME_MOST)
    subject = LinesField(
        label=gettext_lazy("Names to look for"),
        max_length=SUBJECT_MOST,
        help_text=gettext_lazy("One a line: the brand as people write it, its products, its managers."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    every = forms.ChoiceField(
        label=gettext_lazy("How often"),
        choices=Every.choices,
        initial=Every.WEEK,
        widget=forms.RadioSelect(attrs={"cards": True}),
    )
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Day of the week"),
        choices=Weekday.choices,
        coerce=int,
        initial=Weekday.MONDAY,
        required=False,
    )
    day = forms.IntegerField(
        label=gettext_lazy("Day of the month"),
        min_value=1,
        max_value=DAY_MOST,
        initial=1,
        required=False,
        help_text=gettext_lazy("From 1 to 28, which every month has."),
    )
    at = forms.TimeField(
        label=gettext_lazy("Hour"),
        initial=EIGHT,
        required=False,
        widget=HourInput,
        input_formats=["%H:%M", "%H:%M:%S"],
    )
    cron = forms.CharField(
        label=gettext_lazy("Schedule"),
        max_length=CRON_MOST,
        required=False,
        help_text=gettext_lazy(
            "Five fields, as in cron: minute, hour, day, month, day of the week. "
            "30 7 * * 1-5 is 07:30 on weekdays."
        ),
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false", "class": "is-code"}),
    )
    recipients: RowsField[Person] = RowsField(
        label=gettext_lazy("Who gets the report by e-mail"),
        queryset=Person.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"cards": True}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, brand: Brand, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("RowsField[Person]", self.fields["recipients"])
        field.queryset = people_with(brand, Act.SEE)

    def clean_subject(self) -> tuple[str, ...]:
        """The names, each once."""
        found = phrases(self.cleaned_data["subject"])
        if not found:
            raise forms.ValidationError(_("Write at least one name."), code="required")
        short = [name for name in found if len("".join(folded_words(name))) < 2]
        if short:
            raise forms.ValidationError(
                _("“%(name)s” cannot be looked for. Write a name of at least two letters."),
                code="short",
                params={"name": short[0]},
            )
        return found

    def clean(self) -> dict[str, Any]:
        """The schedule, read as one: `cadence`."""
        data = super().clean() or self.cleaned_data
        every = data.get("every")
        for name in _TIMES - _ASKED.get(str(every), frozenset()):
            self.errors.pop(name, None)
        if every == Every.OWN and "cron" not in self.errors:
            self._check_cron(data.get("cron", ""))
        if every and not self.errors.keys() & _TIMES:
            data["cadence"] = _cadence(data)
        return data

    def _check_cron(self, line: str) -> None:
        line = " ".join(line.split())
        wrong = check_cron(line) if line else Refusal.CRON_INVALID
        if wrong is not None:
            self.add_error("cron", refusal(wrong, {}))

    @property
    def schedule(self) -> str | None:
        """The cron line that was asked for; None where it makes no sense yet."""
        self.is_valid()
        found: Cadence | None = getattr(self, "cleaned_data", {}).get("cadence")
        return None if found is None else cadence.write(found)


def _cadence(data: dict[str, Any]) -> Cadence:
    return Cadence(
        every=Every(data["every"]),
        at=(data.get("at") or EIGHT).replace(second=0),
        weekday=Weekday(Weekday.MONDAY if data.get("weekday") in {None, ""} else data["weekday"]),
        day=data.get("day") or 1,
        cron=data.get("cron", ""),
    )


def draft(form: AuditForm, publics: Publics, sources: Sources) -> AuditDraft:
    """What was typed, from three forms that are valid."""
    data = form.cleaned_data
    return AuditDraft(
        name=data["name"],
        subject=data["subject"],
        publics=tuple(
            PublicDraft(row["kind"], row["name"], row["queries"])
            for row in (each.cleaned_data for each in publics.kept())
        ),
        sources=tuple(
            SourceDraft(row["kind"], row["name"], row["feed"], row["urls"])
            for row in (each.cleaned_data for each in sources.kept())
        ),
        cron=cadence.write(data["cadence"]),
        recipients=tuple(person.pk for person in data["recipients"]),
    )
