"""Private messages: those of X's older kind, which its API reads and writes.

Newest first, of the last thirty days (https://docs.x.com/x-api/direct-messages/lookup/introduction).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from cm_suite.core.errors import Unknown
from pages.networks.answers import believed, instant
from pages.networks.base import Fence
from pages.networks.types import (
    ABSENT,
    CANNOT_TELL,
    CommentBatch,
    CommentKind,
    IncomingComment,
    Published,
    Reply,
    Sighting,
    found,
)
from pages.networks.x import mapping, people, words
from pages.networks.x.answers import UNREADABLE, Batch
from pages.networks.x.comments import safe
from pages.networks.x.sightings import CLOCK_SKEW, mark_of
from pages.networks.x.walk import START, walk
from pages.networks.x.wire import USER_FIELDS, Wire

FIRST_PAGE: Final = 1  # enough to see that nothing is new
NEXT_PAGE: Final = 20
LOOKED_THROUGH: Final = 5  # pages of a conversation, for an answer of ours
FIELDS: Final = "created_at,dm_conversation_id,entities,event_type,id,sender_id,text"


class PrivateMessages:
    """Reads private messages and answers them, in the conversation they came in."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def messages(self, mark: str) -> CommentBatch:
        """What was written to us since the mark, oldest first; with no mark, the latest ones."""
        walked = walk(partial(_page, self._wire, "/dm_events"), mark)
        heard = [_message(row, walked.users) for row in walked.rows if self._is_theirs(row)]
        return CommentBatch(tuple(each for each in heard if each is not None), walked.mark, walked.more)

    def _is_theirs(self, row: Mapping[str, Any]) -> bool:
        return row.get("sender_id") != self._wire.remote_id and row.get("event_type") == "MessageCreate"

    def answer(self, reply: Reply, fence: Fence) -> Published:
        """Write in the conversation once; with no conversation known, to the author."""
        path = _conversation(reply)
        with self._wire.spending("message"):
            fence()
            made = self._wire.create(f"{path}/messages", {"text": reply.text.strip()})
        try:
            return Published(words.identifier(made["dm_event_id"]), "")
        except UNREADABLE:
            raise Unknown("answer_unreadable") from None

    def find_answer(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        """Look in the conversation for our words of that time. X refuses no message twice: ABSENT only when
        all of that time was read.
        """
        opening, closing = since - CLOCK_SKEW, until + CLOCK_SKEW
        path, token = f"{_conversation(reply)}/dm_events", ""
        for _number in range(LOOKED_THROUGH):
            batch = _page(self._wire, path, 1, START, token, "message_look")
            try:
                sighting, reached = self._among(batch, reply, opening, closing)
            except UNREADABLE:
                return CANNOT_TELL
            token = batch.further
            if sighting is not None:
                return sighting
            if reached or not token:
                return ABSENT
        return CANNOT_TELL

    def _among(
        self, batch: Batch, reply: Reply, opening: datetime, closing: datetime
    ) -> tuple[Sighting | None, bool]:
        """Our words in this page, and whether it reaches back to the opening."""
        reached = False
        for row in batch.rows:
            at = instant(row["created_at"])
            reached = reached or at < opening
            ours = row.get("sender_id") == self._wire.remote_id and opening <= at <= closing
            if ours and mark_of(words.words_of(row)) == mark_of(reply.text):
                return found(Published(words.identifier(row["id"]), "", at)), reached
        return None, reached


def _page(wire: Wire, path: str, number: int, base: str, token: str, paid_as: str = "message_read") -> Batch:
    """One page of messages."""
    size = FIRST_PAGE if number == 0 and base != START else NEXT_PAGE
    params = {"max_results": str(size), "event_types": "MessageCreate", "dm_event.fields": FIELDS}
    params |= {"expansions": "sender_id", "user.fields": USER_FIELDS}
    params |= {"pagination_token": token} if token else {}
    return wire.paid(path, params, **{paid_as: size, "user_read": size}).listed()


def _conversation(reply: Reply) -> str:
    try:
        return f"/dm_conversations/{mapping.conversation(reply.conversation)}"
    except ValueError:
        return f"/dm_conversations/with/{safe(reply.author.remote_id)}"


def _message(row: Mapping[str, Any], users: Mapping[str, Mapping[str, Any]]) -> IncomingComment | None:
    try:
        return IncomingComment(
            remote_id=words.identifier(row["id"]),
            text=words.words_of(row),
            author=people.author(users, row.get("sender_id")),
            at=believed(row.get("created_at")),
            kind=CommentKind.MESSAGE,
            conversation=mapping.conversation(row["dm_conversation_id"]),
        )
    except UNREADABLE:
        return None
