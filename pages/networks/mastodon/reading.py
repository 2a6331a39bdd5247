"""One turn through the notifications of an account, for what one kind of reader wants of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cm_suite.core.errors import Later
from pages.networks.mastodon import mentions, voices
from pages.networks.mastodon.mentions import Mention
from pages.networks.mastodon.threads import Place, SpentError, Threads
from pages.networks.mastodon.wire import UNREADABLE, Wire
from pages.networks.types import CommentBatch, CommentKind, IncomingComment


def batch(wire: Wire, threads: Threads, mark: str, wanted: CommentKind) -> CommentBatch:
    """What is new of one kind since a mark (a notification's id); without a mark, among the recent ones."""
    found, more = mentions.since(wire, mark)
    turn = _Turn(wire, threads, mark or mentions.BEFORE_ALL, wanted)
    stopped = turn.through(found)
    return CommentBatch(tuple(turn.comments), turn.mark, more if stopped is None else stopped)


def kinds(status: Mapping[str, Any], place: Place, own: str) -> frozenset[CommentKind]:
    """What a status that names us is. One whose thread cannot be read is given to both that it may be."""
    if voices.is_private(status):
        return frozenset({CommentKind.MESSAGE})
    if place.post is not None or voices.answers(status, own):
        return frozenset({CommentKind.COMMENT})
    unsure = () if place.sure else (CommentKind.COMMENT,)
    return frozenset({CommentKind.MENTION, *unsure})


def placed(comment: IncomingComment, place: Place, kind: CommentKind) -> IncomingComment:
    """The comment as its kind has it: a message in its conversation, any other below its post."""
    if kind is CommentKind.MESSAGE:
        return replace(comment, kind=kind, conversation=place.conversation)
    return replace(voices.under(comment, place.post), kind=kind)


class _Turn:
    """The comments taken in, and the mark of the last notification dealt with."""

    def __init__(self, wire: Wire, threads: Threads, mark: str, wanted: CommentKind) -> None:
        self._own = wire.remote_id
        self._threads = threads
        self._wanted = wanted
        self._first = True
        self.comments: list[IncomingComment] = []
        self.mark = mark

    def through(self, found: list[Mention]) -> bool | None:
        """Read on. None at the end; otherwise it stopped, and says whether to go on at once.

        Raises Later when the very first cannot be read for want of a server.
        """
        self._threads.begin()
        for mention in found:
            try:
                self._take(mention.status)
            except SpentError:
                return True
            except Later:
                if self._first:
                    raise
                return False
            self.mark, self._first = mention.id, False
        return None

    def _take(self, status: Mapping[str, Any] | None) -> None:
        comment = self._read(status)
        if status is None or comment is None:
            return
        place = self._threads.place_of(comment, patient=self._first)
        if self._wanted in kinds(status, place, self._own):
            self.comments.append(placed(comment, place, self._wanted))

    def _read(self, status: Mapping[str, Any] | None) -> IncomingComment | None:
        """The comment in a mention; None for what another reader wants, our own words, or nothing to read."""
        if status is None or voices.author_id(status) == self._own:
            return None
        if voices.is_private(status) != (self._wanted is CommentKind.MESSAGE):
            return None
        try:
            return voices.comment_of(status)
        except UNREADABLE:
            return None
