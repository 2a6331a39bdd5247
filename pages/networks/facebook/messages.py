"""Private messages to the Page, and its answers.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations (only the
twenty latest messages of a conversation can be read) and …/send-messages (an answer within 24 hours; the
tag HUMAN_AGENT for what a person writes within 7 days, where Meta granted it).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep
from pages.networks import graph_marks as marks
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.facebook import mapping, sightings
from pages.networks.facebook.mapping import MESSAGE_FIELDS, Seen
from pages.networks.facebook.pagewire import DEAF, PageWire
from pages.networks.graph import NoMoreError, made, path_of
from pages.networks.graph_answers import UNREADABLE, identifier, instant_or_none
from pages.networks.types import CommentBatch, IncomingComment, Published, Reply, Sighting

CONVERSATIONS: Final = 25
MOST_PAGES: Final = 4
READABLE: Final = 20
ANSWERED_WITHIN: Final = timedelta(hours=24)
BY_A_PERSON_WITHIN: Final = timedelta(days=7)

_MESSAGES: Final = f"messages.limit({READABLE}){{{MESSAGE_FIELDS}}}"
_FIELDS: Final = f"id,updated_time,{_MESSAGES}"


class Inbox(PageWire):
    """Reads the Page's conversations, and writes in them."""

    def messages(self, mark: str) -> CommentBatch:
        """What people wrote to the Page since the mark, oldest first; of each thread, the latest twenty."""
        known = marks.read(mark)
        there: list[IncomingComment] = []
        with suppress(NoMoreError):
            for each in self._conversations(known.since):
                there += self._received(each)
        there.reverse()  # the network lists the newest first
        return CommentBatch(marks.fresh(known, there), marks.after(mark, there))

    def _conversations(self, second: int) -> Iterator[Mapping[str, Any]]:
        """Those in which somebody wrote since a second; the network lists the latest first."""
        asked = {"fields": _FIELDS, "limit": CONVERSATIONS, "platform": "messenger"}
        edge = path_of(self._page, "conversations")
        for page in self._graph.pages(edge, asked, most=MOST_PAGES, lacking=DEAF):
            for each in page:
                at = instant_or_none(each.get("updated_time"))
                if at is not None and at.timestamp() < second:
                    return
                yield each

    def _received(self, conversation: Mapping[str, Any]) -> Iterator[IncomingComment]:
        for each in mapping.inner(conversation, "messages"):
            try:
                found = mapping.message(each, identifier(conversation["id"]))
            except UNREADABLE:
                continue
            if found.author.remote_id != self._page:
                yield found

    def answer(self, reply: Reply, fence: Fence) -> Published:
        """Write to whoever wrote to the Page, once, while the network still lets us."""
        to, last = self._other(reply)
        body: dict[str, Any] = {"recipient": {"id": to}, "message": {"text": reply.text}} | _type(last)
        fence()
        sent = self._graph.post(path_of(self._page, "messages"), body, lacking=Code.REVIEW_MISSING)
        return Published(made(sent, "message_id"), "")

    def _other(self, reply: Reply) -> tuple[str, datetime | None]:
        """Who to write to, and when they last wrote. Raises Never (`not_found`) when nobody did."""
        theirs: list[IncomingComment] = []
        for each in self._conversation(reply):
            theirs += self._received(each)
        last = max((each.at for each in theirs if each.at), default=None)
        to = reply.author.remote_id or next((each.author.remote_id for each in theirs), "")
        if not to:
            raise Never(Code.NOT_FOUND, step=NextStep.CONTACT)
        return to, last

    def _conversation(self, reply: Reply) -> list[Mapping[str, Any]]:
        if reply.conversation:
            return [self._graph.get(path_of(reply.conversation), {"fields": _FIELDS}, lacking=DEAF)]
        asked = {"fields": _FIELDS, "user_id": reply.author.remote_id, "platform": "messenger"}
        found = self._graph.get(path_of(self._page, "conversations"), asked, lacking=DEAF)
        return mapping.inner({"found": found}, "found")[:1]

    def find_answer(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        """Look among the Page's own messages of the conversation, by text."""
        return sightings.look(reply.text, lambda: self._sent(reply, since), since, until)

    def _sent(self, reply: Reply, since: datetime) -> Iterator[Seen]:
        """The Page's own messages. Raises NoMoreError when what can be read begins after `since`."""
        opening = sightings.window(since, since)[0]
        for conversation in self._conversation(reply):
            found = mapping.inner(conversation, "messages")
            own = [each for each in found if mapping.author_id(each) == self._page]
            yield from mapping.readable(own)
            times = [instant_or_none(each.get("created_time")) for each in found]
            if len(found) >= READABLE and all(at is None or at >= opening for at in times):
                raise NoMoreError


def _type(last: datetime | None) -> dict[str, str]:
    """How the answer is meant. Raises Never (`window_closed`) when it is too late for any."""
    if last is None:
        raise Later("answer_unreadable")
    waited = clock.now() - last
    if waited < ANSWERED_WITHIN:
        return {"messaging_type": "RESPONSE"}
    if waited < BY_A_PERSON_WITHIN:
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    raise Never(Code.WINDOW_CLOSED)
