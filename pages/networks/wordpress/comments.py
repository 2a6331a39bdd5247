"""What people write under a site's posts, and what is done with it.

https://developer.wordpress.org/rest-api/reference/comments/
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any, Final

from cm_suite.core.errors import Later, Never, NextStep, Unknown
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.types import (
    ABSENT,
    CANNOT_TELL,
    CommentBatch,
    CommentPresence,
    IncomingComment,
    Published,
    Reply,
    Sighting,
    found,
)
from pages.networks.wordpress import mapping
from pages.networks.wordpress.rounds import Round
from pages.networks.wordpress.wire import PAGE_SIZE, UNREADABLE, Wire

SHOWN: Final = "approved"
WAITING: Final = "hold"


class Conversations:
    """Listens, answers, shows, hides and takes away."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def comments(self, mark: str) -> CommentBatch:
        """What is new or changed under any post of the site, whether it is shown or waits."""
        return Round(self._wire, "comment").turn(mark)

    def mentions(self, mark: str) -> CommentBatch:
        """Pingbacks and trackbacks: other sites that lead to a post of this one."""
        return Round(self._wire, "pings").turn(mark)

    def comment(self, remote_id: str) -> IncomingComment:
        """One comment as it is now; GONE when it is in the trash, or nowhere."""
        try:
            return mapping.comment(self._wire.comment(remote_id))
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise
        except UNREADABLE:
            raise Later("answer_unreadable") from None
        return IncomingComment(remote_id, "", presence=CommentPresence.GONE)

    def reply(self, reply: Reply, fence: Fence) -> Published:
        """Answer once, as the account. The key goes along as the program that wrote it."""
        said = {
            "post": self._wire.comment(reply.to).get("post"),
            "parent": int(reply.to),
            "content": escape(reply.text.strip(), quote=False),
            "author_user_agent": agent(reply.key),
        }
        fence()
        answer = self._wire.call("POST", "comments", json=said)
        try:
            return mapping.published(answer.json())
        except UNREADABLE:
            raise Unknown("answer_unreadable", answer=str(answer.status)) from None

    def find_reply(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        """Look among the answers to that comment, by the key that went along; thrown away ones too."""
        try:
            rows, _total = self._wire.heard(
                parent=reply.to, status="any", order="desc", orderby="id", per_page=PAGE_SIZE
            )
            mine = [each for each in rows if each.get("author_user_agent") == agent(reply.key)]
            if mine:
                return found(mapping.published(mine[0]))
        except UNREADABLE:
            return CANNOT_TELL
        except Never as refusal:
            if refusal.step == NextStep.RECONNECT and refusal.code != Code.LISTEN_SCOPE_MISSING:
                raise
            return CANNOT_TELL
        return CANNOT_TELL if len(rows) >= PAGE_SIZE else ABSENT

    def hide(self, remote_id: str, reason: str) -> None:
        """Let it wait, as before it was approved; its author is told no reason."""
        said = self._there(remote_id)
        if said is not None and said.get("status") == SHOWN:
            self._stand(remote_id, WAITING)

    def unhide(self, remote_id: str) -> None:
        """Show it again. Raises Never (`not_found`) when it is gone."""
        self.approve(remote_id)

    def approve(self, remote_id: str) -> None:
        """Show it, whether it waited or was taken for spam. WordPress fails when it is shown already."""
        if self._wire.comment(remote_id).get("status") != SHOWN:
            self._stand(remote_id, SHOWN)

    def delete_comment(self, remote_id: str, reason: str) -> None:
        """Into the trash, which the site empties after thirty days; gone already is done."""
        if self._there(remote_id) is not None:
            self._wire.throw_away(f"comments/{remote_id}")

    def _there(self, remote_id: str) -> Mapping[str, Any] | None:
        try:
            return self._wire.comment(remote_id)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise
        return None

    def _stand(self, remote_id: str, status: str) -> None:
        self._wire.call("POST", f"comments/{remote_id}", json={"status": status})


def agent(key: str) -> str:
    """The program that wrote an answer, with the answer's key."""
    return f"cm_suite/{key}"
