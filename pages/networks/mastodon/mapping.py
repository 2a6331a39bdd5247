"""Mastodon's answers about ourselves as our types, and what its answers are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pages.networks.answers import count, identifier, instant, one_line, web_address
from pages.networks.types import Outgoing, Profile, Published
from pages.networks.words import compose, text_of

MOST: Final = 2**31  # that a server is believed to have counted


@dataclass(frozen=True, slots=True)
class Seen:
    """A status of the account, read; `parent_id` is what it answers, empty for nothing.

    `alts`: the alternative texts of its images, in order.
    """

    published: Published
    at: datetime
    text: str
    parent_id: str = ""
    alts: tuple[str, ...] = ()


def status_body(post: Outgoing, media: Sequence[str] = ()) -> dict[str, Any]:
    """What creates the status; `media`: the ids of its images, in order."""
    body = body_of(compose(post.text, post.link), "public", post.language)
    return body | ({"media_ids": list(media)} if media else {})


def body_of(text: str, visibility: str, language: str) -> dict[str, Any]:
    """What creates a status of this text."""
    body = {"status": text, "visibility": visibility}
    return body | ({"language": language} if language else {})


def published(answer: Mapping[str, Any]) -> Published:
    """The status an answer describes. Raises KeyError, TypeError or ValueError when it is no status."""
    address = web_address(answer.get("url"))
    return Published(identifier(answer["id"]), address, instant(answer["created_at"]))


def seen(answer: Mapping[str, Any]) -> Seen:
    """A status of a list. Raises KeyError, TypeError or ValueError when it is no status."""
    status = published(answer)
    parent = answer.get("in_reply_to_id")
    return Seen(
        status,
        instant(answer["created_at"]),
        words_of(answer["content"]),
        "" if parent is None else identifier(parent),
        tuple(_alts(answer.get("media_attachments"))),
    )


def _alts(media: object) -> Iterator[str]:
    for each in media if isinstance(media, list) else ():
        said = each.get("description") if isinstance(each, Mapping) else None
        yield said if isinstance(said, str) else ""


def words_of(content: object) -> str:
    """The words of a status' content. Raises ValueError when it has none to read."""
    if not isinstance(content, str):
        raise ValueError("this is no content")
    return text_of(content)


def profile(account: Mapping[str, Any], instance: Mapping[str, Any], host: str) -> Profile:
    """The account and what its server allows. Raises KeyError or ValueError when it is none."""
    allowed = limits(instance)
    domain = host.partition("://")[2]
    name = one_line(account["username"])
    if not name:
        raise ValueError("an account has a name")
    return Profile(
        remote_id=identifier(account["id"]),
        handle=f"@{name}@{instance_domain(instance) or domain}",
        name=one_line(account.get("display_name")) or name,
        url=web_address(account.get("url")),
        followers=count(account.get("followers_count"), MOST),
        text_limit=count(allowed.get("max_characters"), MOST)
        or count(instance.get("max_toot_chars"), MOST)
        or None,
        url_length=count(allowed.get("characters_reserved_per_url"), 1000),
    )


def instance_domain(instance: Mapping[str, Any]) -> str:
    """The name the server gives its accounts, which may differ from its address; empty when unsaid."""
    domain = one_line(instance.get("domain") or instance.get("uri"))
    return domain.partition("://")[2] or domain


def limits(instance: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a server says that a status may hold; empty when unsaid."""
    configuration = instance.get("configuration")
    found = configuration.get("statuses") if isinstance(configuration, Mapping) else None
    return found if isinstance(found, Mapping) else {}
