"""What people answer to an account, and the account's answers to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Final

from cm_suite.core.errors import Never
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.mastodon import answers, reading, sightings, voices
from pages.networks.mastodon.mapping import Seen, seen
from pages.networks.mastodon.threads import Threads
from pages.networks.mastodon.wire import UNREADABLE, NotSaidError, Wire, status_path
from pages.networks.types import (
    ABSENT,
    CANNOT_TELL,
    CommentBatch,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Published,
    Reply,
    Sighting,
)

KINDS_IN_DOUBT: Final = (CommentKind.MESSAGE, CommentKind.COMMENT, CommentKind.MENTION)


class Conversations:
    """Listens and answers. Comments, mentions and messages are all read from the account's notifications.

    Each has a mark of its own there, so that one never goes past what another has not read.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._threads = Threads(wire)

    def comments(self, mark: str) -> CommentBatch:
        """Who answered below a status of ours since the mark, oldest first, with the first of ours above."""
        return reading.batch(self._wire, self._threads, mark, CommentKind.COMMENT)

    def mentions(self, mark: str) -> CommentBatch:
        """Who named us elsewhere since the mark, oldest first."""
        return reading.batch(self._wire, self._threads, mark, CommentKind.MENTION)

    def messages(self, mark: str) -> CommentBatch:
        """Who wrote to us in private since the mark, oldest first.

        A conversation is the id of its first private status that the server shows us.
        """
        return reading.batch(self._wire, self._threads, mark, CommentKind.MESSAGE)

    def comment(self, remote_id: str) -> IncomingComment:
        """One comment, mention or message as it is now; GONE when our server has it no more.

        Our server may go on showing what was taken down on its author's: deletions do not reach everywhere.
        """
        try:
            status = self._wire.status(remote_id)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise
            return _gone(remote_id)
        except NotSaidError:
            if not self._wire.knows_us():
                raise
            return _gone(remote_id)  # servers that are alike say it with a page
        comment = voices.comment_of(status)
        self._threads.begin()
        place = self._threads.place_of(comment, patient=True)
        possible = reading.kinds(status, place, self._wire.remote_id)
        return reading.placed(comment, place, next(kind for kind in KINDS_IN_DOUBT if kind in possible))

    def reply(self, reply: Reply, fence: Fence) -> Published:
        """Answer once, naming the comment's author; the server drops a second request with the same key."""
        body = answers.answer_body(reply, self._wire.status(reply.to))
        fence()
        return self._wire.create(body, reply.key)

    def find_reply(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        """Look among the account's own statuses of that time, by text and by what they answer."""
        judge = partial(sightings.of_reply, reply, since=since)
        return sightings.look(self._wire.statuses(), judge, since, until)

    def answer(self, reply: Reply, fence: Fence) -> Published:
        """Answer a message once, so that only its author reads it.

        Raises Never (`not_found`) when the message is gone, or nobody could be named in the answer.
        """
        try:
            body = answers.message_body(reply, self._wire.status(reply.to))
        except ValueError:
            raise Never(Code.NOT_FOUND) from None
        fence()
        return self._wire.create(body, reply.key)

    def find_answer(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        """Look among the account's own statuses, then below the message.

        Servers that are alike leave private statuses out of an account's own; so absence takes both.
        """
        sighting = self.find_reply(reply, since, until)
        if sighting != ABSENT:
            return sighting
        judge = partial(sightings.of_reply, reply, since=since)
        try:
            return judge(list(self._below(reply.to)))
        except (*UNREADABLE, Never):
            return CANNOT_TELL

    def _below(self, remote_id: str) -> Iterator[Seen]:
        """What we wrote below a status."""
        context = self._wire.heard(status_path(remote_id, "/context"))
        for each in context["descendants"]:
            if voices.author_id(each) == self._wire.remote_id:
                yield seen(each)


def _gone(remote_id: str) -> IncomingComment:
    return IncomingComment(remote_id, "", presence=CommentPresence.GONE)
