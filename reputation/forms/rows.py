"""The lists in an audit's form: publics and what they ask, sources and their addresses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, cast
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cm_suite.core.text import clip
from reputation.enums import PublicKind, SourceKind
from reputation.lines import addresses, phrases
from reputation.messages import bad_line
from reputation.rules import MOST_ADDRESSES, MOST_PUBLICS, MOST_QUERIES, MOST_SOURCES
from reputation.scoring.words import folded_words
from reputation.sources.addresses import BadLine

NAME_MOST: Final = 80
QUERY_MOST: Final = 120
SAID_LINES: Final = 5
MOST_LINES: Final = 4 * MOST_ADDRESSES  # longer lists are not even read
SPARE_ROWS: Final = 10  # that a sheet may hold too many and still be shown whole


class LinesField(forms.CharField):
    """A text of several lines, of which the end of each counts as one character, as browsers count it."""

    def to_python(self, value: Any) -> Any:
        """The text with its lines ended by a line feed alone."""
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


class RowForm(forms.Form):
    """A row of a list that may stay empty: only what was typed counts, never a choice alone."""

    typed: tuple[str, ...] = ()

    def has_changed(self) -> bool:
        """Whether something was typed in the row."""
        return any(str(self[name].data or "").strip() for name in self.typed)

    @property
    def stays(self) -> bool:
        """Whether the row, which is valid, is wanted."""
        return self.has_changed() and not self.cleaned_data.get("DELETE")


class PublicForm(RowForm):
    """Those who ask, and what they ask."""

    typed = ("name", "queries")
    kind = forms.ChoiceField(label=gettext_lazy("Public"), choices=PublicKind.choices)
    name = forms.CharField(
        label=gettext_lazy("Name in the report"),
        max_length=NAME_MOST,
        required=False,
        help_text=gettext_lazy("Empty: the kind of public."),
    )
    queries = LinesField(
        label=gettext_lazy("What it asks"),
        required=False,
        max_length=MOST_QUERIES * (QUERY_MOST + 1),
        help_text=gettext_lazy(
            "One query a line. A page matches when it names the brand and holds every word of the line."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_queries(self) -> tuple[str, ...]:
        """The queries, each once and not too long."""
        found = phrases(self.cleaned_data["queries"])
        if not found:
            raise forms.ValidationError(_("Write what this public asks, one query a line."), code="required")
        if len(found) > MOST_QUERIES:
            raise forms.ValidationError(
                _("%(count)s queries, at most %(most)s. Keep those that are asked most."),
                params={"count": len(found), "most": MOST_QUERIES},
            )
        for number, line in enumerate(found, 1):
            if len(line) > QUERY_MOST:
                raise forms.ValidationError(
                    _("Query %(number)s is longer than %(most)s characters. Keep its main words."),
                    params={"number": number, "most": QUERY_MOST},
                )
            if not folded_words(line):
                raise forms.ValidationError(
                    _("Query %(number)s holds no word: nothing would ever match it."),
                    params={"number": number},
                )
        return found

    def clean(self) -> dict[str, Any]:
        """A public without a name bears that of its kind."""
        data = super().clean() or self.cleaned_data
        if "kind" in data and "name" in data:
            data["name"] = " ".join(data["name"].split()) or str(PublicKind(data["kind"]).label)
        return data


class SourceForm(RowForm):
    """Where to look: a feed, or a list of addresses that was pasted."""

    typed = ("name", "feed", "urls")
    kind = forms.ChoiceField(label=gettext_lazy("Kind of source"), choices=SourceKind.choices)
    name = forms.CharField(
        label=gettext_lazy("Name in the report"),
        max_length=NAME_MOST,
        required=False,
        help_text=gettext_lazy("Empty: the name of the site."),
    )
    feed = forms.CharField(
        label=gettext_lazy("Address of the feed"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("RSS or Atom. What it names at each run is read."),
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    urls = forms.CharField(
        label=gettext_lazy("Addresses of the pages"),
        required=False,
        help_text=format_lazy(
            gettext_lazy("One a line, at most {most}. Paste a column of a spreadsheet as it is."),
            most=MOST_ADDRESSES,
        ),
        widget=forms.Textarea(
            attrs={"rows": 5, "placeholder": "https://", "spellcheck": "false", "wrap": "off"}
        ),
    )

    def clean_feed(self) -> str:
        """One whole address, or nothing."""
        found = addresses(self.cleaned_data["feed"], settings.CM_ALLOWED_HOSTS)
        if found.bad or len(found.good) > 1:
            why = bad_line(found.bad[0].code if found.bad else "address_malformed")
            raise forms.ValidationError(
                _("Paste the whole address of one feed: %(why)s"), params={"why": why}
            )
        return found.good[0] if found.good else ""

    def clean_urls(self) -> tuple[str, ...]:
        """The addresses, each once; each line that is none is named by its number."""
        text = self.cleaned_data["urls"]
        lines = len(text.splitlines())
        if lines > MOST_LINES:
            raise _too_many(lines)
        found = addresses(text, settings.CM_ALLOWED_HOSTS)
        if found.bad:
            raise forms.ValidationError(
                [
                    *(_line_error(line) for line in found.bad[:SAID_LINES]),
                    *_more_lines(len(found.bad) - SAID_LINES),
                ]
            )
        if len(found.good) > MOST_ADDRESSES:
            raise _too_many(len(found.good))
        return found.good

    def clean(self) -> dict[str, Any]:
        """A feed has its address, a list its lines; without a name, the site's stands for it."""
        data = super().clean() or self.cleaned_data
        if data.get("kind") == SourceKind.FEED:
            data["urls"] = ()
            self.errors.pop("urls", None)
            if not data.get("feed") and "feed" not in self.errors:
                self.add_error("feed", _("Paste the address of the feed."))
        elif data.get("kind") == SourceKind.URLS:
            data["feed"] = ""
            self.errors.pop("feed", None)
            if not data.get("urls") and "urls" not in self.errors:
                self.add_error("urls", _("Paste the addresses of the pages to read, one a line."))
        data["own_name"] = bool(data.get("name", "").strip())
        data["name"] = " ".join(data.get("name", "").split()) or _site(data)
        return data


def _line_error(line: BadLine) -> forms.ValidationError:
    return forms.ValidationError(
        _("Line %(number)s, %(line)s: %(why)s"),
        params={"number": line.number, "line": clip(line.text, 60), "why": bad_line(line.code)},
    )


def _too_many(count: int) -> forms.ValidationError:
    return forms.ValidationError(
        _("%(count)s addresses, at most %(most)s a source. Put the rest in another source."),
        params={"count": count, "most": MOST_ADDRESSES},
    )


def _more_lines(count: int) -> Iterable[str]:
    if count > 0:
        yield ngettext("%(count)s more line like this.", "%(count)s more lines like this.", count) % {
            "count": count
        }


def _site(data: dict[str, Any]) -> str:
    """The site that a source reads, as its name."""
    first = data.get("feed") or next(iter(data.get("urls", ())), "")
    host = urlsplit(first).hostname or ""
    return host.removeprefix("www.")[:NAME_MOST]


class Rows[Form: RowForm](forms.BaseFormSet[Form]):
    """Rows of which those that stay have names of their own, and at least one stays."""

    default_error_messages = {
        "too_many_forms": gettext_lazy("There is room for %(num)s and no more: remove some."),
    }
    incomplete = gettext_lazy("This list came incomplete. Load the page again.")
    missing = gettext_lazy("Add at least one.")
    namesake = gettext_lazy("Two have the name “%(name)s”. Give one of them another.")

    def clean(self) -> None:
        """At least one row; each name once. Of a list that came without its count nothing else is said."""
        if not self.management_form.is_valid():
            raise forms.ValidationError(self.incomplete, code="missing_management_form")
        if any(self.errors):
            return
        self.settle()
        names = [form.cleaned_data["name"] for form in self.kept()]
        twice = next((name for name in names if names.count(name) > 1), None)
        if not names:
            raise forms.ValidationError(self.missing, code="missing")
        if twice is not None:
            raise forms.ValidationError(self.namesake, code="namesake", params={"name": twice})

    def settle(self) -> None:
        """What a list does with its rows before their names are compared."""

    def kept(self) -> list[Form]:
        """The rows that are filled in and not to be removed."""
        return [form for form in self.forms if form.stays]

    def initial_form_count(self) -> int:
        """No row that comes back is better than another: one that was emptied is gone."""
        return 0 if self.is_bound else super().initial_form_count()

    def add_fields(self, form: Form, index: int | None) -> None:
        """Say what the box that deletes a row does."""
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Remove")


class Publics(Rows[PublicForm]):
    """The publics of an audit."""

    missing = gettext_lazy("Add at least one public, and what it asks.")


class Sources(Rows[SourceForm]):
    """The sources of an audit."""

    missing = gettext_lazy("Add at least one source: where to look.")

    def settle(self) -> None:
        """Number the sites that name two sources; a name that was typed is never changed."""
        taken = {form.cleaned_data["name"] for form in self.kept() if form.cleaned_data["own_name"]}
        for form in self.kept():
            data = form.cleaned_data
            if not data["own_name"]:
                data["name"] = _free(data["name"], taken)
                taken.add(data["name"])


def _free(name: str, taken: set[str]) -> str:
    number = 1
    found = name
    while found in taken:
        number += 1
        found = f"{name[: NAME_MOST - 4]} {number}"
    return found


PublicFormSet = cast(
    "type[Publics]",
    forms.formset_factory(
        PublicForm,
        formset=Publics,
        extra=1,
        max_num=MOST_PUBLICS,
        absolute_max=MOST_PUBLICS + SPARE_ROWS,
        validate_max=True,
        can_delete=True,
    ),
)
SourceFormSet = cast(
    "type[Sources]",
    forms.formset_factory(
        SourceForm,
        formset=Sources,
        extra=1,
        max_num=MOST_SOURCES,
        absolute_max=MOST_SOURCES + SPARE_ROWS,
        validate_max=True,
        can_delete=True,
    ),
)
