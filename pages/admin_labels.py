"""Names for the columns of the back office that their models leave unnamed, and words for codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from django.conf import settings
from django.contrib.admin import AllValuesFieldListFilter, BooleanFieldListFilter, ChoicesFieldListFilter
from django.contrib.admin.utils import display_for_value
from django.db.models import BooleanField, Field, Model
from django.utils.translation import gettext

from pages.messages import Reason, Words

type Labels = Mapping[str, Words]
type Readings = Mapping[str, Callable[[Any], Words | Reason]]

NOTHING: Final = "-"  # Django's own mark of an empty cell


def named(model: type[Model], names: Iterable[Any], labels: Labels, readings: Readings) -> list[Any]:
    """The columns by name; those with a label or a reading of their own as callables."""
    told = labels.keys() | readings.keys()
    return [
        _column(model, each, labels, readings) if isinstance(each, str) and each in told else each
        for each in names
    ]


def language_name(code: str) -> str:
    """A language in the reader's own; the code itself for one the house does not speak."""
    name = dict(settings.LANGUAGES).get(code)
    return str(name) if name else code


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


class WordedValues(AllValuesFieldListFilter):
    """A filter by a code, under the column's own name; each code in words, having none too."""

    def __init__(self, *args: Any, **path: Any) -> None:
        super().__init__(*args, **path)
        self.title = label_of(args, path["field_path"], self.title)
        self.reading = getattr(args[-1], "readings", {}).get(path["field_path"], str)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The choices; a link without words leads nowhere for who cannot see it."""
        offered = iter(super().choices(changelist))
        yield next(offered)  # all
        values = [value for value in self.lookup_choices if value is not None]
        for value, each in zip(values, offered, strict=False):
            words = str(self.reading(value)) if value else gettext("None")
            yield {**each, "display": words + each["display"].removeprefix(str(value))}
        yield from offered


def filter_for(
    field: Field[Any, Any], *, worded: bool
) -> type[LabelledChoices | LabelledYesNo | WordedValues] | None:
    """The kind of filter that can bear a name of its own; None for any other field.

    `worded`: the field's codes have words that are not its choices.
    """
    if field.choices:
        return LabelledChoices
    if worded:
        return WordedValues
    return LabelledYesNo if isinstance(field, BooleanField) else None


def label_of(args: tuple[Any, ...], path: str, otherwise: Any) -> Any:
    """What the admin, the last that a filter is made with, calls a field."""
    return getattr(args[-1], "labels", {}).get(path, otherwise)


def _column(model: type[Model], name: str, labels: Labels, readings: Readings) -> Callable[[Any], Any]:
    field: Any = model._meta.get_field(name)
    reading = readings.get(name)
    yes_no = isinstance(field, BooleanField)

    def column(row: Any) -> Any:
        value = getattr(row, name)
        if yes_no:
            return value
        if value in (None, ""):
            return NOTHING
        if reading is not None:
            return str(reading(value))
        shown = getattr(row, f"get_{name}_display")() if field.choices else value
        return display_for_value(shown, NOTHING)  # a detail page prints what it is given: times as UTC

    column.__name__ = name
    column.short_description = labels.get(name, field.verbose_name)  # type: ignore[attr-defined]  # as Django reads it
    column.admin_order_field = name  # type: ignore[attr-defined]  # as Django reads it
    column.boolean = yes_no  # type: ignore[attr-defined]  # as Django reads it
    return column
