"""Names for the columns of the back office that their models leave unnamed, and words for codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib.admin import BooleanFieldListFilter, ChoicesFieldListFilter
from django.db.models import BooleanField, Field, Model

from pages.messages import Words

type Labels = Mapping[str, Words]
type Readings = Mapping[str, Callable[[Any], Words]]


def named(model: type[Model], names: Iterable[Any], labels: Labels, readings: Readings) -> list[Any]:
    """The columns by name; those with a label or a reading of their own as callables."""
    told = labels.keys() | readings.keys()
    return [
        _column(model, each, labels, readings) if isinstance(each, str) and each in told else each
        for each in names
    ]


class LabelledChoices(ChoicesFieldListFilter):
    """A filter by choices under the column's own name."""

    def __init__(self, *args: Any, **path: Any) -> None:
        super().__init__(*args, **path)
        self.title = label_of(args, path["field_path"], self.title)


class LabelledYesNo(BooleanFieldListFilter):
    """A filter by yes or no under the column's own name."""

    def __init__(self, *args: Any, **path: Any) -> None:
        super().__init__(*args, **path)
        self.title = label_of(args, path["field_path"], self.title)


def filter_for(field: Field[Any, Any]) -> type[LabelledChoices | LabelledYesNo] | None:
    """The kind of filter that can bear a name of its own; None for any other field."""
    if field.choices:
        return LabelledChoices
    return LabelledYesNo if isinstance(field, BooleanField) else None


def label_of(args: tuple[Any, ...], path: str, otherwise: Any) -> Any:
    """What the admin, the last that a filter is made with, calls a field."""
    return getattr(args[-1], "labels", {}).get(path, otherwise)


def _column(model: type[Model], name: str, labels: Labels, readings: Readings) -> Callable[[Any], Any]:
    field: Any = model._meta.get_field(name)
    reading = readings.get(name)

    def column(row: Any) -> Any:
        value = getattr(row, name)
        if value in (None, ""):
            return None
        if reading is not None:
            return reading(value)
        return getattr(row, f"get_{name}_display")() if field.choices else value

    column.__name__ = name
    column.short_description = labels.get(name, field.verbose_name)  # type: ignore[attr-defined]  # as Django reads it
    column.admin_order_field = name  # type: ignore[attr-defined]  # as Django reads it
    column.boolean = isinstance(field, BooleanField)  # type: ignore[attr-defined]  # as Django reads it
    return column
