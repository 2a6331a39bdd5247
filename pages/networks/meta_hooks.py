"""Meta's webhooks, without a side effect: whether a call is Meta's, and who stirred.

A body only tells which account to look at: a call that is sent again makes us look again, and changes
nothing. https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cm_suite.core.http import parsed
from pages.networks.answers import mapping

LARGEST: Final = 1_000_000  # bytes
NAMED: Final = "named_"
_PREFIX: Final = "sha256="
_LONGEST_NUMBER: Final = 20
_OF_MESSAGES: Final = ("messaging", "standby")
_NAMING: Final = ("instagram", "mentions")


@dataclass(frozen=True, slots=True)
class Stir:
    """Something moved at an account: `kind` is Meta's object (`page`, `instagram`), `field` what moved.

    `media` and `comment`: where words name an account of Instagram's, by the only numbers under which they
    can be read; no `comment` for a caption, and no `media` for anything else that moved.
    """

    kind: str
    account_id: str
    field: str
    media: int = 0
    comment: int = 0


def named(media: int, comment: int) -> str:
    """By what words that name an account are asked for (`Listens.comment`)."""
    return f"{NAMED}{media}_{comment}" if comment else f"{NAMED}{media}"


def challenge(query: Mapping[str, str], token: str) -> str | None:
    """What to answer when Meta checks the address; None when the one who asks does not know `token`.

    The answer is made of figures only, so that nothing else can be written through us.
    """
    said, wanted = query.get("hub.verify_token", ""), query.get("hub.challenge", "")
    known = bool(token) and hmac.compare_digest(said.encode(), token.encode())
    figures = wanted.isascii() and wanted.isdigit() and len(wanted) <= 40
    return wanted if known and figures and query.get("hub.mode") == "subscribe" else None


def signed(body: bytes, header: str, secret: str) -> bool:
    """Whether `X-Hub-Signature-256` is the one of these bytes; compared in constant time."""
    if not secret or not header.startswith(_PREFIX):
        return False
    wanted = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(header.removeprefix(_PREFIX).encode(), wanted.encode())


def stirred(body: bytes) -> tuple[Stir, ...]:
    """Who stirred, each once, in the order of the body; nothing for what cannot be read."""
    if len(body) > LARGEST:
        return ()
    try:
        said = parsed(body)
    except ValueError:
        return ()
    return tuple(dict.fromkeys(_stirs(said)))


def _stirs(said: Any) -> Iterator[Stir]:
    if not isinstance(said, Mapping) or not isinstance(said.get("object"), str):
        return
    entries = said.get("entry")
    for entry in entries if isinstance(entries, list) else ():
        account = entry.get("id") if isinstance(entry, Mapping) else None
        if isinstance(account, str | int) and 0 < len(str(account)) <= 200:
            for field, value in _changes(entry):
                told = mapping(value) if (said["object"], field) == _NAMING else {}
                media, comment = _number(told.get("media_id")), _number(told.get("comment_id"))
                yield Stir(said["object"], str(account), field, media, comment if media else 0)


def _changes(entry: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The fields that moved, each with what is said of it; private messages come under names of their own."""
    changes = entry.get("changes")
    for change in changes if isinstance(changes, list) else ():
        field = change.get("field") if isinstance(change, Mapping) else None
        if isinstance(field, str) and 0 < len(field) <= 60:
            yield field, change.get("value")
    if any(entry.get(name) for name in _OF_MESSAGES):
        yield "messages", None


def _number(value: object) -> int:
    """A number of something at Meta; 0 for anything else."""
    found = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return int(found) if found.isascii() and found.isdigit() and len(found) <= _LONGEST_NUMBER else 0
