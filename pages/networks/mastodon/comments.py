"""What people answer to an account, and the account's answers to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from cm_suite.core.errors import Later, Never
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.mastodon import mentions, sightings, voices
from pages.networks.mastodon.mentions import Mention
from pages.networks.mastodon.threads import SpentError, Threads
from pages.networks.mastodon.wire import UNREADABLE, Wire
from pages.networks.types import CommentBatch, CommentPresence, IncomingComment, Published, Reply, Sighting


class Conversations:
    """Listens and answers. A message that only its addressees can read is no comment, and is left aside."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def comments(self, mark: str) -> CommentBatch:
        """Who named us since the mark (a notification's id), oldest first; with no mark, the recent ones.

        A comment below a status of ours comes with the first of ours above it; another mention with no post.
        """
        found, more = mentions.since(self._wire, mark)
        reading = _Reading(self._wire, mark or mentions.BEFORE_ALL)
        stopped = reading.through(found)
        return CommentBatch(tuple(reading.comments), reading.mark, more if stopped is None else stopped)

    def comment(self, remote_id: str) -> IncomingComment:
        """One comment as it is now; GONE when our server has it no more, or may not show it to us.

        Our server may go on showing what was taken down on its author's: deletions do not reach everywhere.
        """
        try:
            status = self._wire.status(remote_id)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise
            return IncomingComment(remote_id, "", presence=CommentPresence.GONE)
        if voices.is_private(status):
            raise Never(Code.NOT_FOUND)
        comment = voices.comment_of(status)
        return voices.under(comment, Threads(self._wire).post_of(comment, patient=True))

    def reply(self, reply: Reply, fence: Fence) -> Published:
        """Answer once, naming the comment's author; the server drops a second request with the same key."""
        body = voices.answer_body(reply, self._wire.status(reply.to))
        fence()
        return self._wire.create(body, reply.key)

    def find_reply(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        """Look among the account's own statuses of that time, by text and by what they answer."""
        judge = partial(sightings.of_reply, reply, since=since)
        return sightings.look(self._wire.statuses(), judge, since, until)


class _Reading:
    """One turn through mentions: the comments taken in, and the mark of the last one dealt with."""

    def __init__(self, wire: Wire, mark: str) -> None:
        self._own = wire.remote_id
        self._threads = Threads(wire)
        self._first = True
        self.comments: list[IncomingComment] = []
        self.mark = mark

    def through(self, found: list[Mention]) -> bool | None:
        """Read on. None at the end; otherwise it stopped, and says whether to go on at once.

        Raises Later when the very first cannot be read for want of a server.
        """
        for mention in found:
            try:
                self._take(mention)
            except SpentError:
                return True
            except Later:
                if self._first:
                    raise
                return False
            self.mark, self._first = mention.id, False
        return None

    def _take(self, mention: Mention) -> None:
        comment = self._read(mention.status)
        if comment is not None:
            post = self._threads.post_of(comment, patient=self._first)
            self.comments.append(voices.under(comment, post))

    def _read(self, status: Mapping[str, Any] | None) -> IncomingComment | None:
        """The comment in a mention; None for a private message, our own words, or nothing to read."""
        if status is None or voices.is_private(status) or voices.author_id(status) == self._own:
            return None
        try:
            return voices.comment_of(status)
        except UNREADABLE:
            return None
