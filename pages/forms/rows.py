"""Choosing among rows of the database, whatever a form sends."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.db.models import Model

NUMBER_MOST: Final = 18  # digits: what the database can hold as a number


class RowsField[Row: Model](forms.ModelMultipleChoiceField[Row]):
    """Rows to choose among; what could be no row's number is turned away before the database is asked.

    SQLite raises on a number beyond 64 bits instead of finding nothing.
    """

    def clean(self, value: Any) -> Any:
        """The rows chosen. Raises ValidationError (`invalid_choice`)."""
        for each in value or ():
            if not str(each).isdecimal() or len(str(each)) > NUMBER_MOST:
                params = {"value": each}
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params=params
                )
        return super().clean(value)
