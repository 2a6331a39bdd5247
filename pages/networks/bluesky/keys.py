"""Keys and addresses of records: ours are chosen before anything is sent, and the same at every try."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

POSTS: Final = "app.bsky.feed.post"
GATES: Final = "app.bsky.feed.threadgate"
BLOCKS: Final = "app.bsky.graph.block"
APP: Final = "https://bsky.app"  # where Bluesky shows what its network holds

_DIGITS: Final = "234567abcdefghijklmnopqrstuvwxyz"
_EARLIEST: Final = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp() * 1_000_000)
_YEAR: Final = 365 * 24 * 3600 * 1_000_000
_CLOCK_BITS: Final = 10
_DID: Final = re.compile(r"did:[a-z]{1,20}:[a-zA-Z0-9._:%-]{1,120}")
_ADDRESS: Final = re.compile(
    rf"at://(?P<repo>{_DID.pattern})/(?P<collection>[a-zA-Z0-9.-]{{3,60}})/(?P<rkey>[a-zA-Z0-9._:~-]{{1,64}})"
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a record is: whose repository, which collection, which key."""

    repo: str
    collection: str
    rkey: str

    def __str__(self) -> str:
        return f"at://{self.repo}/{self.collection}/{self.rkey}"

    @property
    def params(self) -> dict[str, str]:
        """The record as calls name it."""
        return {"repo": self.repo, "collection": self.collection, "rkey": self.rkey}

    @property
    def web(self) -> str:
        """Where people read it: Bluesky's own app shows any post of its network at this address."""
        return f"{APP}/profile/{self.repo}/post/{self.rkey}" if self.collection == POSTS else ""


def address(text: object) -> Address:
    """The address of a record as the network writes it. Raises ValueError for anything else."""
    found = _ADDRESS.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("this is no address of a record")
    return Address(found["repo"], found["collection"], found["rkey"])


def is_did(text: object) -> bool:
    """Whether this names an account for good."""
    return isinstance(text, str) and _DID.fullmatch(text) is not None


def record_key(what: str, key: str) -> str:
    """The key of the record made for `key`: a TID, as the collections want it (https://atproto.com/specs/tid).

    Its instant is drawn from `key` in the year 2023 and means nothing: what counts is that the same `key`
    always gives it, so that a second try meets the first one's record. Two keys share one by a chance of
    less than one in 10^16.
    """
    drawn = int.from_bytes(sha256(f"{what}:{key}".encode()).digest()[:16], "big")
    instant, clock = divmod(drawn, 1 << _CLOCK_BITS)
    return _tid(_EARLIEST + instant % _YEAR, clock)


def _tid(microseconds: int, clock: int) -> str:
    number = microseconds << _CLOCK_BITS | clock
    digits = ""
    for _place in range(13):
        number, digit = divmod(number, 32)
        digits = _DIGITS[digit] + digits
    return digits


def claims(token: str) -> dict[str, Any]:
    """What a token of the network says of itself, unverified; empty for what cannot be read."""
    try:
        body = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError, binascii.Error, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
