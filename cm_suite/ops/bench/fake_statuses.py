"""What the fake Mastodon says, in the shapes of the real one."""

from __future__ import annotations

import html
import itertools
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

ORIGIN: Final = "https://fake.example"
_ids = itertools.count(1)
_URL: Final = re.compile(r"https?://\S+")
_ENTITY: Final = re.compile(r"(?P<url>https?://\S+)|(?<!\S)#(?P<tag>\w+)|(?<!\S)@(?P<name>\w+)@[\w.-]+\w")
_LONGEST_SHOWN: Final = 30


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody on the server."""

    id: str
    username: str


def counted(text: str, url_length: int) -> int:
    """Length of a text in which every address counts alike."""
    return len(_URL.sub("x" * url_length, text))


def new_status(account: Account, text: str, language: str | None) -> dict[str, Any]:
    """A status that goes up now."""
    status_id = str((int(time.time() * 1000) << 16) + next(_ids) % 65_536)
    return status(status_id, account, text, datetime.now(UTC), language)


def status(
    status_id: str, account: Account, text: str, at: datetime, language: str | None = None
) -> dict[str, Any]:
    """A status as the API gives it."""
    return {
        "id": status_id,
        "uri": f"{ORIGIN}/users/{account.username}/statuses/{status_id}",
        "url": f"{ORIGIN}/@{account.username}/{status_id}",
        "account": plain_account(account, 0),
        "content": as_html(text),
        "created_at": moment(at),
        "edited_at": None,
        "emojis": [],
        "favourites_count": 0,
        "in_reply_to_account_id": None,
        "in_reply_to_id": None,
        "language": language,
        "media_attachments": [],
        "mentions": [],
        "quotes_count": 0,
        "reblogs_count": 0,
        "replies_count": 0,
        "sensitive": False,
        "spoiler_text": "",
        "tags": [],
        "visibility": "public",
    }


def moment(at: datetime) -> str:
    """An instant in milliseconds, as the API writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_html(text: str) -> str:
    """A text as a server shows it: paragraphs, and addresses shortened for the eye."""
    blocks = re.split(r"\n{2,}", text.strip())
    return "".join(f"<p>{_linked(block).replace(chr(10), '<br />')}</p>" for block in blocks)


def _linked(text: str) -> str:
    parts: list[str] = []
    end = 0
    for entity in _ENTITY.finditer(text):
        parts += [html.escape(text[end : entity.start()]), _entity(entity)]
        end = entity.end()
    return "".join(parts) + html.escape(text[end:])


def _entity(entity: re.Match[str]) -> str:
    if entity["url"]:
        return _link(entity["url"])
    if entity["tag"]:
        address = f"{ORIGIN}/tags/{entity['tag'].lower()}"
        return f'<a href="{address}" class="mention hashtag" rel="tag">#<span>{entity["tag"]}</span></a>'
    name = entity["name"]
    link = f'<a href="{ORIGIN}/@{name}" class="u-url mention">@<span>{name}</span></a>'
    return f'<span class="h-card" translate="no">{link}</span>'


def _link(url: str) -> str:
    prefix = (re.match(r"https?://(www\.)?", url) or [""])[0]
    shown, hidden = url[len(prefix) :][:_LONGEST_SHOWN], url[len(prefix) :][_LONGEST_SHOWN:]
    kind = "ellipsis" if hidden else ""
    return (
        f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{prefix}</span><span class="{kind}">{html.escape(shown)}</span>'
        f'<span class="invisible">{html.escape(hidden)}</span></a>'
    )


def plain_account(account: Account, statuses: int) -> dict[str, Any]:
    """An account as others see it."""
    return {
        "id": account.id,
        "username": account.username,
        "acct": account.username,
        "uri": f"{ORIGIN}/users/{account.username}",
        "url": f"{ORIGIN}/@{account.username}",
        "display_name": account.username.replace("_", " ").title(),
        "note": "",
        "avatar": f"{ORIGIN}/avatar.png",
        "avatar_static": f"{ORIGIN}/avatar.png",
        "avatar_description": "",
        "header": f"{ORIGIN}/header.png",
        "header_static": f"{ORIGIN}/header.png",
        "header_description": "",
        "bot": False,
        "group": False,
        "indexable": True,
        "locked": False,
        "created_at": "2024-01-01T00:00:00.000Z",
        "emojis": [],
        "fields": [],
        "followers_count": 214,
        "following_count": 12,
        "statuses_count": statuses,
    }


def credential_account(account: Account, statuses: int) -> dict[str, Any]:
    """An account as its owner sees it."""
    source = {
        "attribution_domains": [],
        "fields": [],
        "follow_requests_count": 0,
        "indexable": True,
        "language": "fr",
        "note": "",
        "privacy": "public",
        "quote_policy": "public",
        "sensitive": False,
    }
    role = {"id": "-99", "name": "", "color": "", "permissions": "65536", "highlighted": False}
    return plain_account(account, statuses) | {"source": source, "role": role}


def _statuses(max_characters: int, url_length: int) -> dict[str, Any]:
    return {
        "max_characters": max_characters,
        "max_media_attachments": 4,
        "characters_reserved_per_url": url_length,
    }


def instance_v2(max_characters: int, url_length: int) -> dict[str, Any]:
    """What a server of version 4 or later says about itself, in short."""
    return {
        "domain": "fake.example",
        "title": "Fake",
        "version": "4.5.0",
        "configuration": {"statuses": _statuses(max_characters, url_length)},
    }


def instance_v1(max_characters: int, url_length: int) -> dict[str, Any]:
    """What older servers say about themselves, in short."""
    return {
        "uri": "fake.example",
        "title": "Fake",
        "version": "3.5.0",
        "configuration": {"statuses": _statuses(max_characters, url_length)},
    }
