"""What posts and messages of the network say, as comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from cm_suite.core.text import clip
from pages.networks.answers import SKEW, believed, one_line
from pages.networks.bluesky.keys import APP, address, is_did
from pages.networks.bluesky.words import part, words_of
from pages.networks.types import Commenter, CommentKind, CommentPresence, IncomingComment, ThreadPost

LONGEST_NAME: Final = 200
NO_HANDLE: Final = "handle.invalid"  # what the network says when a handle is nobody's any more
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)


def comment_of(view: Mapping[str, Any], kind: CommentKind = CommentKind.COMMENT) -> IncomingComment:
    """A post as the network shows it (or tells of it) as a comment, its own post not yet known.

    Raises KeyError, TypeError or ValueError when it is no post.
    """
    where = address(view["uri"])
    record = view["record"]
    root, parent = root_of(record), _uri(part(record, "reply").get("parent"))
    return IncomingComment(
        remote_id=str(where),
        text=words_of(record),
        author=author_of(view.get("author"), where.repo),
        parent_id="" if parent == root else parent,
        url=where.web,
        language=_language(record.get("langs")),
        at=believed(record.get("createdAt")),
        kind=kind,
    )


def post_of(uri: str, record: Mapping[str, Any] | None) -> ThreadPost:
    """A post of ours that people speak under; without its record, only where it is."""
    where = address(uri)
    if record is None:
        return ThreadPost(uri, where.web)
    return ThreadPost(uri, where.web, words_of(record), believed(record.get("createdAt")))


def under(comment: IncomingComment, post: ThreadPost, hidden: Iterable[str]) -> IncomingComment:
    """The comment in its thread; an instant before its post's is not believed."""
    before = comment.at is not None and post.at is not None and comment.at < post.at - SKEW
    presence = CommentPresence.HIDDEN if comment.remote_id in set(hidden) else comment.presence
    return replace(comment, post=post, presence=presence, at=None if before else comment.at)


def root_of(record: object) -> str:
    """The post that a post's thread began with; empty for one that answers nothing."""
    return _uri(part(record, "reply").get("root"))


def hidden_in(gate: object) -> list[str]:
    """The answers that a threadgate hides."""
    found = gate.get("hiddenReplies") if isinstance(gate, Mapping) else None
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def author_of(said: object, did: str) -> Commenter:
    """Who speaks; at least by the account's own identifier."""
    author = said if isinstance(said, Mapping) else {}
    handle = one_line(author.get("handle"))
    handle = "" if handle == NO_HANDLE else handle
    name = one_line(author.get("displayName")) or handle
    return Commenter(
        remote_id=did,
        name=clip(name, LONGEST_NAME),
        handle=clip(f"@{handle}", LONGEST_NAME) if handle else "",
        url=f"{APP}/profile/{did}" if is_did(did) else "",
    )


def _uri(reference: object) -> str:
    found = reference.get("uri") if isinstance(reference, Mapping) else None
    try:
        return str(address(found))
    except ValueError:
        return ""


def _language(said: object) -> str:
    first = said[0] if isinstance(said, list) and said else ""
    return first if isinstance(first, str) and _LANGUAGE.fullmatch(first) and len(first) <= 20 else ""
