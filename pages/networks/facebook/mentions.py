"""Posts of others that name the Page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from pages.networks import graph_marks as marks
from pages.networks.facebook import mapping
from pages.networks.facebook.mapping import MENTION_FIELDS
from pages.networks.facebook.pagewire import DEAF, PageWire
from pages.networks.graph import NoMoreError, path_of
from pages.networks.graph_answers import UNREADABLE
from pages.networks.types import CommentBatch, IncomingComment

PAGE_SIZE: Final = 50
MOST_PAGES: Final = 5


class Named(PageWire):
    """Reads where the Page is named. https://developers.facebook.com/docs/graph-api/reference/page/tagged/"""

    def mentions(self, mark: str) -> CommentBatch:
        """Who named the Page in a post of their own since the mark, oldest first.

        The network lists the newest first; of more than the first pages, the older ones are left aside.
        """
        known = marks.read(mark)
        there: list[IncomingComment] = []
        with suppress(NoMoreError):
            there += self._tagged(known.since)
        there.reverse()
        return CommentBatch(marks.fresh(known, there), marks.after(mark, there))

    def _tagged(self, second: int) -> Iterator[IncomingComment]:
        asked = {"fields": MENTION_FIELDS, "limit": PAGE_SIZE}
        edge = path_of(self._page, "tagged")
        for page in self._graph.pages(edge, asked, most=MOST_PAGES, lacking=DEAF):
            found = []
            for each in page:
                try:
                    found.append(mapping.mention(each))
                except UNREADABLE:
                    continue
            yield from (each for each in found if each.author.remote_id != self._page)
            if found and all(each.at and each.at.timestamp() < second for each in found):
                return
