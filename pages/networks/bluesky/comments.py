"""What people answer to an account, and the account's answers to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.answers import believed
from pages.networks.base import Fence
from pages.networks.bluesky import chats, messages, notices, profiles, records, voices
from pages.networks.bluesky.figures import views
from pages.networks.bluesky.keys import GATES, POSTS, Address, address, record_key
from pages.networks.bluesky.wire import UNREADABLE, Wire
from pages.networks.errors import Code
from pages.networks.types import (
    ABSENT,
    CommentBatch,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Published,
    Reply,
    Sighting,
    found,
)

REPLY: Final = "reply"


class Conversations:
    """Listens and answers. Nothing can be edited on this network: a comment stays as it was, or goes."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def comments(self, mark: str) -> CommentBatch:
        """Who spoke in a thread that a post of ours began, each with that post."""
        told, after, more = notices.since(self._wire, mark, partial(_spoken, self._wire.did, True))
        roots = views(self._wire, [voices.root_of(each["record"]) for each in told])
        return CommentBatch(tuple(_placed(each, roots) for each in told), after, more)

    def mentions(self, mark: str) -> CommentBatch:
        """Who named or quoted us elsewhere, or answered what we said in somebody else's thread."""
        told, after, more = notices.since(self._wire, mark, partial(_spoken, self._wire.did, False))
        return CommentBatch(tuple(voices.comment_of(each, CommentKind.MENTION) for each in told), after, more)

    def comment(self, remote_id: str) -> IncomingComment:
        """One comment as it is now; GONE only when the network has the post no more.

        Posts of somebody who is kept away are not shown to us: those are read from where they are kept.
        """
        if messages.is_message(remote_id):
            return chats.message(self._wire, remote_id)
        gone = IncomingComment(remote_id, "", presence=CommentPresence.GONE)
        try:
            where = address(remote_id)
        except ValueError:
            return gone
        try:
            return self._in_thread(view) if (view := self._view(where)) else gone
        except UNREADABLE:
            raise Later("answer_unreadable") from None

    def reply(self, reply: Reply, fence: Fence) -> Published:
        """Answer once, under a key of our own: the server refuses a second record with the same key."""
        body = records.answer(self._wire, reply.text, reply.language, self._above(reply.to))
        where = self._wire.own(POSTS, record_key(REPLY, reply.key))
        fence()
        self._wire.create(where, body)
        return published(where, body)

    def find_reply(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        """Look under the key that the answer has if it went out."""
        return seen(self._wire, self._wire.own(POSTS, record_key(REPLY, reply.key)))

    def _above(self, remote_id: str) -> Mapping[str, Any]:
        """What an answer refers to. Raises Never (`not_found`) when the comment is gone."""
        try:
            parent = self._wire.record(address(remote_id))
            if parent is not None:
                return records.above(parent)
        except UNREADABLE:
            pass
        raise Never(Code.NOT_FOUND, step=NextStep.NONE)

    def _view(self, where: Address) -> Mapping[str, Any] | None:
        """The post as the network shows it, else as its author's server keeps it; None when it is gone."""
        shown = self._shown([str(where)]).get(str(where))
        if shown is not None:
            return shown
        kept = self._wire.record(where)
        if kept is None:
            return None
        return {"uri": str(where), "record": kept["value"], "author": profiles.shown(self._wire, where.repo)}

    def _shown(self, uris: list[str]) -> Mapping[str, Mapping[str, Any]]:
        """The posts that the network shows; none where the server has no network around it."""
        try:
            return views(self._wire, uris)
        except Never as refusal:
            if refusal.code != Code.NOT_ALLOWED_HERE:
                raise
            return {}

    def _in_thread(self, view: Mapping[str, Any]) -> IncomingComment:
        """The comment with its post and its presence, both from our own server."""
        root = voices.root_of(view["record"])
        if not root or address(root).repo != self._wire.did:
            return voices.comment_of(view, CommentKind.MENTION)
        began, gate = address(root), self._wire.own(GATES, address(root).rkey)
        post, rule = self._wire.record(began), self._wire.record(gate)
        hidden = voices.hidden_in(rule["value"]) if rule else []
        return voices.under(
            voices.comment_of(view), voices.post_of(root, post["value"] if post else None), hidden
        )


def seen(wire: Wire, where: Address) -> Sighting:
    """Whether a record of ours is there; ABSENT is sure, for its key can only be used once."""
    kept = wire.record(where)
    return ABSENT if kept is None else found(published(where, kept["value"]))


def published(where: Address, record: Mapping[str, Any]) -> Published:
    """A record of ours, at the instant it names itself."""
    return Published(str(where), where.web, believed(record.get("createdAt")))


def _spoken(did: str, ours: bool, item: Mapping[str, Any]) -> bool:
    """Whether a notification is about somebody's words in a thread of ours, or (not `ours`) elsewhere."""
    if item.get("reason") not in notices.REASONS:
        return False
    try:
        comment = voices.comment_of(item)
    except UNREADABLE:
        return False
    root = voices.root_of(item["record"])
    return comment.author.remote_id != did and (bool(root) and address(root).repo == did) is ours


def _placed(item: Mapping[str, Any], roots: Mapping[str, Mapping[str, Any]]) -> IncomingComment:
    """The comment under its post, which may be gone meanwhile."""
    root = voices.root_of(item["record"])
    view = roots.get(root, {})
    record, gate = view.get("record"), view.get("threadgate")
    post = voices.post_of(root, record if isinstance(record, Mapping) else None)
    hidden = voices.hidden_in(gate.get("record")) if isinstance(gate, Mapping) else []
    return voices.under(voices.comment_of(item), post, hidden)
