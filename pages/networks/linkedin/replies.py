"""The page's own comments: what was made, and what is read of them again."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from cm_suite.core.errors import Unknown
from cm_suite.core.http import Answer
from pages.networks.linkedin import voices
from pages.networks.linkedin.mapping import Seen
from pages.networks.linkedin.rounds import comments_path
from pages.networks.linkedin.voices import Place
from pages.networks.linkedin.wire import UNREADABLE
from pages.networks.types import Commenter, Published, ThreadPost


def path_of(where: Place) -> str:
    """Where one comment is."""
    return f"{comments_path(where.post)}/{where.number}"


def seen(said: Mapping[str, Any], post: str) -> Seen:
    """A comment of the page. Raises ValueError when it is none, or does not say when it was made."""
    made = _made(said, post)
    if made.at is None:
        raise ValueError("this says no instant")
    return Seen(made, made.at, voices.words_of(said))


def published(answer: Answer, post: str, thread: str) -> Published:
    """The comment that was made: as the body describes it, else by the id in the header."""
    with suppress(Unknown, *UNREADABLE):
        return _made(answer.json(), post)
    number = answer.headers.get("x-restli-id", "")
    for urn in (number, f"urn:li:comment:({thread},{number})"):
        with suppress(ValueError):
            return Published(voices.placed(post, urn).remote_id, "", None)
    raise Unknown("answer_unreadable", answer=str(answer.status))


def _made(said: Mapping[str, Any], post: str) -> Published:
    found = voices.comment_of(said, ThreadPost(post), Commenter())
    return Published(found.remote_id, "", found.at)
