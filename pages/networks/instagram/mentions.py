"""Posts of others in which the account is tagged.

https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-facebook-login/mentions:
there is a list of those alone. Words that name the account in a caption or a comment come by webhook, each
with the only number under which it can be read; nothing can be written under a tag.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from pages.networks import graph_marks as marks
from pages.networks.graph import NoMoreError, path_of
from pages.networks.graph_answers import UNREADABLE
from pages.networks.instagram import mapping
from pages.networks.instagram.mapping import MEDIA_FIELDS
from pages.networks.instagram.wire import DEAF, Wire
from pages.networks.types import CommentBatch, IncomingComment

PAGE_SIZE: Final = 50
MOST_PAGES: Final = 5


class Tagged(Wire):
    """Reads where the account is tagged."""

    def mentions(self, mark: str) -> CommentBatch:
        """Who tagged the account since the mark, oldest first.

        The network lists the newest first; of more than the first pages, the older ones are left aside.
        """
        known = marks.read(mark)
        there: list[IncomingComment] = []
        with suppress(NoMoreError):
            there += self._tagged(known.since)
        there.reverse()
        return CommentBatch(marks.fresh(known, there), marks.after(mark, there))

    def _tagged(self, second: int) -> Iterator[IncomingComment]:
        asked = {"fields": MEDIA_FIELDS, "limit": PAGE_SIZE}
        edge = path_of(self._account, "tags")
        for page in self._graph.pages(edge, asked, most=MOST_PAGES, lacking=DEAF):
            found = []
            for each in page:
                try:
                    found.append(mapping.mention(each))
                except UNREADABLE:
                    continue
            yield from found
            if found and all(marks.second_of(each) < second for each in found):
                return

    def _mention(self, remote_id: str) -> IncomingComment | None:
        """One of them as it is now; None when it is listed no more. Raises NoMoreError when it may be."""
        return next((each for each in self._tagged(0) if each.remote_id == remote_id), None)
