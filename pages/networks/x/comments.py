"""What people answer to an account or say of it, and the account's answers to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from cm_suite.core.errors import Later, Never, NextStep, Unknown
from pages.networks.base import Fence
from pages.networks.errors import NO_MONEY, Code
from pages.networks.types import (
    CommentBatch,
    CommentPresence,
    IncomingComment,
    Published,
    Reply,
    Sighting,
)
from pages.networks.x import mapping, sightings, voices, words
from pages.networks.x.answers import UNREADABLE, Batch
from pages.networks.x.length import has_address
from pages.networks.x.walk import START, walk
from pages.networks.x.wire import POST_FIELDS, USER_FIELDS, Wire

FIRST_PAGE: Final = 5  # the fewest X gives
NEXT_PAGE: Final = 20


class Conversations:
    """Listens and answers.

    Comments and mentions are read together, from one list, the posts that name us
    (https://docs.x.com/x-api/posts/timelines/introduction): X names those who are answered in each answer, so
    that a conversation under our post comes by itself, for the price of what is new.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def comments(self, mark: str) -> CommentBatch:
        """What answered our posts or named us elsewhere since the mark, oldest first; without, the latest."""
        walked = walk(partial(_page, self._wire), mark)
        heard = voices.heard(self._wire, Batch(walked.rows, walked.users))
        return CommentBatch(tuple(heard), walked.mark, walked.more)

    def comment(self, remote_id: str) -> IncomingComment:
        """One comment as it is now; GONE when X has it no more. Raises Never (`not_allowed_here`) when it is
        only not shown to us.

        X does not tell whether an answer is hidden: one that we hid is VISIBLE here.
        """
        gone = IncomingComment(remote_id, "", presence=CommentPresence.GONE)
        if not words.is_identifier(remote_id):
            return gone
        try:
            found = self._latest(remote_id)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise
            return gone
        if not found.rows and remote_id not in found.gone:
            raise Never(Code.NOT_ALLOWED_HERE, step=NextStep.NONE)
        heard = voices.heard(self._wire, found)
        if found.rows and not heard:
            raise Later("answer_unreadable")
        return heard[0] if heard else gone

    def _latest(self, remote_id: str) -> Batch:
        """A post in its latest version: each is an own post to X."""
        found = self._wire.posts([remote_id])
        try:
            last = [mapping.versions(row)[-1] for row in found.rows if row.get("id") == remote_id]
        except UNREADABLE:
            raise Later("answer_unreadable") from None
        return self._wire.posts(last) if last and last != [remote_id] else found

    def reply(self, reply: Reply, fence: Fence) -> Published:
        """Answer once. X answers a post only for whom its author named or quoted (since February 2026):
        another refusal of it is `not_allowed_here`.
        """
        with self._wire.spending(price_of(reply.text)):
            fence()
            return created(self._wire, mapping.reply_body(reply))

    def find_reply(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        """Look among what the account published in that time, by text and by what it answers."""
        return sightings.of_reply(self._wire, reply, since, until)

    def hide(self, remote_id: str, reason: str) -> None:
        """Take an answer out of a conversation of ours; hidden or gone already is done. X asks no reason."""
        try:
            self._hidden(remote_id, True)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise

    def unhide(self, remote_id: str) -> None:
        """Show it again."""
        self._hidden(remote_id, False)

    def _hidden(self, remote_id: str, hidden: bool) -> None:
        """https://docs.x.com/x-api/posts/hide-replies/introduction"""
        path = f"/tweets/{safe(remote_id)}/hidden"
        with self._wire.spending("hide"):
            data = self._wire.ask("PUT", path, json={"hidden": hidden}).get("data")
        if not isinstance(data, dict) or data.get("hidden") is not hidden:
            raise Unknown("answer_unreadable")


def _page(wire: Wire, number: int, base: str, token: str) -> Batch:
    """One page of the posts that name us; a small one where the money covers no more."""
    if number == 0 and base != START:
        return _sized(wire, FIRST_PAGE, base, token)
    try:
        return _sized(wire, NEXT_PAGE, base, token)
    except Never as refusal:
        if refusal.code not in NO_MONEY:
            raise
        return _sized(wire, FIRST_PAGE, base, token)


def _sized(wire: Wire, size: int, base: str, token: str) -> Batch:
    params = {"max_results": str(size), "tweet.fields": POST_FIELDS, "user.fields": USER_FIELDS}
    params |= {"expansions": "author_id"} | ({"pagination_token": token} if token else {})
    params |= {"since_id": base} if base != START else {}
    return wire.paid(f"/users/{wire.remote_id}/mentions", params, post_read=size, user_read=size).listed()


def price_of(text: str) -> str:
    """What creating a post of this text is paid under."""
    return "create_with_url" if has_address(text) else "create"


def created(wire: Wire, body: Mapping[str, Any]) -> Published:
    """Create a post."""
    try:
        return mapping.published(wire.create("/tweets", body))
    except UNREADABLE:
        raise Unknown("answer_unreadable") from None


def safe(remote_id: str) -> str:
    """An id that can lead nowhere else. Raises Never (`not_found`) for what is no id of X."""
    try:
        return words.identifier(remote_id)
    except ValueError:
        raise Never(Code.NOT_FOUND) from None
