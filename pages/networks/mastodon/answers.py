"""What an answer to somebody is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pages.networks.mastodon import mapping, voices
from pages.networks.types import Reply

VISIBILITIES: Final = frozenset({"public", "unlisted", "private", voices.PRIVATE})


def answer_body(reply: Reply, parent: Mapping[str, Any]) -> dict[str, Any]:
    """What creates the answer: it names the comment's author, and is shown as widely as the comment."""
    said = parent.get("visibility")
    visibility = said if isinstance(said, str) and said in VISIBILITIES else "unlisted"
    body = mapping.body_of(_addressed(reply.text, voices.acct_of(parent)), visibility, reply.language)
    return body | {"in_reply_to_id": reply.to}


def message_body(reply: Reply, message: Mapping[str, Any]) -> dict[str, Any]:
    """What answers in private: only those whom it names can read it. Raises ValueError for nobody."""
    if not voices.acct_of(message):
        raise ValueError("nobody would read it")
    return answer_body(reply, message) | {"visibility": voices.PRIVATE}


def _addressed(text: str, acct: str) -> str:
    """The text with a mention of `acct`, unless it is there already."""
    named = re.search(rf"(?<![\w@]){re.escape('@' + acct)}(?![\w@])", text, re.IGNORECASE)
    return text.strip() if named or not acct else f"@{acct} {text.strip()}"
