"""A state machine in one UPDATE: the database decides who moved a row, and only along legal moves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

from django.db.models import Model, Q


class IllegalMove(RuntimeError):
    """The model's `MOVES` does not allow this step: a programming error, never a race."""


def legal(model: type[Model], from_: str | Collection[str], to: str) -> list[str]:
    """The starting states as a list. Raises IllegalMove when the model's `MOVES` forbids any of them."""
    moves: Mapping[str, frozenset[str]] = cast("Any", model).MOVES
    starts = [from_] if isinstance(from_, str) else list(from_)
    for start in starts:
        if to not in moves.get(start, frozenset()):
            raise IllegalMove(f"{model.__name__}: {start} -> {to}")
    return starts


def move(row: Model, from_: str | Collection[str], to: str, *, where: Q | None = None, **fields: Any) -> bool:
    """Move `row` to state `to` if the database still holds it in `from_` (and `where` still holds).

    One UPDATE sets the state and `fields` together; True when it hit the row, whose attributes then
    say what was written. False leaves the row in memory as it was: somebody else moved it first.
    Raises IllegalMove for a step that the model's `MOVES` does not name.
    """
    starts = legal(type(row), from_, to)
    rows = type(row)._base_manager.using(row._state.db).filter(pk=row.pk, state__in=starts)
    if where is not None:
        rows = rows.filter(where)
    written: dict[str, Any] = {"state": to, **fields}
    if rows.update(**written) != 1:
        return False
    _remember(row, written)
    return True


def _remember(row: Model, written: Mapping[str, Any]) -> None:
    """Bring the row in memory up to date; what the database computed is read back from it."""
    computed = [name for name, value in written.items() if hasattr(value, "resolve_expression")]
    for name, value in written.items():
        if name not in computed:
            setattr(row, name, value)
    if computed:
        row.refresh_from_db(fields=computed)
