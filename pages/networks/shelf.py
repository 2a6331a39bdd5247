"""What was prepared for a post before anybody sees it: kept from one try to the next, never made twice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from cm_suite.core import clock


class Shelf(Protocol):
    """Uploads and containers of one post, by a name of our own. Instants are aware."""

    def kept(self, name: str) -> str:
        """The network's id of what has this name and is still good; empty when there is none."""

    def keep(self, name: str, remote_id: str, until: datetime) -> None:
        """Keep it until then, in the place of what had this name; it is there once this returns."""

    def drop(self, name: str) -> None:
        """It is no good any more; none there is done."""

    def press(self, remote_id: str) -> None:
        """Note what the one call that creates is about to show; it is written with the fence."""

    def pressed(self) -> Sequence[str]:
        """What was about to be shown by earlier calls that were not clearly answered, oldest first."""


class MemoryShelf:
    """A shelf for as long as the post is held in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, datetime]] = {}
        self._pressed: dict[str, None] = {}

    def kept(self, name: str) -> str:
        """As `Shelf.kept`."""
        remote_id, until = self._kept.get(name, ("", None))
        return remote_id if until is not None and until > clock.now() else ""

    def keep(self, name: str, remote_id: str, until: datetime) -> None:
        """As `Shelf.keep`."""
        self._kept[name] = (remote_id, until)

    def drop(self, name: str) -> None:
        """As `Shelf.drop`."""
        self._kept.pop(name, None)

    def press(self, remote_id: str) -> None:
        """As `Shelf.press`, but at once."""
        self._pressed[remote_id] = None

    def pressed(self) -> Sequence[str]:
        """As `Shelf.pressed`, whatever was answered."""
        return tuple(self._pressed)


def name_of(kind: str, *parts: str | bytes) -> str:
    """A name that changes with any of the parts: `kind`, of ten letters at most, and their fingerprint."""
    found = hashlib.sha256()
    for part in parts:
        raw = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        found.update(len(raw).to_bytes(8) + raw)
    return f"{kind} {found.hexdigest()}"
