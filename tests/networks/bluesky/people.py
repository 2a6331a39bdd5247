"""Who is on the fake server."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final


@dataclass
class Account:
    """An account with its repository: collection → key → record with its version."""

    did: str
    handle: str
    name: str = ""
    followers: int = 0
    password: str = ""
    scope: str = "com.atproto.appPassPrivileged"
    active: bool = True
    records: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def of(self, collection: str) -> dict[str, dict[str, Any]]:
        """The records of one collection, by key."""
        return self.records.setdefault(collection, {})

    @property
    def basic(self) -> dict[str, Any]:
        """The account as lists show it (`app.bsky.actor.defs#profileViewBasic`)."""
        return {"did": self.did, "handle": self.handle, "displayName": self.name}


OURS: Final = "did:plc:zxth73hdbr23izntfqoam76y"
NADIA: Final = "did:plc:nd5suhspzi7wuiq3xhtrhvgn"
PAUL: Final = "did:plc:pau15uhspzi7wuiq3xhtrhvg2"
PASSWORD: Final = "tnqq-lg5n-qql4-i3qg"


def everybody() -> dict[str, Account]:
    """The page and two of its readers."""
    return {
        each.did: each
        for each in (
            Account(OURS, "maison-lumen.example", "Maison Lumen", 214, PASSWORD),
            Account(NADIA, "nadia.example", "Nadia", 12, "nadia-nadia-nadia"),
            Account(PAUL, "paul.example", "Paul", 3, "paul-paul-paul"),
        )
    }


def token(did: str, scope: str, *, life: timedelta = timedelta(hours=2), number: int = 0) -> str:
    """A token as a server makes them: what it says can be read, its signature means nothing here."""
    issued = datetime.now(UTC).replace(microsecond=0)
    said = {
        "scope": scope,
        "sub": did,
        "aud": "did:web:localhost",
        "iat": int(issued.timestamp()),
        "exp": int((issued + life).timestamp()),
        "jti": str(number),
    }
    return ".".join([_coded({"typ": "at+jwt", "alg": "HS256"}), _coded(said), "c2lnbmVk"])


def _coded(said: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
