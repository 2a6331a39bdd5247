"""Where the reading of a list goes on that one turn could not read whole: a mark, and a stop after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pages.networks import graph_marks as marks
from pages.networks.types import IncomingComment

LONGEST: Final = 300
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
    tail = _tail(stop)
    room = (LONGEST - _INSTANT - len(tail)) // _DIGEST
    if room < 1:
        tail, room = "", marks.REMEMBERED
    return marks.after(base, comments, most=min(room, marks.REMEMBERED)) + tail


def going_on(base: str, stop: Stop | None) -> str:
    """The mark after a turn that went on from a stop: what is newer was read before."""
    found = base + _tail(stop)
    return found if len(found) <= LONGEST else base


def again(stop: Stop) -> str:
    """The mark to begin with once more when the network knows the place of a stop no more."""
    return f"{stop.floor}."


def _tail(stop: Stop | None) -> str:
    if stop is None:
        return ""
    return "".join(f"{_SEPARATOR}{each}" for each in (stop.floor, stop.post, stop.cursor))
