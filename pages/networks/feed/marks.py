"""Where listening to a blog's feeds goes on from: a few letters of each comment that was there.

Feeds say nothing by number, and a comment that waited for approval comes with the day it was written. So
what was there at the last turn is held, and what is not among it is new, or was changed.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

from pages.networks.types import IncomingComment

WINDOW: Final = 90  # of the latest comments, which a mark can hold
LETTERS: Final = 3
BEGUN: Final = "."


def latest(comments: Iterable[IncomingComment]) -> list[IncomingComment]:
    """The latest of what the feeds hold, oldest first, each once; those without a date are the oldest."""
    each_once = {comment.remote_id: comment for comment in comments}
    in_order = sorted(each_once.values(), key=lambda comment: comment.at.timestamp() if comment.at else 0.0)
    return in_order[-WINDOW:]


def new(comments: Sequence[IncomingComment], mark: str) -> tuple[IncomingComment, ...]:
    """Those that are new or changed since a mark."""
    held = mark.removeprefix(BEGUN)
    known = {held[at : at + LETTERS] for at in range(0, len(held), LETTERS)}
    return tuple(comment for comment in comments if letters(comment) not in known)


def written(comments: Sequence[IncomingComment]) -> str:
    """The mark after a turn in which these were there."""
    return BEGUN + "".join(letters(comment) for comment in comments)


def letters(comment: IncomingComment) -> str:
    """What differs when a comment or its words differ."""
    told = f"{comment.remote_id}\0{comment.text}\0{comment.author.name}"
    return urlsafe_b64encode(sha256(told.encode("utf-8", "replace")).digest()).decode()[:LETTERS]
