"""Where a text names the brand, and whether it speaks of what a public asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cm_suite.core.text import clip
from reputation.scoring.words import Word, folded_words, words_of

_LONGEST_GAP = 3
_ELLIPSIS = "…"
_SMALL = frozenset(
    {"a", "au", "aux", "avec", "ce", "ces", "d", "dans", "de", "des", "du", "en", "est", "et", "il", "l",
     "la", "le", "les", "leur", "n", "on", "ou", "par", "pour", "qu", "que", "qui", "s", "se", "sur", "un",
     "une", "the", "of", "and", "for", "to", "in"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A name found: offsets in the text as given."""

    start: int
    end: int


def names_brand(text: str, names: Iterable[str]) -> tuple[Found, ...]:
    """Return where any of the names stands in the text, in order, without overlap: the longest name wins.

    Whole words only; case, accents, apostrophes, hyphens aside; a name of several words is also found written
    as one (#MaisonLumen).
    """
    wanted = {tuple(folded_words(name)) for name in names}
    wanted.discard(())
    if not wanted:
        return ()
    words = words_of(text)
    joined = {"".join(name) for name in wanted if len(name) > 1}
    longest_first = sorted(wanted, key=len, reverse=True)
    found: list[Found] = []
    place = 0
    while place < len(words):
        count = _length_at(words, place, longest_first, joined, text)
        if count:
            found.append(Found(words[place].start, words[place + count - 1].end))
        place += count or 1
    return tuple(found)


def _length_at(
    words: list[Word], place: int, names: list[tuple[str, ...]], joined: set[str], text: str
) -> int:
    """Return how many words the longest name takes that begins at a word, 0 if none does."""
    for name in names:
        here = words[place : place + len(name)]
        if tuple(word.text for word in here) == name and _together(here, text):
            return len(name)
    return 1 if words[place].text in joined else 0


def _together(words: list[Word], text: str) -> bool:
    """Whether words follow one another as one name: no sentence, line or long gap between."""
    for before, after in zip(words, words[1:], strict=False):
        gap = text[before.end : after.start]
        if len(gap) > _LONGEST_GAP or any(char in ".!?;:,\n\r()[]|/" and gap != "." for char in gap):
            return False
    return True


def matches(words: str, text: str) -> bool:
    """Return whether every word of the query is in the text; order, accents, case and plural aside.

    Little words ("de", "the") are not asked for, unless the query has no other. An empty one matches nothing.
    """
    asked = folded_words(words)
    telling = {stem(word) for word in asked if word not in _SMALL} or {stem(word) for word in asked}
    return bool(telling) and telling.issubset(map(stem, folded_words(text)))


def stem(word: str) -> str:
    """Return a folded French word without its plural: "journaux" and "journal" are the same."""
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("aux") and not word.endswith("eaux"):
        return f"{word[:-3]}al"
    return word[:-1] if word[-1] in "sx" else word


def excerpt(text: str, start: int, end: int, most: int = 600) -> str:
    """Return at most `most` characters around `start`–`end`, on one line.

    Whole words, an ellipsis on each side that is cut; what is looked for is in it unless it is longer itself.
    """
    low = min(max(0, start), len(text))
    high = min(len(text), max(low, end))
    left, right = _window(low, high, len(text), max(0, most - 2 * len(_ELLIPSIS)))
    left, right = _next_word(text, left, low), _last_word(text, right, high)
    before = _ELLIPSIS if text[:left].strip() else ""
    after = _ELLIPSIS if text[right:].strip() else ""
    return clip(f"{before}{' '.join(text[left:right].split())}{after}", most)


def _window(low: int, high: int, length: int, room: int) -> tuple[int, int]:
    """Return the range of `room` characters around a range, moved inside the text."""
    left = low - max(0, room - (high - low)) // 2
    left = max(0, min(left, length - room))
    return left, min(length, max(high, left + room))


def _next_word(text: str, place: int, limit: int) -> int:
    """Return where the first whole word from `place` on begins, `limit` at the latest."""
    if place > 0 and not text[place - 1].isspace():
        while place < limit and not text[place].isspace():
            place += 1
    return place


def _last_word(text: str, place: int, limit: int) -> int:
    """Return where the last whole word before `place` ends, `limit` at the earliest."""
    if place < len(text) and not text[place].isspace():
        while place > limit and not text[place - 1].isspace():
            place -= 1
    return place
