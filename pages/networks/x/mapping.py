"""X's answers as our types, and what its posts are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pages.networks.answers import believed, instant
from pages.networks.types import Published, Reply, ThreadPost
from pages.networks.words import compose
from pages.networks.x.words import identifier, parent_of, words_of

SITE: Final = "https://x.com"
TWEPOCH: Final = 1_288_834_974_657  # milliseconds since 1970 that ids count from

_CONVERSATION: Final = re.compile(r"[0-9]{1,19}-[0-9]{1,19}|[0-9]{1,19}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,4})?")


@dataclass(frozen=True, slots=True)
class Seen:
    """A post of the account, read; `parent_id` is what it answers, empty for nothing."""

    published: Published
    at: datetime
    text: str
    parent_id: str = ""


def post_body(text: str, link: str, media: list[str]) -> dict[str, Any]:
    """What creates a post."""
    composed = compose(text, link)
    body: dict[str, Any] = {"text": composed} if composed else {}
    return body | ({"media": {"media_ids": media}} if media else {})


def reply_body(reply: Reply) -> dict[str, Any]:
    """What creates an answer; X itself names those who are answered, in front of the text."""
    return {"text": reply.text.strip(), "reply": {"in_reply_to_tweet_id": reply.to}}


def conversation(value: object) -> str:
    """The id of a private conversation. Raises ValueError for anything else."""
    if not isinstance(value, str) or not _CONVERSATION.fullmatch(value):
        raise ValueError("this is no conversation")
    return value


def address_of(post_id: str) -> str:
    """Where a post is shown, whoever wrote it: the form in which X itself gives the address of a post
    (`expanded_url` in its data dictionary); no answer of the API holds another.
    """
    return f"{SITE}/i/web/status/{post_id}"


def published(answer: Mapping[str, Any]) -> Published:
    """A post that an answer describes. Raises KeyError or ValueError when it is none."""
    post_id = identifier(answer["id"])
    said = answer.get("created_at")
    return Published(post_id, address_of(post_id), None if said is None else instant(said))


def seen(answer: Mapping[str, Any]) -> Seen:
    """A post of a list. Raises KeyError or ValueError when it is none."""
    there = published(answer)
    return Seen(there, instant(answer["created_at"]), words_of(answer), parent_of(answer))


def made_at(post_id: str) -> datetime | None:
    """When something was made by its id, which counts milliseconds (https://docs.x.com/fundamentals/x-ids);
    None for an id of before X counted so.
    """
    counted = int(post_id) >> 22
    return datetime.fromtimestamp((counted + TWEPOCH) / 1000, UTC) if counted else None


def versions(post: Mapping[str, Any]) -> list[str]:
    """The ids of a post, the first version's first: each edit makes another
    (https://docs.x.com/x-api/fundamentals/edit-posts). Raises KeyError or ValueError when it has none.
    """
    history = post.get("edit_history_tweet_ids")
    return [identifier(each) for each in (history if isinstance(history, list) and history else [post["id"]])]


def language(value: object) -> str:
    """The language that X detected; empty when it is none of those that have a name (`und`, `qme`…)."""
    named = isinstance(value, str) and _LANGUAGE.fullmatch(value) and value != "und" and value[0] != "q"
    return str(value) if named else ""


def thread_post(post: Mapping[str, Any]) -> ThreadPost:
    """A post of ours as what people speak under. Raises KeyError or ValueError when it is none."""
    post_id = identifier(post["id"])
    return ThreadPost(post_id, address_of(post_id), words_of(post), believed(post.get("created_at")))
