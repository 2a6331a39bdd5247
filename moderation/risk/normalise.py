"""Fold a text to plain lower-case letters while remembering where each letter came from.

Case, accents, compatibility forms (full width, mathematical letters, ligatures), invisible characters and
look-alikes of other alphabets go; every folded character keeps the range of the original it stands for.
Linear in the length of the text.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

LOOKALIKES = str.maketrans(
    {
        **dict(zip("авгеікмнорсстухѕјԁһԛԝ", "abgeikmhopcctyxsjdhqw", strict=True)),
        **dict(zip("αβεικνορτυχ", "abeikvoptux", strict=True)),
        **{"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ɑ": "a", "ɡ": "g", "ʀ": "r", "ɴ": "n"},
        **{"œ": "oe", "æ": "ae", "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "–": "-", "—": "-"},
        **{"“": '"', "”": '"', "„": '"', "‟": '"', "‐": "-", "‑": "-", "−": "-"},
    }
)
LONGEST_FOLD = 4
_DROPPED = frozenset({"Mn", "Me", "Cf"})
_BLANK = frozenset({"Cs", "Cc", "Zs", "Zl", "Zp", "Co", "Cn"})


@lru_cache(maxsize=8192)
def fold_char(char: str) -> str:
    """Return what one code point becomes: nothing, one character or a few (ligatures: four at most)."""
    if char == "\n":
        return "\n"
    category = unicodedata.category(char)
    if category in _DROPPED:
        return ""
    if category in _BLANK:
        return " "
    folded = unicodedata.normalize("NFKD", char.casefold().translate(LOOKALIKES))
    kept = "".join(c for c in folded if unicodedata.category(c) not in _DROPPED)
    return kept.casefold().translate(LOOKALIKES)[:LONGEST_FOLD]


def fold(text: str) -> str:
    """Return the folded text alone, for words of the catalogue."""
    return "".join(map(fold_char, text))


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and, for each of its characters, the range it covers in the original."""

    original: str
    text: str
    starts: list[int]
    ends: list[int]

    def range_of(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the original behind folded characters `start` to `end` (end > start)."""
        return self.starts[start], self.ends[end - 1]


def normalise(text: str, ranges: tuple[tuple[int, int], ...] = ()) -> Folded:
    """Fold `text`, or only the given ranges of it (in order), joined by line breaks."""
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for low, high in ranges or ((0, len(text)),):
        if chars:  # a join between two ranges stands for the character it precedes
            chars.append("\n")
            starts.append(low)
            ends.append(low + 1)
        for index, folded in enumerate(map(fold_char, text[low:high]), low):
            if folded:
                chars.append(folded)
                starts += [index] * len(folded)
                ends += [index + 1] * len(folded)
            elif ends and ends[-1] == index:
                ends[-1] = index + 1
    return Folded(text, "".join(chars), starts, ends)
