"""What people write under the page's posts and about it, and the page's answers to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial

from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.linkedin import mapping, mentions, sightings, voices
from pages.networks.linkedin.mapping import Seen
from pages.networks.linkedin.people import People
from pages.networks.linkedin.replies import path_of, published, seen
from pages.networks.linkedin.rounds import PAGES, Round, comments_path
from pages.networks.linkedin.voices import Place
from pages.networks.linkedin.wire import UNREADABLE, Wire, encoded
from pages.networks.types import (
    ABSENT,
    CANNOT_TELL,
    CommentBatch,
    CommentPresence,
    IncomingComment,
    Published,
    Reply,
    Sighting,
    ThreadPost,
)


class Conversations:
    """Listens, answers, and takes comments away."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def comments(self, mark: str) -> CommentBatch:
        """What is new or changed below the page's recent posts, in rounds through all of them."""
        return Round(self._wire, mark).turn()

    def mentions(self, mark: str) -> CommentBatch:
        """Posts that name the page, as LinkedIn notifies it of them; of the last sixty days at most."""
        return mentions.since(self._wire, mark)

    def comment(self, remote_id: str) -> IncomingComment:
        """One comment, or one post that names the page, as it is now."""
        try:
            return self._now(remote_id)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise
        except UNREADABLE:
            raise Later("answer_unreadable") from None
        return IncomingComment(remote_id, "", presence=CommentPresence.GONE)

    def _now(self, remote_id: str) -> IncomingComment:
        where = voices.place(remote_id)
        if where is None:
            return mentions.one(self._wire, _post_in(remote_id))
        said = self._wire.heard(path_of(where))
        author = People(self._wire).known_as(voices.author_of(said))
        return voices.comment_of(said, self._post(where), author)

    def reply(self, reply: Reply, fence: Fence) -> Published:
        """Answer once; an answer to an answer stands beside it, since there are two levels only."""
        where, thread, parent = self._target(reply.to)
        body = voices.answer_body(self._wire.page, thread, reply.text, parent)
        fence()
        answer = self._wire.call("POST", comments_path(parent.urn if parent else where), json=body)
        return published(answer, where, thread)

    def find_reply(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        """Look among the page's own answers at that place, by text."""
        try:
            where, _thread, parent = self._target(reply.to)
            own = self._own(parent.urn if parent else where, where)
            return sightings.look(own, partial(sightings.of_text, reply.text.strip()), since, until)
        except Never as refusal:
            if refusal.step == NextStep.RECONNECT and refusal.code != Code.LISTEN_SCOPE_MISSING:
                raise
            return ABSENT if refusal.code == Code.NOT_FOUND else CANNOT_TELL

    def delete_comment(self, remote_id: str, reason: str) -> None:
        """Take it away, without the reason. Raises Never (`not_allowed_here`) without the role for it."""
        where = voices.place(remote_id)
        if where is None:
            return
        try:
            self._wire.call("DELETE", f"{path_of(where)}?actor={encoded(self._wire.page)}")
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise

    def _target(self, remote_id: str) -> tuple[str, str, Place | None]:
        """The post, the thread's URN, and the comment to answer: none for a post that names the page.

        Raises Never (`not_found`) when it is gone.
        """
        where = voices.place(remote_id)
        if where is None:
            return self._named_in(remote_id)
        said = self._wire.heard(path_of(where))
        thread = said.get("object")
        return (
            where.post,
            thread if isinstance(thread, str) else where.post,
            (voices.parent_of(said, where.post) or where),
        )

    def _named_in(self, remote_id: str) -> tuple[str, str, None]:
        urn = _post_in(remote_id)
        try:
            self._wire.get(f"posts/{encoded(urn)}")
        except Never as refusal:
            if refusal.code == Code.NOT_FOUND or refusal.step == NextStep.RECONNECT:
                raise
        return urn, urn, None

    def _own(self, urn: str, post: str) -> Iterator[Seen]:
        """The page's own answers below a post or a comment, newest first. Raises TooManyError."""
        pages = list(self._wire.pages(comments_path(urn), most=PAGES, heard=True))
        said = [each for page in pages for each in page if voices.author_of(each) == self._wire.page]
        yield from sorted((seen(each, post) for each in said), key=lambda each: each.at, reverse=True)

    def _post(self, where: Place) -> ThreadPost:
        """The post that a comment stands under; by its URN alone when it cannot be read."""
        with suppress(Never, Later, *UNREADABLE):
            return mapping.thread_post(self._wire.get(f"posts/{encoded(where.post)}"))
        return ThreadPost(where.post)


def _post_in(remote_id: str) -> str:
    """The URN of a post that this id is. Raises Never (`not_found`) for an id of nothing."""
    try:
        return mapping.post_urn(remote_id)
    except ValueError:
        raise Never(Code.NOT_FOUND) from None
