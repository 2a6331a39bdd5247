"""Where listening to a site's comments goes on from.

Comments have numbers that only go up, and nothing says when one was changed. So a mark holds the last number
that was read, and a few letters of each of the latest comments: one whose letters differ was changed. Where
the first of those stands in the list is held too; when comments before it were taken away, it stands earlier.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

WINDOW: Final = 70  # of the latest comments, whose changes are noticed
LETTERS: Final = 3
_WRITTEN: Final = re.compile(
    r"(?P<offset>[0-9]{1,9})\.(?P<first>[0-9]{1,19})\.(?P<last>[0-9]{1,19})\.(?P<known>[\w-]*)"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """`first` to `last`: the numbers of the latest comments that were read; `known`: their letters."""

    offset: int = 0
    first: int = 0
    last: int = 0
    known: frozenset[str] = frozenset()

    def tells(self, number: int, said: Mapping[str, Any]) -> bool:
        """Whether a comment is new, or changed, since this mark."""
        return number > self.last or (number >= self.first and letters(number, said) not in self.known)


def read(mark: str) -> Mark | None:
    """What a mark holds; None for the empty one, and for one that is not ours."""
    found = _WRITTEN.fullmatch(mark)
    if found is None:
        return None
    known = found["known"]
    parts = frozenset(known[at : at + LETTERS] for at in range(0, len(known), LETTERS))
    return Mark(int(found["offset"]), int(found["first"]), int(found["last"]), parts)


def written(offset: int, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> str:
    """The mark after `rows`, oldest first, the first of which stands at `offset` of the list."""
    window = rows[-WINDOW:]
    if not window:
        return "0.0.0."
    known = "".join(letters(number, said) for number, said in window)
    return f"{offset + len(rows) - len(window)}.{window[0][0]}.{window[-1][0]}.{known}"


def letters(number: int, said: Mapping[str, Any]) -> str:
    """What differs when a comment's words, its name or its standing differ."""
    content = said.get("content")
    raw = content.get("raw") if isinstance(content, Mapping) else ""
    told = f"{number}\0{raw}\0{said.get('status')}\0{said.get('author_name')}"
    return urlsafe_b64encode(sha256(told.encode("utf-8", "replace")).digest()).decode()[:LETTERS]
