"""One turn of listening to a site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pages.networks.types import CommentBatch, IncomingComment
from pages.networks.wordpress import mapping, marks
from pages.networks.wordpress.marks import Mark
from pages.networks.wordpress.wire import PAGE_SIZE, UNREADABLE, Wire

PAGES: Final = 5  # read in one turn
STEPS: Final = 4  # back in the list, when comments were taken away

type Row = tuple[int, Mapping[str, Any]]


class Round:
    """A turn through the comments of a kind: `comment`, or `pings`."""

    def __init__(self, wire: Wire, kind: str) -> None:
        self._wire = wire
        self._kind = kind

    def turn(self, mark: str) -> CommentBatch:
        """What is new or changed since a mark; from the latest hundred on at the beginning."""
        known = marks.read(mark)
        if known is None:
            return self._beginning()
        offset, rows, reached = self._start(known)
        if not reached:
            return CommentBatch((), _stepped(known, offset), more=True)
        full, held = len(rows) >= PAGE_SIZE, True
        for _page in range(PAGES - 1):
            if not (full and held):
                break
            more = self._page(offset=offset + len(rows) - 1, order="asc")
            held = bool(more) and more[0][0] == rows[-1][0]
            full = len(more) >= PAGE_SIZE
            rows += more[1:] if held else []
        told = self._told(rows, known)
        new = marks.written(offset, rows) if rows else mark
        return CommentBatch(told, new, more=full or not held)

    def _beginning(self) -> CommentBatch:
        latest, total = self._rows(order="desc")
        rows = sorted(latest, key=lambda row: row[0])
        offset = max(0, (total or len(rows)) - len(rows))
        return CommentBatch(self._told(rows, Mark()), marks.written(offset, rows))

    def _start(self, known: Mark) -> tuple[int, list[Row], bool]:
        """The page that holds the first comment of the mark, or what is older; whether it was reached."""
        offset = known.offset
        for _step in range(STEPS):
            rows = self._page(offset=offset, order="asc")
            if offset == 0 or (rows and rows[0][0] <= known.first):
                return offset, rows, True
            offset = max(0, offset - PAGE_SIZE)
        return offset, [], False

    def _page(self, **params: Any) -> list[Row]:
        return self._rows(**params)[0]

    def _rows(self, **params: Any) -> tuple[list[Row], int | None]:
        found, total = self._wire.heard(
            type=self._kind, status="all", orderby="id", per_page=PAGE_SIZE, _embed="up", **params
        )
        return [(each["id"], each) for each in found if type(each.get("id")) is int], total

    def _told(self, rows: list[Row], known: Mark) -> tuple[IncomingComment, ...]:
        """What is new or changed, but for the account's own words."""
        fresh = (
            said
            for number, said in rows
            if known.tells(number, said) and str(said.get("author")) != self._wire.user
        )
        return tuple(filter(None, map(_comment, fresh)))


def _stepped(known: Mark, offset: int) -> str:
    """The same mark, with the list looked at from further up."""
    return f"{offset}.{known.first}.{known.last}.{''.join(sorted(known.known))}"


def _comment(said: Mapping[str, Any]) -> IncomingComment | None:
    try:
        return mapping.comment(said)
    except UNREADABLE:
        return None
