"""What goes to a network and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Final

from pages.networks.shelf import MemoryShelf, Shelf


class Capability(StrEnum):
    """What a network lets us do. Each network declares its own once, in its SPEC."""

    PUBLISH = "publish"
    FIND = "find"  # answers "did it go out?"
    DELETE = "delete"
    IMAGES = "images"  # sends images with their alternative texts
    PROFILE = "profile"  # says who the account is, and how many follow it
    AUDIENCE = "audience"  # says how many came and how many left
    POST_FIGURES = "post_figures"  # counts reactions, comments, reshares… of a post, each apart
    URL_FIGURES = "url_figures"  # takes the share counter of any address apart
    COMMENTS = "comments"  # gives what people answer under our posts
    MENTIONS = "mentions"  # gives what people write about the account elsewhere
    MESSAGES = "messages"  # gives private messages, and answers them
    REPLY = "reply"
    HIDE = "hide"  # and shows again
    DELETE_COMMENT = "delete_comment"  # takes away what somebody else wrote
    APPROVE = "approve"  # lets a comment through that waits before publication
    BLOCK = "block"  # keeps somebody away from the page
    TELL = "tell"  # answers those who sent a formal notice, and tells the author why
    REFRESH = "refresh"  # renews its own token before it ends


class WhyNot(StrEnum):
    """Why a network lacks a capability; `pages.messages` words it."""

    TOTAL_ONLY = "total_only"  # it says how many follow, and nothing of who left
    AUTHORS_OWN = "authors_own"  # an answer stays on its author's page and server
    SHOWN_AT_ONCE = "shown_at_once"  # nothing waits for us before it is shown
    TOLD_TO_SERVERS = "told_to_servers"  # those who run servers get the notices, not us
    READ_ONLY = "read_only"  # we only read there
    NO_CALL = "no_call"  # its API has no such call
    NOT_OPEN = "not_open"  # its API has such a call, for chosen partners only
    NEVER_ENDS = "never_ends"  # its token has no end to renew
    NO_COUNT = "no_count"  # it counts nothing of the kind
    IN_COMMENTS = "in_comments"  # it comes among the comments
    SITE_ALONE = "site_alone"  # a setting of the site itself does it, which its API does not reach


class ConnectKind(StrEnum):
    """How a page of this network is connected."""

    NONE = auto()
    TOKEN = auto()  # a server and a token made there
    LOGIN = auto()  # a server, a name and an application password
    ADDRESS = auto()  # an address that anybody may read
    OAUTH = auto()  # the network's own page, where a person says yes


class SightingKind(StrEnum):
    """What looking for a post on its network gave."""

    FOUND = "found"
    ABSENT = "absent"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Image:
    """One image of a post. `url`: where a network may fetch it itself for an hour at least, empty when this
    installation has no public address. `alt`: its alternative text, empty when nobody wrote one.
    """

    content: bytes
    media_type: str
    width: int
    height: int
    alt: str = ""
    url: str = ""

    def __repr__(self) -> str:
        return f"Image({self.media_type}, {self.width}x{self.height}, {len(self.content)} bytes)"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A post as it leaves. `key` is the delivery's, the same at every try; `language` is ISO 639-1.

    `shelf` holds what earlier tries prepared for it; it says nothing of what the post is.
    """

    key: str
    text: str
    link: str = ""
    content_type: str = ""
    language: str = ""
    images: tuple[Image, ...] = ()
    shelf: Shelf = field(default_factory=MemoryShelf, compare=False, repr=False)


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
    login: str = ""  # the name that goes with an application password
    refresh_token: str = ""

    def __repr__(self) -> str:
        return f"Access(host={self.host!r}, remote_id={self.remote_id!r})"


@dataclass(frozen=True, slots=True)
class AppKeys:
    """What the agency's own application is known by on a network."""

    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        return f"AppKeys(client_id={self.client_id!r})"


@dataclass(frozen=True, slots=True)
class Grant:
    """What opens an account, as its network gives it. Instants are aware; None: it does not end."""

    token: str
    refresh_token: str = ""
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    login: str = ""
    scopes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Grant(expires_at={self.expires_at!r}, scopes={self.scopes!r})"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that a person may connect, with what opens it."""

    remote_id: str
    name: str
    grant: Grant
    handle: str = ""
    url: str = ""
    via: str = ""  # through what it was found: a Business Portfolio's name, empty for the person's own
    lacks: tuple[str, ...] = ()  # scopes or roles that are missing for all that we do


@dataclass(frozen=True, slots=True)
class Ask:
    """One way to a network's consent page and back. `state` and `verifier` are secrets of this way."""

    redirect_uri: str
    state: str
    verifier: str
    challenge: str  # of the verifier, S256

    def __repr__(self) -> str:
        return f"Ask(redirect_uri={self.redirect_uri!r})"


class Metric(StrEnum):
    """What is counted, each apart."""

    FOLLOWERS = "followers"
    GAINED = "gained"
    LOST = "lost"
    REACTIONS = "reactions"
    COMMENTS = "comments"
    RESHARES = "reshares"
    QUOTES = "quotes"
    SAVES = "saves"
    CLICKS = "clicks"
    VIEWS = "views"
    REACH = "reach"
    PLUGIN_COMMENTS = "plugin_comments"


@dataclass(frozen=True, slots=True)
class Figure:
    """One count as a network gives it: `name` is the network's own word, `version` its API's."""

    metric: Metric
    value: int
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class AudienceDay:
    """What one day did to an audience; what the network does not tell is not there."""

    day: date
    figures: tuple[Figure, ...]


class CommentKind(StrEnum):
    """Where somebody's words stand."""

    COMMENT = "comment"  # under a post of ours
    MENTION = "mention"  # elsewhere, naming us
    MESSAGE = "message"  # private: nobody else reads it


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
    `version`: what the network calls this wording, where it shows a comment in the wording that was read.
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
    kind: CommentKind = CommentKind.COMMENT
    conversation: str = ""  # of a private message
    version: str = ""


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
    """An answer of the page to a comment. `key` is the action's, the same at every try.

    `post` is the post of ours that the comment stands under, `author` who wrote it, and `conversation` a
    private message's: each empty when it is not known.
    """

    key: str
    to: str
    text: str
    language: str = ""
    post: str = ""
    author: Commenter = Commenter()
    conversation: str = ""
