"""Private messages to an account of Meta's, and its answers.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations (only the
twenty latest messages of a conversation can be read) and …/send-messages (an answer within 24 hours; the
tag HUMAN_AGENT for what a person writes within 7 days, where Meta granted it).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep
from pages.networks import graph_marks as marks
from pages.networks import graph_places as places
from pages.networks import graph_sightings as sightings
from pages.networks.answers import UNREADABLE, identifier, text_of
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.graph import NoMoreError, made, path_of
from pages.networks.graph_answers import inner, instant, instant_or_none
from pages.networks.graph_marks import Mark
from pages.networks.graph_places import Stop
from pages.networks.graph_sightings import Seen
from pages.networks.graph_wire import DEAF, GraphWire
from pages.networks.types import (
    CommentBatch,
    Commenter,
    CommentKind,
    IncomingComment,
    Published,
    Reply,
    Sighting,
)

CONVERSATIONS: Final = 20
FEWER: Final = 5
MOST_PAGES: Final = 5
READABLE: Final = 20
ANSWERED_WITHIN: Final = timedelta(hours=24)
BY_A_PERSON_WITHIN: Final = timedelta(days=7)
MESSAGE_FIELDS: Final = "id,message,created_time,from"

_FIELDS: Final = f"id,updated_time,messages.limit({READABLE}){{{MESSAGE_FIELDS}}}"


def message(answer: Mapping[str, Any], conversation: str, author: Commenter) -> IncomingComment:
    """A private message. Raises KeyError, TypeError or ValueError for anything else."""
    return IncomingComment(
        identifier(answer["id"]),
        text_of(answer.get("message")),
        author,
        at=instant(answer["created_time"]),
        kind=CommentKind.MESSAGE,
        conversation=conversation,
    )


class GraphInbox(GraphWire):
    """Reads an account's conversations, and writes in them. `_platform`: where they are held."""

    _platform: str

    def _mailbox(self) -> str:
        """The Page that the conversations are read and written through."""
        return self._account

    def messages(self, mark: str) -> CommentBatch:
        """What people wrote to the account since the mark, oldest first; the latest twenty a thread.

        A first look goes a month back behind the latest conversations.
        """
        base, stop = places.read(mark)
        known = marks.read(base)
        if stop is not None:
            return self._messages_behind(base, known, stop)
        rows, cursor = self._conversations(known.since)
        there = self._heard(rows)
        further = places.after(base, there, places.behind(base, _last(rows), cursor))
        return CommentBatch(marks.fresh(known, there), further, places.read(further)[1] is not None)

    def _messages_behind(self, base: str, known: Mark, stop: Stop) -> CommentBatch:
        """What is new, and what stands behind the place where a turn stopped.

        Who writes again meanwhile moves to the top of the list, with what they wrote before. So once the end
        is reached, the list is gone through from its top once more, down to the mark (`post` holds its
        second), and what moved is read down to the same floor.
        """
        once_more, top = stop.post.isdigit(), not stop.cursor
        try:
            newest = [] if top else self._conversations(known.since, most=1)[0]
            down_to = int(stop.post) if once_more else stop.floor
            rows, cursor = self._conversations(down_to, stop.cursor)
        except Never as refusal:
            if refusal.code != Code.CONTENT_REFUSED:
                raise
            return CommentBatch((), places.again(stop), more=True)
        left: Stop | None = Stop(stop.floor, stop.post, cursor)
        if not cursor:
            left = None if once_more else Stop(stop.floor, str(known.since), "")
        there = self._heard([*newest, *rows])
        further = places.after(base, there if top else (), left)
        heard = marks.fresh(Mark(stop.floor, known.known), there)
        return CommentBatch(heard, further, more=left is not None)

    def _heard(self, rows: list[Mapping[str, Any]]) -> list[IncomingComment]:
        """What others wrote in some conversations, oldest first."""
        return [each for found in rows for each in self._received(found)][::-1]

    def _conversations(
        self, second: int, cursor: str = "", most: int = MOST_PAGES
    ) -> tuple[list[Mapping[str, Any]], str]:
        """Those in which somebody wrote since a second, and where they go on (empty at the end).

        In smaller answers where one cannot hold them.
        """
        try:
            return self._listed(second, CONVERSATIONS, cursor, most)
        except Later as late:
            if late.code != "server_error":
                raise
            return self._listed(second, FEWER, cursor, most)

    def _listed(self, second: int, size: int, cursor: str, most: int) -> tuple[list[Mapping[str, Any]], str]:
        """The latest conversations; the network lists the one first that was written in last."""

        def late(row: Mapping[str, Any]) -> bool:
            at = instant_or_none(row.get("updated_time"))
            return at is None or at.timestamp() >= second

        asked = {"fields": _FIELDS, "limit": size, "platform": self._platform}
        edge = path_of(self._mailbox(), "conversations")
        found, further = places.down(
            self._graph, edge, asked, list, lambda page: not all(map(late, page)), cursor=cursor, most=most
        )
        return list(filter(late, found)), further

    def _received(self, conversation: Mapping[str, Any]) -> Iterator[IncomingComment]:
        for each in inner(conversation, "messages"):
            try:
                found = message(each, identifier(conversation["id"]), self._author(each))
            except UNREADABLE:
                continue
            if not self._mine(each):
                yield found

    def answer(self, reply: Reply, fence: Fence) -> Published:
        """Write to whoever wrote to the account, once, while the network still lets us."""
        to, last = self._other(reply)
        body: dict[str, Any] = {"recipient": {"id": to}, "message": {"text": reply.text}} | _type(last)
        fence()
        sent = self._graph.post(path_of(self._mailbox(), "messages"), body, lacking=Code.REVIEW_MISSING)
        return Published(made(sent, "message_id"), "")

    def _other(self, reply: Reply) -> tuple[str, datetime | None]:
        """Who to write to, and when they last wrote. Raises Never (`not_found`) when nobody did."""
        theirs: list[IncomingComment] = []
        for each in self._conversation(reply):
            theirs += self._received(each)
        last = max((each.at for each in theirs if each.at), default=None) or self._written_at(reply.to)
        to = reply.author.remote_id or next((each.author.remote_id for each in theirs), "")
        if not to:
            raise Never(Code.NOT_FOUND, step=NextStep.CONTACT)
        return to, last

    def _written_at(self, remote_id: str) -> datetime | None:
        """When a message was written that later ones hide; None when the network has it no more."""
        try:
            said = self._graph.get(path_of(remote_id), {"fields": "id,created_time"}, lacking=DEAF)
        except Never as refusal:
            if refusal.code not in {Code.NOT_FOUND, Code.CONTENT_REFUSED}:
                raise
            return None
        return instant_or_none(said.get("created_time"))

    def _conversation(self, reply: Reply) -> list[Mapping[str, Any]]:
        if reply.conversation:
            return [self._graph.get(path_of(reply.conversation), {"fields": _FIELDS}, lacking=DEAF)]
        asked = {"fields": _FIELDS, "user_id": reply.author.remote_id, "platform": self._platform}
        found = self._graph.get(path_of(self._mailbox(), "conversations"), asked, lacking=DEAF)
        return inner({"found": found}, "found")[:1]

    def find_answer(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        """Look among the account's own messages of the conversation, by text."""
        return sightings.look(reply.text, lambda: self._sent(reply, since), since, until)

    def _sent(self, reply: Reply, since: datetime) -> Iterator[Seen]:
        """The account's own messages. Raises NoMoreError when what can be read begins after `since`."""
        opening = sightings.window(since, since)[0]
        for conversation in self._conversation(reply):
            found = inner(conversation, "messages")
            yield from sightings.readable(each for each in found if self._mine(each))
            times = [instant_or_none(each.get("created_time")) for each in found]
            if len(found) >= READABLE and all(at is None or at >= opening for at in times):
                raise NoMoreError


def _last(rows: list[Mapping[str, Any]]) -> float:
    """When somebody last wrote in the last of some conversations, in seconds since 1970; 0 for none."""
    at = instant_or_none(rows[-1].get("updated_time")) if rows else None
    return at.timestamp() if at else 0


def _type(last: datetime | None) -> dict[str, str]:
    """How the answer is meant. Raises Never (`window_closed`) when it is too late for any, or unknown."""
    if last is None:
        raise Never(Code.WINDOW_CLOSED)
    waited = clock.now() - last
    if waited < ANSWERED_WITHIN:
        return {"messaging_type": "RESPONSE"}
    if waited < BY_A_PERSON_WITHIN:
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    raise Never(Code.WINDOW_CLOSED)
