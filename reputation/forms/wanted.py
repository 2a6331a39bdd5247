"""Which evidence a person asks for: by public, opinion, source, fault. Read from the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reputation.enums import Sentiment
from reputation.messages import fault
from reputation.models import Mention, Public, Run, Source
from reputation.selectors.evidence import ALL, COPIES, NO_PUBLIC, ORIGINALS, Wanted, fault_codes

type Choices = list[tuple[str, str]]


class Chooser(forms.Form):
    """Choices in an address: one that is unknown is as if it was not made."""

    def chosen(self, name: str) -> str:
        """What was chosen in this field; empty for nothing, or nothing that is offered."""
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")

    def _offer(self, name: str, choices: Choices) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def _number(self, name: str) -> int | None:
        chosen = self.chosen(name)
        return int(chosen) if chosen else None


class WantedForm(Chooser):
    """Which mentions of a run."""

    public = forms.ChoiceField(label=gettext_lazy("Public"), required=False)
    sentiment = forms.ChoiceField(label=gettext_lazy("Opinion"), required=False)
    source = forms.ChoiceField(label=gettext_lazy("Source"), required=False)
    which = forms.ChoiceField(label=gettext_lazy("Copies"), required=False)
    words = forms.CharField(required=False, widget=forms.HiddenInput, max_length=120)
    copy_of: forms.ModelChoiceField[Mention] = forms.ModelChoiceField(
        queryset=Mention.objects.none(), required=False, widget=forms.HiddenInput
    )

    def __init__(self, run: Run, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        cast("forms.ModelChoiceField[Mention]", self.fields["copy_of"]).queryset = run.mentions.all()
        asked = Public.objects.filter(queries__runs=run).distinct()
        self._offer(
            "public",
            [
                ("", _("Every public")),
                *((str(public.pk), public.name) for public in asked),
                (NO_PUBLIC, _("Nothing that any public asks")),
            ],
        )
        self._offer("sentiment", [("", _("Every opinion")), *cast("Choices", Sentiment.choices)])
        self._offer("source", [("", _("Every source")), *sources_in(run)])
        self._offer(
            "which",
            [
                ("", _("Without copies")),
                (COPIES, _("Copies only")),
                (ALL, _("With copies")),
            ],
        )

    @property
    def original(self) -> Mention | None:
        """The mention whose copies are asked for, when there is one."""
        self.is_valid()
        found: Mention | None = self.cleaned_data.get("copy_of")
        return found

    def wanted(self) -> Wanted:
        """What to look for."""
        original = self.original
        return Wanted(
            public=self.chosen("public"),
            sentiment=self.chosen("sentiment"),
            source=self._number("source"),
            words=self.chosen("words"),
            which=self.chosen("which") or ORIGINALS,
            copy_of=original.pk if original else None,
        )


class FaultsForm(Chooser):
    """Which pages that were not read."""

    code = forms.ChoiceField(label=gettext_lazy("Reason"), required=False)
    source = forms.ChoiceField(label=gettext_lazy("Source"), required=False)

    def __init__(self, run: Run, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        codes = [(code, str(fault(code).what)) for code in fault_codes(run)]
        self._offer("code", [("", _("Every reason")), *codes])
        self._offer("source", [("", _("Every source")), *sources_in(run)])

    def wanted(self) -> tuple[str, int | None]:
        """The code of the fault, the source's id."""
        return self.chosen("code"), self._number("source")


def sources_in(run: Run) -> Choices:
    """The sources that the run asked."""
    asked = Source.objects.filter(answers__run=run)
    return [(str(source.pk), source.name) for source in asked]
