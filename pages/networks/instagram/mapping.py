"""Answers about an Instagram account's media, comments and messages as our types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from pages.networks.answers import UNREADABLE, count, identifier, mapping, one_line, text_of, web_address
from pages.networks.graph_answers import instant, instant_or_none
from pages.networks.types import (
    Commenter,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Profile,
    ThreadPost,
)

MEDIA_FIELDS: Final = "id,caption,timestamp,permalink,username"
COMMENT_FIELDS: Final = "id,text,timestamp,username,from,user,hidden,parent_id"
PROFILE_FIELDS: Final = "id,username,name,followers_count"
TAGGED: Final = "tag_"  # before the number of a post of somebody else: nothing tells it from a comment's


def profile(account: Mapping[str, Any], limit: int) -> Profile:
    """The account. Raises KeyError, TypeError or ValueError when it is none."""
    username = one_line(account["username"])
    if not username:
        raise ValueError("an account has a name")
    return Profile(
        remote_id=identifier(account["id"]),
        handle=f"@{username}",
        name=one_line(account.get("name")) or username,
        url=address_of(username),
        followers=count(account.get("followers_count")),
        text_limit=limit,
    )


def address_of(username: str) -> str:
    """Where an account is shown; empty for none."""
    return f"https://www.instagram.com/{quote(username, safe='')}/" if username else ""


def thread_post(answer: Mapping[str, Any]) -> ThreadPost:
    """A post of ours that people speak under. Raises KeyError, TypeError or ValueError for anything else."""
    return ThreadPost(
        identifier(answer["id"]),
        web_address(answer.get("permalink")),
        text_of(answer.get("caption")),
        instant_or_none(answer.get("timestamp")),
    )


def comment(answer: Mapping[str, Any], post: ThreadPost | None, parent: str = "") -> IncomingComment:
    """A comment, or an answer to one. Raises KeyError, TypeError or ValueError for anything else."""
    above = answer.get("parent_id")
    return IncomingComment(
        identifier(answer["id"]),
        text_of(answer.get("text")),
        author(answer),
        post,
        parent if above is None else identifier(above),
        at=instant(answer["timestamp"]),
        presence=CommentPresence.HIDDEN if answer.get("hidden") is True else CommentPresence.VISIBLE,
    )


def mention(answer: Mapping[str, Any]) -> IncomingComment:
    """Somebody's post that the account is tagged in. Raises KeyError, TypeError or ValueError."""
    username = one_line(answer.get("username"))
    return IncomingComment(
        f"{TAGGED}{identifier(answer['id'])}",
        text_of(answer.get("caption")),
        _named("", username),
        url=web_address(answer.get("permalink")),
        at=instant(answer["timestamp"]),
        kind=CommentKind.MENTION,
    )


def named(remote_id: str, answer: Mapping[str, Any]) -> IncomingComment:
    """Words of somebody that name the account, in a caption or a comment elsewhere.

    Raises KeyError, TypeError or ValueError for anything else.
    """
    words = answer.get("text", answer.get("caption"))
    address = answer.get("permalink") or mapping(answer.get("media")).get("permalink")
    return IncomingComment(
        remote_id,
        text_of(words),
        author(answer),
        url=web_address(address),
        at=instant(answer["timestamp"]),
        kind=CommentKind.MENTION,
    )


def author(answer: Mapping[str, Any]) -> Commenter:
    """Who wrote it, as far as the network says."""
    said = mapping(answer.get("from"))
    username = one_line(said.get("username")) or one_line(answer.get("username"))
    try:
        return _named(identifier(said["id"]), username)
    except UNREADABLE:
        return _named("", username)


def _named(remote_id: str, username: str) -> Commenter:
    return Commenter(remote_id, username, f"@{username}" if username else "", address_of(username))


def own(answer: Mapping[str, Any], account: str, username: str) -> bool:
    """Whether the account itself wrote it: by number, by name, or by a `user` that comes without a name."""
    who = author(answer)
    user = answer.get("user")
    number = mapping(user).get("id", user)
    if account in (who.remote_id, number):
        return True
    if not who.name:
        return user is not None
    return bool(username) and who.name.casefold() == username.casefold()
