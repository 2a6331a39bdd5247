"""WordPress's answers as our types."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cm_suite.core import clock
from pages.networks.answers import web_address
from pages.networks.types import (
    Commenter,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Profile,
    Published,
    ThreadPost,
)
from pages.networks.wordpress.roots import Site
from pages.networks.words import text_of

SKEW: Final = timedelta(minutes=10)  # further ahead than this, no instant is believed
PRESENCES: Final = {
    "approved": CommentPresence.VISIBLE,
    "hold": CommentPresence.PENDING,
    "spam": CommentPresence.HIDDEN,
    "trash": CommentPresence.GONE,
}
PINGS: Final = frozenset({"pingback", "trackback"})


def published(said: Mapping[str, Any]) -> Published:
    """The post, or the comment, that an answer describes. Raises KeyError, TypeError or ValueError."""
    return Published(number(said["id"]), web_address(said.get("link")), instant(said.get("date_gmt")))


def comment(said: Mapping[str, Any]) -> IncomingComment:
    """A comment under a post of ours; a ping names one from elsewhere. Raises as `published`."""
    ping = said.get("type") in PINGS
    at = instant(said.get("date_gmt"))
    return IncomingComment(
        remote_id=number(said["id"]),
        text=words(said["content"]),
        author=_author(said),
        post=None if ping else _post(said),
        parent_id=_above(said.get("parent")),
        url=web_address(said.get("author_url") if ping else said.get("link")),
        at=at if at is not None and at <= clock.now() + SKEW else None,
        presence=PRESENCES.get(str(said.get("status")), CommentPresence.HIDDEN),
        kind=CommentKind.MENTION if ping else CommentKind.COMMENT,
    )


def profile(said: Mapping[str, Any], site: Site) -> Profile:
    """The site, as one user of it. Raises KeyError, TypeError or ValueError when it is none."""
    name = one_line(text_of(site.name)) or one_line(said.get("name"))
    return Profile(
        remote_id=number(said["id"]), handle=one_line(said.get("slug")), name=name, url=web_address(site.home)
    )


def may_publish(said: Mapping[str, Any]) -> bool:
    """Whether the user's role publishes; a site that does not say is believed to let them."""
    rights = said.get("capabilities")
    return not isinstance(rights, Mapping) or not rights or rights.get("publish_posts") is True


def number(value: object) -> str:
    """An id as WordPress gives it. Raises ValueError for anything else."""
    if type(value) is not int or not 0 < value < 10**19:
        raise ValueError("this is no number")
    return str(value)


def instant(value: object) -> datetime | None:
    """A date of WordPress in UTC (it names no zone); None when it says none."""
    if not isinstance(value, str):
        return None
    with suppress(ValueError, OverflowError):
        read = datetime.fromisoformat(value)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    return None


def words(said: object) -> str:
    """The words of a content, as it was written rather than as it is shown. Raises ValueError."""
    found = said.get("raw", said.get("rendered")) if isinstance(said, Mapping) else None
    if not isinstance(found, str):
        raise ValueError("this is no content")
    return text_of(found)


def one_line(value: object) -> str:
    """A name on one line; empty when unsaid."""
    found = " ".join(value.split()) if isinstance(value, str) else ""
    return "".join(char for char in found if char.isprintable())[:200]


def _author(said: Mapping[str, Any]) -> Commenter:
    user = said.get("author")
    return Commenter(
        remote_id=str(user) if type(user) is int and user > 0 else "",
        name=one_line(text_of(str(said.get("author_name") or ""))),
        url=web_address(said.get("author_url")),
    )


def _above(parent: object) -> str:
    return str(parent) if type(parent) is int and parent > 0 else ""


def _post(said: Mapping[str, Any]) -> ThreadPost | None:
    """The post that a comment stands under, with its title when the site handed it along."""
    post = said.get("post")
    if type(post) is not int or post <= 0:
        return None
    inside = said.get("_embedded")
    up = inside.get("up") if isinstance(inside, Mapping) else None
    held = up[0] if isinstance(up, list) and up and isinstance(up[0], Mapping) else {}
    title = ""
    with suppress(ValueError):
        title = words(held.get("title"))
    return ThreadPost(str(post), web_address(held.get("link")), title)
