"""Where the reading of comments goes on: a mark, and where the last turn had to stop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pages.networks import graph_marks as marks
from pages.networks.instagram.threads import Stop
from pages.networks.types import IncomingComment

LONGEST: Final = 300
_SEPARATOR: Final = "!"
_DIGEST: Final = 6
_INSTANT: Final = 13  # of a mark before its digests


def read(mark: str) -> tuple[str, Stop | None]:
    """The mark itself, and the stop that was written after it."""
    base, *rest = mark.split(_SEPARATOR, 3)
    if len(rest) != 3 or not (rest[0].isascii() and rest[0].isdigit() and len(rest[0]) <= 12):
        return base, None
    return base, Stop(int(rest[0]), rest[1], rest[2])


def after(base: str, comments: Iterable[IncomingComment], stop: Stop | None) -> str:
    """The mark after a first turn. A stop that does not fit in it is left aside."""
    tail = _tail(stop)
    room = (LONGEST - _INSTANT - len(tail)) // _DIGEST
    if room < 1:
        tail, room = "", marks.REMEMBERED
    return marks.after(base, comments, most=min(room, marks.REMEMBERED)) + tail


def going_on(base: str, stop: Stop | None) -> str:
    """The mark after a turn that went on from a stop: what is newer was read before."""
    found = base + _tail(stop)
    return found if len(found) <= LONGEST else base


def _tail(stop: Stop | None) -> str:
    if stop is None:
        return ""
    return "".join(f"{_SEPARATOR}{each}" for each in (stop.floor, stop.post, stop.cursor))
