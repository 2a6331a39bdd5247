"""Where the reading of a list goes on that one turn could not read whole: a mark, and a stop after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from cm_suite.core import clock
from cm_suite.core.errors import Later
from pages.networks import graph_marks as marks
from pages.networks.graph import Graph, following
from pages.networks.graph_answers import rows
from pages.networks.graph_wire import DEAF
from pages.networks.types import IncomingComment

LONGEST: Final = 300
HISTORY: Final = timedelta(days=30)
"""How far back a first look goes behind the first pages of a list that has no end of its own."""

_SEPARATOR: Final = "!"
_DIGEST: Final = 6
_INSTANT: Final = 13  # of a mark before its digests


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a turn ended: under which post (empty where the list has none above it), at which page, and down
    to which second it was to read.
    """

    floor: int
    post: str
    cursor: str


def read(mark: str) -> tuple[str, Stop | None]:
    """The mark itself, and the stop that was written after it."""
    base, *rest = mark.split(_SEPARATOR, 3)
    if len(rest) != 3 or not (rest[0].isascii() and rest[0].isdigit() and len(rest[0]) <= 12):
        return base, None
    return base, Stop(int(rest[0]), rest[1], rest[2])


def after(base: str, comments: Iterable[IncomingComment], stop: Stop | None) -> str:
    """The mark after a turn that read from the newest down. A stop that does not fit in it is left aside."""
    room = _room(_tail(stop))
    return going_on(marks.after(base, comments, most=min(room, marks.REMEMBERED)), stop)


def going_on(base: str, stop: Stop | None) -> str:
    """The mark after a turn that went on from a stop: what is newer was read before."""
    tail = _tail(stop)
    since, dot, digests = base.partition(".")
    return f"{since}{dot}{digests[-_room(tail) * _DIGEST :]}{tail}"


def again(stop: Stop) -> str:
    """The mark to begin with once more when the network knows the place of a stop no more."""
    return f"{stop.floor}."


def behind(mark: str, oldest: float, cursor: str) -> Stop | None:
    """Where a turn goes on that read down from the newest: to the mark, or without one through HISTORY.

    `oldest`: the second of the last that was read. None when there is nothing behind it, or it is too old.
    """
    since = marks.read(mark).since
    floor = since if mark else max(since, int((clock.now() - HISTORY).timestamp()))
    return Stop(floor, "", cursor) if cursor and oldest >= floor else None


def down[Row](
    graph: Graph,
    edge: str,
    asked: Mapping[str, Any],
    read_page: Callable[[list[Mapping[str, Any]]], list[Row]],
    enough: Callable[[list[Row]], bool],
    *,
    cursor: str = "",
    most: int,
) -> tuple[list[Row], str]:
    """The rows of a list from a cursor down until `enough`; and where it goes on, empty at the end.

    `enough`: whether nothing is wanted below a page, as `read_page` gives it. Raises Later for what is no
    list.
    """
    found: list[Row] = []
    for _page in range(most):
        answer = graph.get(edge, dict(asked) | ({"after": cursor} if cursor else {}), lacking=DEAF)
        page = read_page(_rows(answer))
        found += page
        cursor = (following(answer) or {}).get("after", "")
        if not cursor or enough(page):
            return found, ""
    return found, cursor


def _rows(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    try:
        return rows(answer)
    except ValueError:
        raise Later("answer_unreadable") from None


def _tail(stop: Stop | None) -> str:
    """A stop as it is written; empty for one that leaves no room for a mark."""
    if stop is None:
        return ""
    tail = "".join(f"{_SEPARATOR}{each}" for each in (stop.floor, stop.post, stop.cursor))
    return tail if len(tail) <= LONGEST - _INSTANT - _DIGEST else ""


def _room(tail: str) -> int:
    """How many digests a mark holds beside a stop."""
    return (LONGEST - _INSTANT - len(tail)) // _DIGEST
