"""What people wrote under the Page's recent posts, read from an instant on.

https://developers.facebook.com/docs/graph-api/reference/object/comments: `filter=stream` gives both levels in
the order of time; `since` is the lower bound of the time they were made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pages.networks.answers import UNREADABLE
from pages.networks.answers import mapping as object_of
from pages.networks.facebook import mapping
from pages.networks.facebook.mapping import COMMENT_FIELDS, POST_FIELDS
from pages.networks.graph import Graph, following, path_of
from pages.networks.graph_answers import inner, instant_or_none
from pages.networks.graph_comments import recent
from pages.networks.graph_wire import DEAF
from pages.networks.types import IncomingComment, ThreadPost

POSTS: Final = 50
COMMENTS: Final = 25  # of each post, in the answer about all of them
MORE: Final = 100
FURTHER: Final = 6  # calls a turn for posts with more comments than one answer holds


@dataclass
class Reading:
    """One turn: the comments read, and up to which second they are all there (None: up to now)."""

    comments: list[IncomingComment] = field(default_factory=list)
    up_to: float | None = None

    def whole(self) -> list[IncomingComment]:
        """The comments of the time in which none is missing."""
        limit = float("inf") if self.up_to is None else self.up_to
        return [each for each in self.comments if each.at is None or each.at.timestamp() <= limit]


class Threads:
    """Reads the Page's recent posts with their comments."""

    def __init__(self, graph: Graph, page_id: str) -> None:
        self._graph = graph
        self._page = page_id
        self._left = FURTHER

    def since(self, second: int) -> Reading:
        """Everything that others wrote since a second, both levels."""
        edge = f"comments.filter(stream).order(chronological).limit({COMMENTS})"
        edge += f".since({second - 1})" if second > 0 else ""
        reading = Reading()
        fields = f"{POST_FIELDS},{edge}{{{COMMENT_FIELDS}}}"
        for each in recent(self._graph, path_of(self._page, "published_posts"), fields, POSTS):
            self._under(each, reading, second)
        return reading

    def _under(self, row: Mapping[str, Any], reading: Reading, second: int) -> None:
        """One post and what stands under it."""
        try:
            post = mapping.thread_post(row)
        except UNREADABLE:
            return
        found = object_of(row.get("comments"))
        last = float(second)
        while found:
            reading.comments += self._of_others(found, post)
            last = max(last, *_times(found))
            further = following(found)
            if further is None:
                return
            if self._left == 0:
                reading.up_to = last if reading.up_to is None else min(reading.up_to, last)
                return
            self._left -= 1
            asked = further | self._asked(second)
            found = self._graph.get(path_of(post.remote_id, "comments"), asked, lacking=DEAF)

    def _asked(self, second: int) -> dict[str, Any]:
        asked = {"fields": COMMENT_FIELDS, "filter": "stream", "order": "chronological", "limit": MORE}
        return asked | ({"since": second - 1} if second > 0 else {})

    def _of_others(self, answer: Mapping[str, Any], post: ThreadPost) -> Iterator[IncomingComment]:
        for each in inner({"comments": answer}, "comments"):
            try:
                comment = mapping.comment(each, post)
            except UNREADABLE:
                continue
            if comment.author.remote_id != self._page:
                yield comment


def _times(answer: Mapping[str, Any]) -> list[float]:
    """When each comment of an answer was written, our own too; 0 first."""
    found = (instant_or_none(each.get("created_time")) for each in inner({"comments": answer}, "comments"))
    return [0.0, *(at.timestamp() for at in found if at is not None)]
