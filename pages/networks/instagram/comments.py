"""What people write under an account's posts, and the account's answers.

https://developers.facebook.com/documentation/instagram-platform/comment-moderation. To ask for `fields` with
an answer makes the network write it and then refuse: what is made is read by a call of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from cm_suite.core.errors import Never, NextStep
from pages.networks import graph_marks as marks
from pages.networks import graph_places as places
from pages.networks.answers import mapping as object_of
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.graph import NoMoreError, made, path_of
from pages.networks.graph_comments import GraphComments
from pages.networks.graph_marks import Mark
from pages.networks.graph_messages import MESSAGE_FIELDS, message
from pages.networks.graph_sightings import Seen, readable
from pages.networks.graph_wire import BARRED, DEAF
from pages.networks.instagram import mapping, sightings
from pages.networks.instagram.mapping import COMMENT_FIELDS, MEDIA_FIELDS, TAGGED
from pages.networks.instagram.mentions import Tagged
from pages.networks.instagram.threads import Threads
from pages.networks.meta_hooks import NAMED
from pages.networks.types import (
    ABSENT,
    CommentBatch,
    IncomingComment,
    Published,
    Reply,
    Sighting,
)

MOST_PAGES: Final = 5
PAGE_SIZE: Final = 50


class Conversations(Tagged, GraphComments):
    """Listens and answers."""

    def comments(self, mark: str) -> CommentBatch:
        """What others wrote under the recent posts since the mark, both levels, oldest first."""
        base, stop = places.read(mark)
        known = marks.read(base)
        if stop is None:
            reading = Threads(self._graph, self._account).since(known.since)
            further = places.after(base, reading.comments, reading.stop)
        else:
            known = Mark(stop.floor, known.known)
            reading = Threads(self._graph, self._account).since(stop.floor, stop)
            further = places.going_on(base, reading.stop)
        more = places.read(further)[1] is not None
        return CommentBatch(marks.fresh(known, reading.comments), further, more)

    def _now(self, remote_id: str) -> IncomingComment:
        path = path_of(remote_id)
        if remote_id.startswith(TAGGED):
            return self._tag(remote_id)
        if remote_id.startswith(NAMED):
            return self._words(remote_id)
        if not remote_id.isdigit():  # comments have numbers, messages do not
            said = self._graph.get(path, {"fields": MESSAGE_FIELDS}, lacking=DEAF)
            return message(said, "", self._author(said))
        asked = {"fields": f"{COMMENT_FIELDS},media{{{MEDIA_FIELDS}}}"}
        found = self._graph.get(path, asked, lacking=DEAF)
        post = object_of(found.get("media"))
        return mapping.comment(found, mapping.thread_post(post) if post else None)

    def _tag(self, remote_id: str) -> IncomingComment:
        """A post of somebody else, which is read only where it is listed."""
        try:
            found = self._mention(remote_id)
        except NoMoreError:
            raise Never(BARRED, step=NextStep.NONE) from None
        if found is None:
            raise Never(Code.NOT_FOUND, step=NextStep.CONTACT)
        return found

    def reply(self, reply: Reply, fence: Fence) -> Published:
        """Answer a comment of the first level once.

        Raises Never: `reply_too_deep` for an answer to an answer, which the network would put elsewhere than
        asked; `not_allowed_here` for a hidden comment, and for a tag.
        """
        self._answerable(reply.to)
        edge = path_of(reply.to, "replies")
        fence()
        return Published(made(self._graph.post(edge, {"message": reply.text}, lacking=BARRED)), "")

    def _answerable(self, remote_id: str) -> None:
        if remote_id.startswith((TAGGED, NAMED)):
            raise Never(BARRED, step=NextStep.NONE)
        asked = {"fields": "id,parent_id,hidden"}
        found = self._graph.get(path_of(remote_id), asked, lacking=BARRED)
        if found.get("parent_id") is not None:
            raise Never(Code.REPLY_TOO_DEEP, step=NextStep.NONE)
        if found.get("hidden") is True:
            raise Never(BARRED, step=NextStep.NONE)

    def find_reply(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        """Look among the account's own answers to the same comment, by text; with it, they go too."""
        try:
            return sightings.look(reply.text, lambda: self._own(reply.to, since), since, until)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise
            return ABSENT

    def _own(self, thread: str, since: datetime) -> Iterator[Seen]:
        edge = path_of(thread, "replies")
        asked = {"fields": COMMENT_FIELDS, "limit": PAGE_SIZE}
        for page in self._graph.pages(edge, asked, most=MOST_PAGES, lacking=BARRED):
            own = (each for each in page if self._mine(each))
            yield from readable(own, sightings.of_comment)
