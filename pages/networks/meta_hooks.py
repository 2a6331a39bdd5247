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

LARGEST: Final = 1_000_000  # bytes
_PREFIX: Final = "sha256="
_OF_MESSAGES: Final = ("messaging", "standby")


@dataclass(frozen=True, slots=True)
class Stir:
    """Something moved at an account: `kind` is Meta's object (`page`, `instagram`), `field` what moved."""

    kind: str
    account_id: str
    field: str


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
            for field in _fields(entry):
                yield Stir(said["object"], str(account), field)


def _fields(entry: Mapping[str, Any]) -> Iterator[str]:
    """The fields that moved; private messages come under names of their own."""
    changes = entry.get("changes")
    for change in changes if isinstance(changes, list) else ():
        field = change.get("field") if isinstance(change, Mapping) else None
        if isinstance(field, str) and 0 < len(field) <= 60:
            yield field
    if any(entry.get(name) for name in _OF_MESSAGES):
        yield "messages"
