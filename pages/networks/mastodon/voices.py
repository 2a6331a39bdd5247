"""What other people's statuses say, as comments; and what an answer to one is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from cm_suite.core.text import clip
from pages.networks.answers import SKEW, believed, identifier, one_line, web_address
from pages.networks.types import Commenter, IncomingComment, ThreadPost
from pages.networks.words import LONGEST, text_of

LONGEST_NAME: Final = 200
PRIVATE: Final = "direct"
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,4})?", re.IGNORECASE)
_ACCT: Final = re.compile(r"\w[\w.-]*(@[\w.:-]+)?")


def is_private(status: Mapping[str, Any]) -> bool:
    """Whether only those it names can read it: a message, not a comment."""
    return status.get("visibility") == PRIVATE


def comment_of(status: Mapping[str, Any]) -> IncomingComment:
    """A status as a comment. Raises KeyError or ValueError when it has no id; nothing else is required."""
    return IncomingComment(
        remote_id=identifier(status["id"]),
        text=words_of(status),
        author=_author(status),
        parent_id=_identifier(status.get("in_reply_to_id")),
        url=web_address(status.get("url")) or web_address(status.get("uri")),
        language=_language(status.get("language")),
        at=believed(status.get("created_at")),
        edited_at=believed(status.get("edited_at")),
    )


def post_of(status: Mapping[str, Any]) -> ThreadPost:
    """A status of ours as the post people speak under. Raises KeyError or ValueError when it has no id."""
    return ThreadPost(
        remote_id=identifier(status["id"]),
        url=web_address(status.get("url")),
        text=words_of(status),
        at=believed(status.get("created_at")),
    )


def under(comment: IncomingComment, post: ThreadPost | None) -> IncomingComment:
    """The comment in its thread; an instant before its post's is not believed."""
    if post is None:
        return comment
    before = comment.at is not None and post.at is not None and comment.at < post.at - SKEW
    return replace(
        comment,
        post=post,
        parent_id="" if comment.parent_id == post.remote_id else comment.parent_id,
        at=None if before else comment.at,
    )


def words_of(status: Mapping[str, Any]) -> str:
    """All that a status says: what warns of it, then its words; empty when it only shows something."""
    warning, content = status.get("spoiler_text"), status.get("content")
    parts = [
        warning[:LONGEST].strip() if isinstance(warning, str) else "",
        text_of(content) if isinstance(content, str) else "",
    ]
    return "\n\n".join(part for part in parts if part)


def answers(status: Mapping[str, Any], account_id: str) -> bool:
    """Whether it answers something that the account wrote, as the server said when it came."""
    return _identifier(status.get("in_reply_to_account_id")) == account_id != ""


def author_id(status: Mapping[str, Any]) -> str:
    """Whose status it is; empty when unsaid."""
    return _identifier(_account(status).get("id"))


def known_id(status: Mapping[str, Any]) -> str:
    """The status' id; empty when it has none that can be used."""
    return _identifier(status.get("id"))


def _author(status: Mapping[str, Any]) -> Commenter:
    account = _account(status)
    acct = acct_of(status)
    name = one_line(account.get("display_name")) or acct
    return Commenter(
        remote_id=author_id(status),
        name=clip(name, LONGEST_NAME),
        handle=clip(f"@{acct}", LONGEST_NAME) if acct else "",
        url=web_address(account.get("url")),
    )


def _account(status: Mapping[str, Any]) -> Mapping[str, Any]:
    account = status.get("account")
    return account if isinstance(account, Mapping) else {}


def acct_of(status: Mapping[str, Any]) -> str:
    """How the author is named in a text; empty for what no server calls anybody."""
    said = _account(status).get("acct")
    return said if isinstance(said, str) and _ACCT.fullmatch(said) else ""


def _identifier(value: object) -> str:
    try:
        return identifier(value)
    except ValueError:
        return ""


def _language(value: object) -> str:
    return value if isinstance(value, str) and _LANGUAGE.fullmatch(value) else ""
