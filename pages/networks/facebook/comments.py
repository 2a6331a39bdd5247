"""What people write under a Page's posts, and the Page's answers.

https://developers.facebook.com/documentation/pages-api/comments-mentions
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from cm_suite.core.errors import Later, Never, NextStep
from pages.networks import graph_marks as marks
from pages.networks import graph_places as places
from pages.networks import graph_sightings as sightings
from pages.networks.answers import UNREADABLE, identifier
from pages.networks.answers import mapping as object_of
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.facebook import mapping
from pages.networks.facebook.mapping import COMMENT_FIELDS, MENTION_FIELDS, POST_FIELDS
from pages.networks.facebook.pagewire import PageWire
from pages.networks.facebook.threads import Threads
from pages.networks.graph import made, path_of
from pages.networks.graph_comments import GraphComments
from pages.networks.graph_marks import Mark
from pages.networks.graph_messages import MESSAGE_FIELDS, message
from pages.networks.graph_sightings import Seen
from pages.networks.graph_wire import BARRED, DEAF
from pages.networks.types import (
    ABSENT,
    CommentBatch,
    CommentPresence,
    IncomingComment,
    Published,
    Reply,
    Sighting,
    ThreadPost,
)

MOST_PAGES: Final = 5
PAGE_SIZE: Final = 100
_MESSAGE: Final = "m_"


class Conversations(PageWire, GraphComments):
    """Listens and answers."""

    def comments(self, mark: str) -> CommentBatch:
        """What others wrote under the Page's recent posts since the mark, both levels, oldest first.

        The newest of each post come with every turn; a turn that could not read all goes on behind them.
        """
        base, stop = places.read(mark)
        known = marks.read(base)
        try:
            reading = Threads(self._graph, self._account).since(known, stop)
        except Never as refusal:
            if stop is None or refusal.code != Code.CONTENT_REFUSED:
                raise
            return CommentBatch((), places.again(stop), more=True)
        if stop is None:
            there = marks.fresh(known, reading.newest + reading.behind)
            further = places.after(base, reading.newest + reading.behind, reading.stop)
            return CommentBatch(there, further, more=places.read(further)[1] is not None)
        behind = marks.fresh(Mark(stop.floor, known.known), reading.behind)
        newer = reading.newest if reading.whole else ()  # else what is between would be passed over
        further = places.after(base, newer, reading.stop)
        more = not reading.whole or places.read(further)[1] is not None
        return CommentBatch(_in_order([*marks.fresh(known, reading.newest), *behind]), further, more)

    def comment(self, remote_id: str) -> IncomingComment:
        """One comment, mention or message as it is now; GONE when the network has it no more.

        The API says the same of what a token may not read, so that GONE takes proof that we still may. Raises
        Never (`listen_scope_missing`) without it.
        """
        found = super().comment(remote_id)
        if found.presence is CommentPresence.GONE and not remote_id.startswith(_MESSAGE):
            asked = {"fields": "id,comments.limit(1){id}", "limit": 1}
            self._graph.get(path_of(self._account, "published_posts"), asked, lacking=DEAF)
        return found

    def _now(self, remote_id: str) -> IncomingComment:
        path = path_of(remote_id)
        if remote_id.startswith(_MESSAGE):
            said = self._graph.get(path, {"fields": MESSAGE_FIELDS}, lacking=DEAF)
            return message(said, "", self._author(said))
        try:
            found = self._graph.get(path, {"fields": COMMENT_FIELDS}, lacking=DEAF)
        except Never as refusal:  # a post has no `parent`: the mention of somebody is one
            if refusal.code != Code.CONTENT_REFUSED:
                raise
            return mapping.mention(self._graph.get(path, {"fields": MENTION_FIELDS}, lacking=DEAF))
        return mapping.comment(found, self._post_of(remote_id))

    def _post_of(self, remote_id: str) -> ThreadPost | None:
        """The post above a comment, whose number begins with the post's; None when it cannot be read."""
        number, joined, _own = remote_id.partition("_")
        if not joined:
            return None
        try:
            asked = {"fields": POST_FIELDS}
            return mapping.thread_post(self._graph.get(f"{path_of(self._account)}_{path_of(number)}", asked))
        except Never as refusal:
            if refusal.step == NextStep.RECONNECT:
                raise
            return None

    def reply(self, reply: Reply, fence: Fence) -> Published:
        """Answer once. There are two levels: what answers an answer stands below the same comment."""
        edge = path_of(self._thread_of(reply.to), "comments")
        fence()
        return self._shown(made(self._graph.post(edge, {"message": reply.text}, lacking=BARRED)))

    def _thread_of(self, remote_id: str) -> str:
        """The comment of the first level, or the post of somebody who named the Page.

        Raises Never (`not_found`) when it is gone.
        """
        try:
            found = self._graph.get(path_of(remote_id), {"fields": "id,parent{id}"}, lacking=BARRED)
        except Never as refusal:  # a post has no `parent`
            if refusal.code != Code.CONTENT_REFUSED:
                raise
            return identifier(remote_id)
        try:
            return identifier(object_of(found.get("parent")).get("id") or found["id"])
        except UNREADABLE:
            raise Later("answer_unreadable") from None

    def find_reply(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        """Look among the Page's own answers below the same comment, by text; with it, they go too."""
        try:
            thread = self._thread_of(reply.to)
            return sightings.look(reply.text, lambda: self._own(thread, since), since, until)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise
            return ABSENT

    def _own(self, thread: str, since: datetime) -> Iterator[Seen]:
        opening = sightings.window(since, since)[0]
        asked = {
            "fields": COMMENT_FIELDS,
            "filter": "stream",
            "order": "chronological",
            "since": int(opening.timestamp()) - 1,
            "limit": PAGE_SIZE,
        }
        edge = path_of(thread, "comments")
        for page in self._graph.pages(edge, asked, most=MOST_PAGES, lacking=BARRED):
            yield from sightings.readable(each for each in page if self._mine(each))


def _in_order(comments: list[IncomingComment]) -> tuple[IncomingComment, ...]:
    """Each once, oldest first."""
    return tuple(sorted({each.remote_id: each for each in comments}.values(), key=marks.second_of))
