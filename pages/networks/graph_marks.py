"""Where a reading of a Graph API list stopped: an instant, and what was read since, each by a digest.

The latest few are read again each time: what is new among them, and what was edited or hidden, shows.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pages.networks.types import IncomingComment

REMEMBERED: Final = 40  # with a size of 6 characters each, a mark stays below 300
_SIZE: Final = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """`since`: seconds since 1970, 0 for the beginning; everything from then on is read again."""

    since: int = 0
    known: frozenset[str] = field(default_factory=frozenset)


def read(mark: str) -> Mark:
    """A mark as it was written; the beginning for anything else."""
    since, _dot, digests = mark.partition(".")
    if not (since.isascii() and since.isdigit() and len(since) <= 12):
        return Mark()
    return Mark(int(since), frozenset(digests[at : at + _SIZE] for at in range(0, len(digests), _SIZE)))


def fresh(mark: Mark, comments: Iterable[IncomingComment]) -> tuple[IncomingComment, ...]:
    """Those that are new or changed since the mark, oldest first."""
    there = [each for each in comments if second_of(each) >= mark.since]
    return tuple(each for each in sorted(there, key=second_of) if digest(each) not in mark.known)


def after(
    mark: str, comments: Iterable[IncomingComment], again: int = REMEMBERED, most: int = REMEMBERED
) -> str:
    """The mark to go on from; the same one when there was nothing to read.

    `again`: how many are read again; few where more are waiting, so that each turn gets further. `most`:
    digests it may hold.
    """
    since = read(mark).since
    there = sorted((each for each in comments if second_of(each) >= since), key=second_of)
    if not there:
        return mark or "0."
    size = min(again, most)
    kept = there[-size:]
    first = second_of(kept[0])
    if len(there) > size and second_of(there[-size - 1]) == first:
        later = [each for each in kept if second_of(each) > first]
        kept = later or [each for each in there if second_of(each) == first][-most:]
    return f"{second_of(kept[0])}.{''.join(digest(each) for each in kept)}"


def not_before(mark: str, second: int) -> str:
    """The mark, or the one at this second when it stands before: all that was written until then was read."""
    return mark if read(mark).since >= second else f"{second}."


def digest(comment: IncomingComment) -> str:
    """Six characters that change with the words and with whether they are shown."""
    said = "\n".join((comment.remote_id, comment.presence, comment.text))
    whole = hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()
    return urlsafe_b64encode(whole)[:_SIZE].decode()


def second_of(comment: IncomingComment) -> int:
    """When it was written, in seconds since 1970; 0 when nobody said."""
    return int(comment.at.timestamp()) if comment.at else 0
