"""What other people wrote, as comments under a post of ours or as mentions elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import batched
from typing import Any

from cm_suite.core.errors import Never
from pages.networks.answers import believed
from pages.networks.errors import NO_MONEY
from pages.networks.types import CommentKind, IncomingComment, ThreadPost
from pages.networks.x import mapping, people, words
from pages.networks.x.answers import UNREADABLE, Batch
from pages.networks.x.wire import MOST_IDS, Wire

type Row = Mapping[str, Any]


def heard(wire: Wire, found: Batch) -> list[IncomingComment]:
    """What was found, as comments and mentions; our own words, reposts and what cannot be read left out."""
    rows = [each for each in found.rows if _is_said(each, wire.remote_id)]
    ours = _ours(wire, _above(rows, wire.remote_id))
    return [comment for row in rows if (comment := _comment(row, found, ours, wire.remote_id)) is not None]


def _is_said(row: Row, own_id: str) -> bool:
    """Whether somebody else said something of their own."""
    try:
        return row.get("author_id") != own_id and not words.is_repost(row)
    except ValueError:
        return False


def _above(rows: Iterable[Row], own_id: str) -> set[str]:
    """The posts above these that may be ours: where a conversation began, and what answers us directly."""
    wanted: set[str] = set()
    for row in rows:
        wanted |= {_root(row)} - {str(row.get("id")), ""}
        if row.get("in_reply_to_user_id") == own_id:
            wanted |= {_parent(row)} - {""}
    return wanted


def _root(row: Row) -> str:
    try:
        return words.identifier(row.get("conversation_id"))
    except ValueError:
        return ""


def _parent(row: Row) -> str:
    try:
        return words.parent_of(row)
    except ValueError:
        return ""


def _ours(wire: Wire, ids: set[str]) -> dict[str, ThreadPost]:
    """Those of the posts that are ours. What is not paid for is not known: the words above it are."""
    posts: dict[str, ThreadPost] = {}
    for some in batched(sorted(ids), MOST_IDS):
        for row in _paid_for(wire, some):
            if row.get("author_id") == wire.remote_id:
                try:
                    posts[str(row.get("id"))] = mapping.thread_post(row)
                except UNREADABLE:
                    continue
    return posts


def _paid_for(wire: Wire, ids: Iterable[str]) -> tuple[Row, ...]:
    try:
        return wire.posts(ids).rows
    except Never as refusal:
        if refusal.code not in NO_MONEY:
            raise
        return ()


def _comment(row: Row, found: Batch, ours: Mapping[str, ThreadPost], own_id: str) -> IncomingComment | None:
    """One of them, under the id of its first version; None when it has no id or no words to read."""
    parent_id = _parent(row)
    post = ours.get(_root(row)) or ours.get(parent_id)
    answers_us = post is not None or row.get("in_reply_to_user_id") == own_id
    try:
        first, *edits = mapping.versions(row)
        text = words.words_of(row)
    except UNREADABLE:
        return None
    return IncomingComment(
        remote_id=first,
        text=text,
        author=people.author(found.users, row.get("author_id")),
        post=post,
        parent_id="" if post is not None and post.remote_id == parent_id else parent_id,
        url=mapping.address_of(edits[-1] if edits else first),
        language=mapping.language(row.get("lang")),
        at=mapping.made_at(first) if edits else believed(row.get("created_at")),
        edited_at=mapping.made_at(edits[-1]) if edits else None,
        kind=CommentKind.COMMENT if answers_us else CommentKind.MENTION,
    )
