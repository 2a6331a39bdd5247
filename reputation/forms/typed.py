"""What was typed in a form so far, to show it again before anything is checked."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import QueryDict

from reputation.forms.rows import RowForm

ROWS_MOST: Final = 100


def typed(form: type[forms.Form], data: QueryDict, prefix: str = "") -> dict[str, Any]:
    """The raw values of a form's fields, by field; a field of several values gives a list."""
    start = f"{prefix}-" if prefix else ""
    return {
        name: data.getlist(start + name)
        if isinstance(field, forms.ModelMultipleChoiceField)
        else data.get(start + name, "")
        for name, field in form.base_fields.items()
    }


def typed_rows(form: type[RowForm], data: QueryDict, prefix: str) -> list[dict[str, Any]]:
    """The raw values of the rows that hold something and are not to be removed."""
    count = data.get(f"{prefix}-TOTAL_FORMS", "")
    total = min(int(count), ROWS_MOST) if count.isdecimal() and len(count) < 6 else 0
    rows = []
    for index in range(total):
        row = typed(form, data, f"{prefix}-{index}")
        kept = f"{prefix}-{index}-DELETE" not in data
        if kept and any(str(row[name]).strip() for name in form.typed):
            rows.append(row)
    return rows
