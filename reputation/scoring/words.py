"""Words of a text, folded (case, accents, ligatures), each with its place in the text as given."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_LIGATURES = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}
_DROPPED = frozenset({"Mn", "Me", "Cf"})


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters and digits, folded; offsets in the text as given."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def fold_char(char: str) -> str:
    """Return what one character becomes: nothing for a mark, a blank for what is no letter or digit."""
    category = unicodedata.category(char)
    if category in _DROPPED:
        return ""
    folded = _LIGATURES.get(char.casefold(), "") or unicodedata.normalize("NFKD", char.casefold())
    kept = "".join(one for one in folded if unicodedata.category(one) not in _DROPPED)
    return kept if kept and kept.isalnum() else " "


def words_of(text: str) -> list[Word]:
    """Return the words of a text in order. "&" is read as "et"."""
    found: list[Word] = []
    letters: list[str] = []
    start = end = 0
    for place, char in enumerate(text):
        folded = "et" if char == "&" else fold_char(char)
        if folded == " " or char == "&":
            if letters:
                found.append(Word("".join(letters), start, end))
                letters = []
            if char == "&":
                found.append(Word("et", place, place + 1))
            continue
        if folded and not letters:
            start = place
        if folded:
            letters.append(folded)
        if letters:
            end = place + 1
    if letters:
        found.append(Word("".join(letters), start, end))
    return found
