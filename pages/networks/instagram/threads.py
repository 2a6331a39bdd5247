"""What people wrote under the account's recent posts, read down to an instant.

https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-media/comments:
the newest first, fifty at most an answer, the first level alone unless `replies` are asked with them, and no
filter by time. What one turn cannot reach is where the next one goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pages.networks.answers import UNREADABLE, one_line
from pages.networks.answers import mapping as object_of
from pages.networks.graph import Graph, following, path_of
from pages.networks.graph_answers import rows
from pages.networks.graph_comments import recent
from pages.networks.graph_marks import second_of
from pages.networks.graph_places import Stop
from pages.networks.graph_wire import DEAF
from pages.networks.instagram import mapping
from pages.networks.instagram.mapping import COMMENT_FIELDS, MEDIA_FIELDS
from pages.networks.types import IncomingComment, ThreadPost

POSTS: Final = 25
COMMENTS: Final = 50
FURTHER: Final = 7  # calls a turn beyond the first

_REPLIES: Final = f"replies.limit({COMMENTS}){{{COMMENT_FIELDS}}}"
_WITH_REPLIES: Final = f"{COMMENT_FIELDS},{_REPLIES}"


@dataclass
class Reading:
    """One turn: the comments read, oldest first under each post, and where it had to stop."""

    comments: list[IncomingComment] = field(default_factory=list)
    stop: Stop | None = None


class Threads:
    """Reads the account's recent posts with their comments."""

    def __init__(self, graph: Graph, account: str) -> None:
        self._graph = graph
        self._account = account
        self._left = FURTHER

    def since(self, floor: int, stop: Stop | None = None) -> Reading:
        """Everything that others wrote since a second, both levels; from where a turn stopped on."""
        reading = Reading()
        passed = stop is None
        fields = f"{MEDIA_FIELDS},comments.limit({COMMENTS}){{{_WITH_REPLIES}}}"
        for row in recent(self._graph, path_of(self._account, "media"), fields, POSTS):
            here = stop is not None and row.get("id") == stop.post
            passed = passed or here
            if passed:
                self._under(row, reading, floor, stop.cursor if stop is not None and here else "")
        return reading

    def _under(self, row: Mapping[str, Any], reading: Reading, floor: int, cursor: str) -> None:
        """One post and what stands under it; from `cursor` on when there is one."""
        try:
            post = mapping.thread_post(row)
        except UNREADABLE:
            return
        known_as = one_line(row.get("username"))
        pages: list[list[IncomingComment]] = []
        if not cursor:
            first = object_of(row.get("comments"))
            pages.append(list(self._page(first, post, known_as, floor)))
            cursor = _further(first, floor)
        while cursor and reading.stop is None:
            if self._left == 0:
                reading.stop = Stop(floor, post.remote_id, cursor)
                break
            found = self._more(path_of(post.remote_id, "comments"), _WITH_REPLIES, cursor)
            pages.append(list(self._page(found, post, known_as, floor)))
            cursor = _further(found, floor)
        for page in reversed(pages):
            reading.comments += page

    def _page(
        self, answer: Mapping[str, Any], post: ThreadPost, known_as: str, floor: int
    ) -> Iterator[IncomingComment]:
        """Others' comments of one answer with what answers them, oldest first."""
        for row in reversed(_rows(answer)):
            yield from self._of_others(row, post, known_as)
            for each in self._replies(row, floor):
                yield from self._of_others(each, post, known_as, str(row.get("id")))

    def _replies(self, row: Mapping[str, Any], floor: int) -> list[Mapping[str, Any]]:
        """What answers a comment, oldest first."""
        answer = object_of(row.get("replies"))
        found = _rows(answer)
        cursor = _further(answer, floor)
        while cursor and self._left > 0:
            answer = self._more(path_of(str(row.get("id")), "replies"), COMMENT_FIELDS, cursor)
            found += _rows(answer)
            cursor = _further(answer, floor)
        return found[::-1]

    def _more(self, path: str, fields: str, cursor: str) -> Mapping[str, Any]:
        self._left -= 1
        asked = {"fields": fields, "limit": COMMENTS, "after": cursor}
        return self._graph.get(path, asked, lacking=DEAF)

    def _of_others(
        self, row: Mapping[str, Any], post: ThreadPost, known_as: str, parent: str = ""
    ) -> Iterator[IncomingComment]:
        if mapping.own(row, self._account, known_as):
            return
        try:
            yield mapping.comment(row, post, parent)
        except UNREADABLE:
            return


def _further(answer: Mapping[str, Any], floor: int) -> str:
    """Where the next page of a list begins; empty when there is none, or it is all older than the floor."""
    asked = following(answer)
    found = _rows(answer)
    if asked is None or not found:
        return ""
    try:
        oldest = mapping.comment(found[-1], None)
    except UNREADABLE:
        return asked.get("after", "")
    return asked.get("after", "") if second_of(oldest) >= floor else ""


def _rows(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    try:
        return rows(answer)
    except ValueError:
        return []
