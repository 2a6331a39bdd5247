"""Answers about a Page's posts, comments and messages as our types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pages.networks.graph_answers import (
    UNREADABLE,
    count,
    identifier,
    instant,
    instant_or_none,
    mapping,
    one_line,
    text_of,
    web_address,
)
from pages.networks.types import (
    Commenter,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Profile,
    Published,
    ThreadPost,
)

POST_FIELDS: Final = "id,message,created_time,permalink_url"
COMMENT_FIELDS: Final = "id,message,created_time,from{id,name},parent{id},permalink_url,is_hidden"
MENTION_FIELDS: Final = f"{POST_FIELDS},from{{id,name}}"
MESSAGE_FIELDS: Final = "id,message,created_time,from"


@dataclass(frozen=True, slots=True)
class Seen:
    """Something of the Page's own: a post, an answer or a message; `link` is the card's address."""

    published: Published
    at: datetime
    text: str
    link: str = ""


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
    """Something of ours in a list. Raises KeyError, TypeError or ValueError for anything else."""
    at = instant(answer["created_time"])
    shown = Published(identifier(answer["id"]), web_address(answer.get("permalink_url")), at)
    cards = inner(answer, "attachments")
    return Seen(
        shown, at, text_of(answer.get("message")), text_of(cards[0].get("unshimmed_url")) if cards else ""
    )


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


def message(answer: Mapping[str, Any], conversation: str) -> IncomingComment:
    """A private message. Raises KeyError, TypeError or ValueError for anything else."""
    return IncomingComment(
        identifier(answer["id"]),
        text_of(answer.get("message")),
        author(answer),
        at=instant(answer["created_time"]),
        kind=CommentKind.MESSAGE,
        conversation=conversation,
    )


def author(answer: Mapping[str, Any]) -> Commenter:
    """Who wrote it; empty when the network does not say (it takes a right of the application)."""
    said = mapping(answer.get("from"))
    try:
        return Commenter(identifier(said["id"]), one_line(said.get("name")))
    except UNREADABLE:
        return Commenter(name=one_line(said.get("name")))


def author_id(answer: Mapping[str, Any]) -> str:
    """Who wrote it, by number; empty when unsaid."""
    return author(answer).remote_id


def inner(answer: Mapping[str, Any], edge: str) -> list[Mapping[str, Any]]:
    """The objects of an edge that came with its object; none when it has none."""
    found = mapping(answer.get(edge)).get("data")
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def readable(answers: Iterable[Mapping[str, Any]]) -> Iterator[Seen]:
    """Those of ours that can be read."""
    for each in answers:
        try:
            yield seen(each)
        except UNREADABLE:
            continue
