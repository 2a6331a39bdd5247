"""Where others speak of an account of Meta's, read from the newest down.

What one turn cannot reach is where the next goes on; the newest page comes with every turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from cm_suite.core.errors import Never
from pages.networks import graph_marks as marks
from pages.networks import graph_places as places
from pages.networks.answers import UNREADABLE
from pages.networks.errors import Code
from pages.networks.graph import path_of
from pages.networks.graph_marks import Mark
from pages.networks.graph_places import Stop
from pages.networks.graph_wire import GraphWire
from pages.networks.types import CommentBatch, IncomingComment

PAGE_SIZE: Final = 50
MOST_PAGES: Final = 5

type Some = list[IncomingComment]


class GraphMentions(GraphWire, Protocol):
    """Reads one list of posts. `_tagged_in`: its edge; `_tagged_fields`: what is asked of each."""

    _tagged_in: str
    _tagged_fields: str

    def _read_mention(self, row: Mapping[str, Any]) -> IncomingComment:
        """One of them. Raises KeyError, TypeError or ValueError for anything else."""

    def mentions(self, mark: str) -> CommentBatch:
        """Who spoke of the account in a post of their own since the mark, oldest first.

        A first look goes a month back behind the latest pages.
        """
        base, stop = places.read(mark)
        known = marks.read(base)
        if stop is not None:
            return self._mentions_behind(base, known, stop)
        there, cursor = self._tagged(_older_than(known.since))
        oldest = min(map(marks.second_of, there), default=0)
        further = places.after(base, there[::-1], places.behind(base, oldest, cursor))
        return CommentBatch(marks.fresh(known, there[::-1]), further, _goes_on(further))

    def _mentions_behind(self, base: str, known: Mark, stop: Stop) -> CommentBatch:
        """What is new, and what stands behind the place where a turn stopped."""
        try:
            newest, cursor = self._tagged(_met(known), most=1)
            older, below = self._tagged(_older_than(stop.floor), stop.cursor, MOST_PAGES - 1)
        except Never as refusal:
            if refusal.code != Code.CONTENT_REFUSED:
                raise
            return CommentBatch((), places.again(stop), more=True)
        heard = marks.fresh(Mark(stop.floor, known.known), older[::-1])
        whole = not cursor  # else what is between would be passed over
        left = Stop(stop.floor, "", below) if below else None
        further = places.after(base, newest[::-1] if whole else (), left)
        more = not whole or _goes_on(further)
        return CommentBatch((*heard, *marks.fresh(known, newest[::-1])), further, more)

    def _tagged(
        self, enough: Callable[[Some], bool], cursor: str = "", most: int = MOST_PAGES
    ) -> tuple[Some, str]:
        """Others' posts until `enough`, newest first; and where it goes on, empty at the end."""
        asked = {"fields": self._tagged_fields, "limit": PAGE_SIZE}
        edge = path_of(self._account, self._tagged_in)
        return places.down(self._graph, edge, asked, self._of_others, enough, cursor=cursor, most=most)

    def _of_others(self, page: list[Mapping[str, Any]]) -> Some:
        found: Some = []
        for each in page:
            try:
                found.append(self._read_mention(each))
            except UNREADABLE:
                continue
        return [each for each in found if each.author.remote_id != self._account]


def _older_than(second: int) -> Callable[[Some], bool]:
    return lambda page: bool(page) and all(marks.second_of(each) < second for each in page)


def _met(known: Mark) -> Callable[[Some], bool]:
    """Whether a page reaches what the mark knows."""
    older = _older_than(known.since)
    return lambda page: older(page[-1:]) or any(marks.digest(each) in known.known for each in page)


def _goes_on(mark: str) -> bool:
    return places.read(mark)[1] is not None
