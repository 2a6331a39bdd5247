"""Lists that X gives newest first, read forward from a mark.

A mark is the id of the newest that was read to its end. While there is more than one turn reads, it also
holds the newest of this way down and where it goes on: `base top token`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cm_suite.core.errors import Later, Never
from pages.networks.errors import NO_MONEY
from pages.networks.x import words
from pages.networks.x.answers import Batch

START: Final = "0"  # the mark of a list in which nothing was yet
PAGES_A_TURN: Final = 5
LONGEST_MARK: Final = 300

type Page = Callable[[int, str, str], Batch]
"""Which page (0 is the first of the turn), the id it must come after, and where it goes on."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What a turn read, oldest first, who wrote it, and where the next one begins."""

    rows: tuple[Mapping[str, Any], ...]
    users: Mapping[str, Mapping[str, Any]]
    mark: str
    more: bool


def walk(page: Page, mark: str) -> Walked:
    """Read down from the newest to the mark; with no mark, the newest page alone.

    Raises Later when not even the first page can be read, Never when it cannot be paid; a further one waits
    for the next turn.
    """
    base, top, token = _parts(mark)
    rows: list[Mapping[str, Any]] = []
    users: dict[str, Mapping[str, Any]] = {}
    for number in range(1 if not mark else PAGES_A_TURN):
        try:
            batch = page(number, base, token)
        except (Later, Never) as failure:
            if number == 0 or (isinstance(failure, Never) and failure.code not in NO_MONEY):
                raise
            break
        new = [each for each in batch.rows if order(_id(each)) > order(base)]
        rows, users = rows + new, users | dict(batch.users)
        token = batch.further if not any(_is_known(each, base) for each in batch.rows) else ""
        if not token:
            break
    top = max((top, base, *map(_id, rows)), key=order)
    token = token if mark else ""
    following = f"{base} {top} {token}" if token else top
    if len(following) > LONGEST_MARK:
        raise Later("answer_unreadable")
    return Walked(tuple(sorted(rows, key=lambda each: order(_id(each)))), users, following, bool(token))


def _parts(mark: str) -> tuple[str, str, str]:
    base, top, token = ([*mark.split(" "), "", ""])[:3]
    return base or START, top or START, token


def _is_known(row: Mapping[str, Any], base: str) -> bool:
    return _id(row) != START and order(_id(row)) <= order(base)


def _id(row: Mapping[str, Any]) -> str:
    """The row's id, or one that comes before all when it has none."""
    try:
        return words.identifier(row.get("id"))
    except ValueError:
        return START


def order(identifier: str) -> tuple[int, str]:
    """Ids grow: the longer of two figures is the larger."""
    return len(identifier), identifier
