"""What goes to a network and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Final


class Capability(StrEnum):
    """What a network lets us do. Each network declares its own once, in its SPEC."""

    PUBLISH = "publish"
    FIND = "find"  # answers "did it go out?"
    DELETE = "delete"
    PROFILE = "profile"  # says who the account is, and how many follow it
    AUDIENCE = "audience"  # says who came, who left and why
    COMMENTS = "comments"  # gives what people answer under our posts
    REPLY = "reply"
    HIDE = "hide"  # and shows again
    DELETE_COMMENT = "delete_comment"  # takes away what somebody else wrote
    APPROVE = "approve"  # lets a comment through that waits before publication
    TELL = "tell"  # answers those who sent a formal notice, and tells the author why


class WhyNot(StrEnum):
    """Why a network lacks a capability; `pages.messages` words it."""

    TOTAL_ONLY = "total_only"  # it says how many follow, and nothing of who left
    AUTHORS_OWN = "authors_own"  # an answer stays on its author's page and server
    SHOWN_AT_ONCE = "shown_at_once"  # nothing waits for us before it is shown
    TOLD_TO_SERVERS = "told_to_servers"  # those who run servers get the notices, not us


class ConnectKind(StrEnum):
    """How a page of this network is connected."""

    NONE = auto()
    TOKEN = auto()


class SightingKind(StrEnum):
    """What looking for a post on its network gave."""

    FOUND = "found"
    ABSENT = "absent"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A post as it leaves. `key` is the delivery's, the same at every try; `language` is ISO 639-1."""

    key: str
    text: str
    link: str = ""
    content_type: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """A post as its network holds it. `at` is the network's own instant, aware, when it says one."""

    remote_id: str
    url: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """The answer to "did it go out?"; `published` is there when, and only when, it was found."""

    kind: SightingKind
    published: Published | None = None


ABSENT: Final = Sighting(SightingKind.ABSENT)
CANNOT_TELL: Final = Sighting(SightingKind.CANNOT_TELL)


def found(published: Published) -> Sighting:
    """The post is there."""
    return Sighting(SightingKind.FOUND, published)


@dataclass(frozen=True, slots=True)
class Profile:
    """Who an account is. `text_limit` and `url_length` are in characters as the network counts."""

    remote_id: str
    handle: str
    name: str
    url: str
    followers: int | None = None
    text_limit: int | None = None
    url_length: int | None = None  # what any address counts for, when the network counts them alike


@dataclass(frozen=True, slots=True)
class Access:
    """What opens one account. `host` is an origin (`https://example.social`), empty for the newsroom."""

    host: str
    token: str
    remote_id: str

    def __repr__(self) -> str:
        return f"Access(host={self.host!r}, remote_id={self.remote_id!r})"


class CommentPresence(StrEnum):
    """What a network shows of a comment."""

    VISIBLE = "visible"
    PENDING = "pending"
    HIDDEN = "hidden"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Commenter:
    """Who wrote a comment, as the network says. Every field may be empty."""

    remote_id: str = ""
    name: str = ""
    handle: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class ThreadPost:
    """The post of ours that people speak under. `at`: aware, when the network says."""

    remote_id: str
    url: str = ""
    text: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IncomingComment:
    """One comment as its network holds it now.

    `at`: first available online, aware; None when the network says nothing believable. `parent_id`: the
    comment it answers, empty for the post itself. `notified_at`, `notices`: formal notices received about it.
    """

    remote_id: str
    text: str
    author: Commenter = Commenter()
    post: ThreadPost | None = None
    parent_id: str = ""
    url: str = ""
    language: str = ""
    at: datetime | None = None
    edited_at: datetime | None = None
    presence: CommentPresence = CommentPresence.VISIBLE
    notified_at: datetime | None = None
    notices: int = 0


@dataclass(frozen=True, slots=True)
class CommentBatch:
    """Comments that are new or changed since a mark, oldest first, and the mark to go on from.

    `more`: the network holds others; ask again with `mark`. Reading the same mark twice loses nothing.
    """

    comments: tuple[IncomingComment, ...]
    mark: str
    more: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the page to a comment. `key` is the action's, the same at every try."""

    key: str
    to: str
    text: str
    language: str = ""
