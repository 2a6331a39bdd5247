"""What people wrote under the Page's recent posts, the newest first, read down to an instant.

https://developers.facebook.com/docs/graph-api/reference/object/comments: `filter=stream` gives both levels in
the order of time; `since` is the lower bound of the time they were made. The newest of every post come with
one answer, so that what is said today is read at once; what one turn cannot reach is where the next goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pages.networks.answers import UNREADABLE
from pages.networks.answers import mapping as object_of
from pages.networks.facebook import mapping
from pages.networks.facebook.mapping import COMMENT_FIELDS, POST_FIELDS
from pages.networks.graph import Graph, following, path_of
from pages.networks.graph_answers import inner, instant_or_none
from pages.networks.graph_comments import recent
from pages.networks.graph_marks import Mark, digest
from pages.networks.graph_places import Stop
from pages.networks.graph_wire import DEAF
from pages.networks.types import IncomingComment, ThreadPost

POSTS: Final = 50
COMMENTS: Final = 25  # of each post, in the answer about all of them
MORE: Final = 100
FURTHER: Final = 6  # calls a turn for posts with more comments than one answer holds

_TOP: Final = "@"  # in a stop, before the second up to which the newest were read when it was made

type Thread = tuple[ThreadPost, Mapping[str, Any]]
"""A post, and the answer that holds its newest comments."""


@dataclass
class Reading:
    """One turn, oldest first: the newest comments of each post, those behind them, and where it had to stop.

    `whole`: whether every comment since the mark is among the newest.
    """

    newest: list[IncomingComment] = field(default_factory=list)
    behind: list[IncomingComment] = field(default_factory=list)
    stop: Stop | None = None
    whole: bool = True


class Threads:
    """Reads the Page's recent posts with their comments."""

    def __init__(self, graph: Graph, page_id: str) -> None:
        self._graph = graph
        self._page = page_id
        self._left = FURTHER

    def since(self, known: Mark, stop: Stop | None = None) -> Reading:
        """What others wrote since a mark, both levels; behind the newest, from where a turn stopped on.

        A post that went takes its stop with it: the others are read from their newest on once more.
        """
        floor = known.since if stop is None else stop.floor
        stopped_at, _sep, top = stop.post.partition(_TOP) if stop is not None else ("", "", "")
        covered = max(known.since, int(top) if top.isdigit() else 0)
        threads = self._recent(floor)
        reading = self._newest(threads, known, covered)
        if stop is None or reading.whole:
            covered = max((int(at) for _post, answer in threads for at in _times(answer)), default=covered)
        reached = all(post.remote_id != stopped_at for post, _answer in threads)
        for post, answer in threads:
            here = stop is not None and post.remote_id == stopped_at
            reached = reached or here
            if reached and reading.stop is None:
                cursor = stop.cursor if stop is not None and here else _cursor(answer)
                self._behind(post, cursor, floor, reading)
        if reading.stop is not None:
            reading.stop = replace(reading.stop, post=f"{reading.stop.post}{_TOP}{covered}")
        return reading

    def _newest(self, threads: list[Thread], known: Mark, covered: int) -> Reading:
        """The newest of each post; whole where they reach what is known, or was covered until a second."""
        reading = Reading()
        for post, answer in threads:
            newest = self._of_others(answer, post)
            met = any(digest(each) in known.known for each in newest)
            reading.newest += newest
            reading.whole &= met or not _cursor(answer) or min(_times(answer), default=0) <= covered
        return reading

    def _recent(self, floor: int) -> list[Thread]:
        edge = f"comments.filter(stream).order(reverse_chronological).limit({COMMENTS})"
        edge += f".since({floor - 1})" if floor > 0 else ""
        fields = f"{POST_FIELDS},{edge}{{{COMMENT_FIELDS}}}"
        found: list[Thread] = []
        for row in recent(self._graph, path_of(self._page, "published_posts"), fields, POSTS):
            try:
                found.append((mapping.thread_post(row), object_of(row.get("comments"))))
            except UNREADABLE:
                continue
        return found

    def _behind(self, post: ThreadPost, cursor: str, floor: int, reading: Reading) -> None:
        """The comments of one post from a cursor down to the floor, as far as this turn goes."""
        asked = {
            "fields": COMMENT_FIELDS,
            "filter": "stream",
            "order": "reverse_chronological",
            "limit": MORE,
        }
        asked |= {"since": floor - 1} if floor > 0 else {}
        while cursor:
            if self._left == 0:
                reading.stop = Stop(floor, post.remote_id, cursor)
                return
            self._left -= 1
            edge = path_of(post.remote_id, "comments")
            found = self._graph.get(edge, asked | {"after": cursor}, lacking=DEAF)
            reading.behind[:0] = self._of_others(found, post)
            cursor = _cursor(found)

    def _of_others(self, answer: Mapping[str, Any], post: ThreadPost) -> list[IncomingComment]:
        """Others' comments of one answer, oldest first."""
        found: list[IncomingComment] = []
        for each in reversed(inner({"comments": answer}, "comments")):
            try:
                comment = mapping.comment(each, post)
            except UNREADABLE:
                continue
            if comment.author.remote_id != self._page:
                found.append(comment)
        return found


def _cursor(answer: Mapping[str, Any]) -> str:
    """Where the next page of a list begins; empty when there is none."""
    return (following(answer) or {}).get("after", "")


def _times(answer: Mapping[str, Any]) -> list[float]:
    """When each comment of an answer was written, our own too, in seconds since 1970."""
    found = (instant_or_none(each.get("created_time")) for each in inner({"comments": answer}, "comments"))
    return [at.timestamp() for at in found if at is not None]
