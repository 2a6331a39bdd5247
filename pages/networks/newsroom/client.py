"""Publishing and moderating on the brand's own public page, through a store that the caller hands in."""

from __future__ import annotations

from datetime import datetime

from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.base import Fence, NewsroomStore
from pages.networks.errors import Code
from pages.networks.spec import Tools
from pages.networks.types import (
    ABSENT,
    Access,
    CommentBatch,
    CommentPresence,
    IncomingComment,
    Outgoing,
    Profile,
    Published,
    Reply,
    Sighting,
    found,
)


def measure(text: str, link: str, url_length: int | None = None) -> int:
    """Length of the text; the link stands beside it and counts for nothing."""
    return len(text)


class NewsroomClient:
    """One brand's newsroom."""

    def __init__(self, store: NewsroomStore) -> None:
        self._store = store

    def publish(self, post: Outgoing, fence: Fence) -> Published:
        """Put the post on the public page, once per key."""
        fence()
        return self._store.publish(
            post.key, post.text, post.link, post.content_type, post.language, post.images
        )

    def find(self, post: Outgoing, since: datetime, until: datetime) -> Sighting:
        """Look the key up; when it was sent does not matter."""
        published = self._store.find(post.key)
        return found(published) if published else ABSENT

    def delete(self, remote_id: str) -> None:
        """Take the post off the public page."""
        self._store.remove(remote_id)

    def profile(self) -> Profile:
        """The newsroom itself."""
        return self._store.profile()

    def comments(self, mark: str) -> CommentBatch:
        """Comments that are new or changed since the mark, oldest first."""
        return self._store.comments(mark)

    def comment(self, remote_id: str) -> IncomingComment:
        """One comment as it is now; one that the page does not know is gone."""
        known = self._store.comment(remote_id)
        return known or IncomingComment(remote_id, "", presence=CommentPresence.GONE)

    def reply(self, reply: Reply, fence: Fence) -> Published:
        """Write the brand's answer below the comment, once per key. Raises Never when the comment is gone."""
        fence()
        try:
            return self._store.reply(reply)
        except KeyError:
            raise _gone() from None

    def find_reply(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        """Look the key up; when it was sent does not matter."""
        published = self._store.find_reply(reply.key)
        return found(published) if published else ABSENT

    def hide(self, remote_id: str, reason: str) -> None:
        """Take the comment out of sight; its author may read why."""
        self._store.hide(remote_id, reason)

    def unhide(self, remote_id: str) -> None:
        """Show the comment again. Raises Never (`not_found`) when it is gone."""
        if not self._store.show(remote_id):
            raise _gone()

    def delete_comment(self, remote_id: str, reason: str) -> None:
        """Take the comment away for good; its author may read why."""
        self._store.take_away(remote_id, reason)

    def approve(self, remote_id: str) -> None:
        """Show a comment that waited. Raises Never (`not_found`) when it is gone."""
        if not self._store.show(remote_id):
            raise _gone()

    def show_as_read(self, read: IncomingComment) -> None:
        """Show the comment as it was read. Raises Later (`edited_meanwhile`), or Never when it is gone."""
        try:
            shown = self._store.show(read.remote_id, read.version)
        except LookupError:
            raise Later(Code.EDITED_MEANWHILE) from None
        if not shown:
            raise _gone()

    def tell_reporters(self, remote_id: str, *, removed: bool) -> None:
        """Answer each formal notice about the comment, once."""
        self._store.tell_reporters(remote_id, removed=removed)


def _gone() -> Never:
    return Never(Code.NOT_FOUND, step=NextStep.NONE)


def build(access: Access, tools: Tools) -> NewsroomClient:
    """A client on the store of the page. Raises ValueError when no store was handed in."""
    if tools.store is None:
        raise ValueError("the newsroom needs its store")
    return NewsroomClient(tools.store)
