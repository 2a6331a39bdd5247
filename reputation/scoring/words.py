"""Words of a text, folded (case, accents, ligatures), each with its place in the text as given."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_MARKS = "\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0670\u200b-\u200d\ufe0f"
_WORD = re.compile(rf"&|[^\W_](?:[^\W_]|[{_MARKS}])*")
_FOLDED = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters and digits, folded; offsets in the text as given."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Return a word without case, accents or ligatures; "&" is "et"."""
    if word == "&":
        return "et"
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_LIGATURES))
    return "".join(_FOLDED.findall(plain.casefold().translate(_LIGATURES)))


def words_of(text: str) -> list[Word]:
    """Return the words of a text in order. "&" is read as "et"."""
    found = (Word(fold(match[0]), match.start(), match.end()) for match in _WORD.finditer(text))
    return [word for word in found if word.text]


def folded_words(text: str) -> list[str]:
    """Return the words of a text in order, without their places."""
    return [word for word in map(fold, _WORD.findall(text)) if word]
