"""One turn through the comments below the page's recent posts.

A round reads each of the recent posts once, newest first, and the answers below each comment; it may take
several turns. LinkedIn tells a count of answers with a comment, and no order that could be relied on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cm_suite.core import clock
from cm_suite.core.errors import Never
from pages.networks.errors import Code
from pages.networks.linkedin import mapping, voices
from pages.networks.linkedin.marks import Item, Mark
from pages.networks.linkedin.people import People
from pages.networks.linkedin.voices import Place
from pages.networks.linkedin.wire import UNREADABLE, TooManyError, Wire, encoded, rows
from pages.networks.types import CommentBatch, IncomingComment, ThreadPost

POSTS: Final = 20  # recent posts whose comments are read
CALLS: Final = 8  # from here on, a turn begins nothing more
PAGES: Final = 4  # of comments below one post, or below one comment


def comments_path(urn: str) -> str:
    """Where the comments below a post or a comment are."""
    return f"socialActions/{encoded(urn)}/comments"


def posts_path(page: str) -> str:
    """Where the page's posts are, newest first."""
    return f"posts?author={encoded(page)}&q=author&sortBy=CREATED"


class Round:
    """One turn: what it met, and where the next goes on."""

    def __init__(self, wire: Wire, mark: str) -> None:
        self._wire = wire
        self._mark = Mark.read(mark)
        self._calls = 1
        self._met: list[Item] = []
        self._new: list[tuple[Item, Mapping[str, Any], ThreadPost]] = []

    def turn(self) -> CommentBatch:
        """Read on from the mark. Raises Never (`listen_scope_missing`) and Later."""
        if not self._mark.at:
            began = mapping.milliseconds(clock.now())
            self._mark = Mark(self._mark.floor, self._mark.told, began)
        stopped = self._through(self._recent())
        mark = self._mark.going_on(stopped, self._met) if stopped else self._mark.at_the_end(self._met)
        return CommentBatch(self._given(), str(mark), bool(stopped))

    def _recent(self) -> list[tuple[int, ThreadPost]]:
        """The page's recent posts with the instants that order them, newest first."""
        answer = self._wire.heard(f"{posts_path(self._wire.page)}&count={POSTS}&start=0")
        found: list[tuple[int, ThreadPost]] = []
        for each in rows(answer):
            try:
                at = mapping.milliseconds(mapping.instant(each["createdAt"]))
                found.append((at, mapping.thread_post(each)))
            except UNREADABLE:
                continue
        return sorted(found, key=lambda each: each[0], reverse=True)

    def _through(self, posts: list[tuple[int, ThreadPost]]) -> str:
        """Read the posts from where the mark is. Where to go on, empty at the end."""
        created, _sep, thread = self._mark.at.partition("-")
        start = int(created) if created.isdigit() else None
        for at, post in posts:
            resumed = at == start and bool(thread)
            if start is not None and at >= start and not resumed:
                continue
            if self._calls >= CALLS:
                return str(at + 1)
            stopped = self._below(post, thread if resumed else "")
            if stopped:
                return f"{at}-{stopped}"
        return ""

    def _below(self, post: ThreadPost, after: str) -> str:
        """Read a post's comments and their answers, those below comment `after` already read.

        The number of the last comment whose answers were read, when the turn is spent; empty at the end.
        """
        first = self._read(post.remote_id, post)
        if not after:
            self._take(first, post)
        threads = sorted(
            (where for where, said in first if voices.answers(said)), key=lambda where: int(where.number)
        )
        last = int(after) if after.isdigit() else -1
        for where in threads:
            if int(where.number) <= last:
                continue
            if self._calls >= CALLS:
                return str(last) if last >= 0 else "0"
            self._take(self._read(where.urn, post), post)
            last = int(where.number)
        return ""

    def _read(self, urn: str, post: ThreadPost) -> list[tuple[Place, Mapping[str, Any]]]:
        """What stands below a post or a comment; nothing below what is gone, and of very many the first."""
        found: list[tuple[Place, Mapping[str, Any]]] = []
        try:
            for page in self._wire.pages(comments_path(urn), most=PAGES, heard=True):
                self._calls += 1
                found += _placed(page, post)
        except TooManyError:
            pass
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise
        return found

    def _take(self, found: list[tuple[Place, Mapping[str, Any]]], post: ThreadPost) -> None:
        for where, said in found:
            if voices.author_of(said) == self._wire.page:
                continue
            try:
                item = voices.item_of(said, where)
            except ValueError:
                continue
            self._met.append(item)
            if self._mark.is_new(item):
                self._new.append((item, said, post))

    def _given(self) -> tuple[IncomingComment, ...]:
        """What is new, oldest first, each with its author."""
        people = People(self._wire)
        ordered = sorted(self._new, key=lambda each: (each[0].at, int(each[0].name)))
        return tuple(
            voices.comment_of(said, post, people.known_as(voices.author_of(said)))
            for _item, said, post in ordered
        )


def _placed(page: list[Mapping[str, Any]], post: ThreadPost) -> list[tuple[Place, Mapping[str, Any]]]:
    found: list[tuple[Place, Mapping[str, Any]]] = []
    for said in page:
        try:
            found.append((voices.place_of(said, post.remote_id), said))
        except ValueError:
            continue
    return found
