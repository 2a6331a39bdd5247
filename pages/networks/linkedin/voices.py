"""What other people's comments say, as comments of ours; and what an answer to one is made of.

A comment is known by the post it stands under and its own URN, `urn:li:share:1/urn:li:comment:(…,2)`: its
URN names an activity, and the calls want the post.
https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cm_suite.core import clock
from pages.networks.linkedin import mapping
from pages.networks.linkedin.marks import Item
from pages.networks.types import Commenter, IncomingComment, ThreadPost

SKEW: Final = timedelta(minutes=10)  # further ahead than this, no instant is believed
_COMMENT: Final = re.compile(
    r"urn:li:comment:\((?:urn:li:)?(?P<thread>[A-Za-z]+:[0-9]{1,30}),(?P<number>[0-9]{1,30})\)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a comment stands: the post, and its URN; `number` is its id there."""

    post: str
    urn: str
    number: str

    @property
    def remote_id(self) -> str:
        """What the comment is called here."""
        return f"{self.post}/{self.urn}"


def place(remote_id: str) -> Place | None:
    """Where the comment of this id stands; None for an id of nothing."""
    post, _sep, urn = remote_id.partition("/")
    try:
        return placed(mapping.post_urn(post), urn)
    except ValueError:
        return None


def placed(post: str, urn: object) -> Place:
    """The place below a post that a comment's URN names. Raises ValueError when it names none."""
    found = _COMMENT.fullmatch(urn) if isinstance(urn, str) else None
    if found is None:
        raise ValueError("this is no comment")
    return Place(post, f"urn:li:comment:(urn:li:{found['thread']},{found['number']})", found["number"])


def place_of(said: Mapping[str, Any], post: str) -> Place:
    """Where a comment that was read stands. Raises ValueError when the answer does not say."""
    for urn in (
        said.get("commentUrn"),
        said.get("$URN"),
        f"urn:li:comment:({said.get('object')},{said.get('id')})",
    ):
        try:
            return placed(post, urn)
        except ValueError:
            continue
    raise ValueError("this is no comment")


def item_of(said: Mapping[str, Any], where: Place) -> Item:
    """A comment as it is now. Raises ValueError when it says no instant."""
    at = _time(said, "lastModified") or _time(said, "created")
    if at is None:
        raise ValueError("this says no instant")
    return Item(mapping.milliseconds(at), where.number)


def comment_of(said: Mapping[str, Any], post: ThreadPost, author: Commenter) -> IncomingComment:
    """A comment under a post. Raises ValueError when the answer is none."""
    made, changed = _believed(said, "created"), _believed(said, "lastModified")
    parent = parent_of(said, post.remote_id)
    return IncomingComment(
        remote_id=place_of(said, post.remote_id).remote_id,
        text=words_of(said),
        author=author,
        post=post,
        parent_id="" if parent is None else parent.remote_id,
        at=made,
        edited_at=changed if changed and made and changed > made else None,
    )


def parent_of(said: Mapping[str, Any], post: str) -> Place | None:
    """The comment that this one answers, or None."""
    try:
        return placed(post, said.get("parentComment"))
    except ValueError:
        return None


def words_of(said: Mapping[str, Any]) -> str:
    """What a comment says: plain text. Empty when it only shows something."""
    message = said.get("message")
    text = message.get("text") if isinstance(message, Mapping) else None
    return text if isinstance(text, str) else ""


def author_of(said: Mapping[str, Any]) -> str:
    """The URN of who wrote a comment; empty when unsaid."""
    found = said.get("actor")
    return found if isinstance(found, str) and len(found) <= mapping.LONGEST_URN else ""


def answers(said: Mapping[str, Any]) -> bool:
    """Whether others answered this comment."""
    summary = said.get("commentsSummary")
    return isinstance(summary, Mapping) and any(
        (mapping.count(summary.get(name)) or 0) > 0
        for name in ("totalFirstLevelComments", "aggregatedTotalComments")
    )


def answer_body(page: str, thread: str, text: str, parent: Place | None) -> dict[str, Any]:
    """What creates an answer of the page. The text is not escaped: comments are plain text."""
    body = {"actor": page, "object": thread, "message": {"text": text.strip()}}
    return body | ({"parentComment": parent.urn} if parent else {})


def _believed(said: Mapping[str, Any], name: str) -> datetime | None:
    """An instant that may be true, or None: one yet to come is not."""
    found = _time(said, name)
    return None if found is None or found > clock.now() + SKEW else found


def _time(said: Mapping[str, Any], name: str) -> datetime | None:
    stamp = said.get(name)
    try:
        return mapping.instant(stamp.get("time")) if isinstance(stamp, Mapping) else None
    except ValueError:
        return None
