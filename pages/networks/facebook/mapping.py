"""Answers about a Page's posts, comments and messages as our types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pages.networks import graph_sightings as sightings
from pages.networks.answers import UNREADABLE, count, identifier, mapping, one_line, text_of, web_address
from pages.networks.graph_answers import inner, instant, instant_or_none
from pages.networks.graph_sightings import Seen
from pages.networks.types import (
    Commenter,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Profile,
    ThreadPost,
)

POST_FIELDS: Final = "id,message,created_time,permalink_url"
COMMENT_FIELDS: Final = "id,message,created_time,from{id,name},parent{id},permalink_url,is_hidden"
MENTION_FIELDS: Final = f"{POST_FIELDS},from{{id,name}}"


def profile(page: Mapping[str, Any], limit: int) -> Profile:
    """The Page. Raises KeyError, TypeError or ValueError when it is none."""
    username = one_line(page.get("username"))
    name = one_line(page["name"])
    if not name:
        raise ValueError("a Page has a name")
    return Profile(
        remote_id=identifier(page["id"]),
        handle=f"@{username}" if username else "",
        name=name,
        url=web_address(page.get("link")),
        followers=count(page.get("followers_count")),
        text_limit=limit,
    )


def seen(answer: Mapping[str, Any]) -> Seen:
    """A post of ours with its card. Raises KeyError, TypeError or ValueError for anything else."""
    cards = inner(answer, "attachments")
    return sightings.seen(answer, link=text_of(cards[0].get("unshimmed_url")) if cards else "")


def thread_post(answer: Mapping[str, Any]) -> ThreadPost:
    """A post of ours that people speak under. Raises KeyError, TypeError or ValueError for anything else."""
    return ThreadPost(
        identifier(answer["id"]),
        web_address(answer.get("permalink_url")),
        text_of(answer.get("message")),
        instant_or_none(answer.get("created_time")),
    )


def comment(answer: Mapping[str, Any], post: ThreadPost | None) -> IncomingComment:
    """A comment, or an answer to one. Raises KeyError, TypeError or ValueError for anything else."""
    parent = mapping(answer.get("parent")).get("id")
    hidden = answer.get("is_hidden") is True
    return IncomingComment(
        identifier(answer["id"]),
        text_of(answer.get("message")),
        author(answer),
        post,
        "" if parent is None else identifier(parent),
        web_address(answer.get("permalink_url")),
        at=instant(answer["created_time"]),
        presence=CommentPresence.HIDDEN if hidden else CommentPresence.VISIBLE,
    )


def mention(answer: Mapping[str, Any]) -> IncomingComment:
    """Somebody's post that names the Page. Raises KeyError, TypeError or ValueError for anything else."""
    return IncomingComment(
        identifier(answer["id"]),
        text_of(answer.get("message")),
        author(answer),
        url=web_address(answer.get("permalink_url")),
        at=instant(answer["created_time"]),
        kind=CommentKind.MENTION,
    )


def author(answer: Mapping[str, Any]) -> Commenter:
    """Who wrote it; empty when the network does not say (it takes a right of the application)."""
    said = mapping(answer.get("from"))
    try:
        return Commenter(identifier(said["id"]), one_line(said.get("name")))
    except UNREADABLE:
        return Commenter(name=one_line(said.get("name")))
