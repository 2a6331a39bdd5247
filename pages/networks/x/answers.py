"""Lists as X answers with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cm_suite.core.errors import Later

UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class Batch:
    """What a read brought: objects, the accounts that came with them by id, and where it goes on."""

    rows: tuple[Mapping[str, Any], ...] = ()
    users: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    further: str = ""
    excused: bool = False  # it says what it could not bring
    counted: bool = False  # it says how many it brings
    gone: frozenset[str] = frozenset()  # ids of what it says is not there

    def spoken(self) -> Batch:
        """Itself. Raises Later when it says nothing, not even that there is nothing."""
        if self.rows or self.excused:
            return self
        raise Later("answer_unreadable")

    def listed(self) -> Batch:
        """Itself. Raises Later when it is no list of X's: an empty one says that it is."""
        if self.rows or self.counted:
            return self
        raise Later("answer_unreadable")


def batch(answer: Mapping[str, Any]) -> Batch:
    """An answer, read. X leaves empty lists out. Raises Later for what is no list at all."""
    data, meta = answer.get("data", []), _mapping(answer.get("meta"))
    if not isinstance(data, list):
        raise Later("answer_unreadable")
    users = _mapping(answer.get("includes")).get("users")
    return Batch(
        tuple(maps(data)),
        {str(each.get("id")): each for each in maps(users)},
        str(meta.get("next_token") or ""),
        isinstance(answer.get("errors"), list),
        "result_count" in meta,
        frozenset(str(each.get("resource_id")) for each in maps(answer.get("errors")) if _is_gone(each)),
    )


def _is_gone(error: Mapping[str, Any]) -> bool:
    """Whether it is not there: an author who is protected or suspended is another problem."""
    return str(error.get("type")).endswith("/resource-not-found")


def maps(value: object) -> list[Mapping[str, Any]]:
    """The objects in a list; none when it is no list."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
