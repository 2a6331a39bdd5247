"""What the forms of visitors share: a stamp that makes them leave one row, a bait, words as typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cm_suite.core import clock
from cm_suite.core.text import is_blank
from pages.newsroom import prose, tokens
from pages.newsroom.rules import FORM_WITHIN, TOO_QUICK
from pages.newsroom.tokens import FormKind, Stamp
from pages.notices.addresses import BadHeader, checked_address

TOO_SOON: Final = "too_soon"
OUT_OF_DATE: Final = "out_of_date"


class Words(forms.CharField):
    """Several lines of plain text, without what no page may carry; `most` in characters."""

    def __init__(self, *, most: int, empty: Any, **options: Any) -> None:
        super().__init__(error_messages={"required": empty}, strip=False, **options)
        self.most = most

    def to_python(self, value: Any) -> str:
        """The text with one kind of line end and nothing around it."""
        return prose.clean(str(value or "")).strip()

    def validate(self, value: str) -> None:
        """Refuse what shows nothing, and what is too long: both lengths are said."""
        if self.required and is_blank(value):
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(value) > self.most:
            raise forms.ValidationError(
                _("%(most)s characters at most; this has %(count)s. Nothing is lost: shorten it below.")
                % {"most": grouped(self.most), "count": grouped(len(value))},
                code="max_length",
            )


class Line(Words):
    """A name or the like, on one line."""

    def to_python(self, value: Any) -> str:
        """On one line, without signs that turn the direction of writing."""
        return prose.single_line(str(value or ""))


def grouped(number: int) -> str:
    """A number as the language writes it."""
    return number_format(number, force_grouping=True)


class StampedForm(forms.Form):
    """A form about one row. Sent twice, it leaves one trace: see `nonce`."""

    kind: ClassVar[FormKind]
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)
    website = forms.CharField(required=False)

    def __init__(self, about: int, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self._about = about

    def clean(self) -> dict[str, Any]:
        """Refuse, in words and without losing any, what is sent as machines do or from an old page."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        stamp = self._stamp()
        if stamp is None or clock.now() - stamp.at > FORM_WITHIN:
            raise forms.ValidationError(
                _("This page had been open for too long. Nothing is lost: please send it again."),
                code=OUT_OF_DATE,
            )
        if not self.errors and clock.now() - stamp.at < TOO_QUICK:
            raise forms.ValidationError(
                _("That was quicker than a person types. Nothing is lost: please send it again."),
                code=TOO_SOON,
            )
        return said

    def _stamp(self) -> Stamp | None:
        return tokens.stamped(self.kind, self._about, str(self.data.get("stamp", "")))

    @property
    def nonce(self) -> str:
        """The number of this form, the same each time it is sent; empty when its stamp is forged."""
        stamp = self._stamp()
        return stamp.nonce if stamp else ""

    @property
    def stamp_to_send(self) -> str:
        """The stamp of the form as it is shown: the one it had, unless that one is spent."""
        if not self.is_bound:
            return tokens.stamp(self.kind, self._about)
        if self.has_error("__all__", OUT_OF_DATE):
            return tokens.stamp(self.kind, self._about, again=True)
        return str(self.data.get("stamp", ""))

    @property
    def trapped(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(self.data.get("website"))


def address_of(value: str, message: Any) -> str:
    """The bare address. Raises ValidationError for what could not stand in a mail's header."""
    try:
        return checked_address(value)
    except BadHeader as error:
        raise forms.ValidationError(message) from error
