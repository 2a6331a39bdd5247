"""Where others speak of an account of Meta's, read from the newest down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from pages.networks import graph_marks as marks
from pages.networks.answers import UNREADABLE
from pages.networks.graph import NoMoreError, path_of
from pages.networks.graph_wire import DEAF, GraphWire
from pages.networks.types import CommentBatch, IncomingComment

PAGE_SIZE: Final = 50
MOST_PAGES: Final = 5


class GraphMentions(GraphWire):
    """Reads one list of posts. `_tagged_in`: its edge; `_tagged_fields`: what is asked of each."""

    _tagged_in: str
    _tagged_fields: str

    def _read_mention(self, row: Mapping[str, Any]) -> IncomingComment:
        """One of them. Raises KeyError, TypeError or ValueError for anything else."""
        raise NotImplementedError

    def mentions(self, mark: str) -> CommentBatch:
        """Who spoke of the account in a post of their own since the mark, oldest first.

        The network lists the newest first; of more than the first pages, the older ones are left aside.
        """
        known = marks.read(mark)
        there: list[IncomingComment] = []
        with suppress(NoMoreError):
            there += self._tagged(known.since)
        there.reverse()
        return CommentBatch(marks.fresh(known, there), marks.after(mark, there))

    def _tagged(self, second: int) -> Iterator[IncomingComment]:
        """Others' posts down to a second. Raises NoMoreError when there are more than we read."""
        asked = {"fields": self._tagged_fields, "limit": PAGE_SIZE}
        edge = path_of(self._account, self._tagged_in)
        for page in self._graph.pages(edge, asked, most=MOST_PAGES, lacking=DEAF):
            found = []
            for each in page:
                try:
                    found.append(self._read_mention(each))
                except UNREADABLE:
                    continue
            yield from (each for each in found if each.author.remote_id != self._account)
            if found and all(marks.second_of(each) < second for each in found):
                return
