"""What is read of a text too long to be read whole: its ends, and the places between that may matter."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from moderation.risk.catalogue import catalogue
from moderation.risk.labels import Kind
from moderation.risk.lang import FUNCTION_WORDS
from moderation.risk.normalise import LOOKALIKES, fold

READ = 6_000
"""Characters read whole; a longer text is read in part, and the assessment says so."""
TAIL = 1_500
HEAD = READ - TAIL
SEARCHED = 24_000
"""Characters of the middle searched; what follows, up to the end that is read, is not."""
BLOCK = 240
_MARGIN = 110
_WINDOWS = 8
_TWICE = 2
_CHECKS = 60
_SHORTEST = 3
_CLEAR = 2
_WORDS = re.compile(r"\w{3,30}")
_LIKE = re.compile(r"[\u0131\u0142\u0251\u0261\u0274\u0280\u0370-\u04ff]")
_COMPOUND = re.compile(r"[\u3200-\u33ff\ufb50-\ufdff]+")
_FLAGGING = frozenset(
    {Kind.INSULT, Kind.SLUR, Kind.EPITHET, Kind.IMPUTATION, Kind.HATE, Kind.THREAT, Kind.INCITEMENT}
    | {Kind.PILE_ON, Kind.PERSONAL_DATA, Kind.SPAM}
)
_CALLS = frozenset({Kind.HATE, Kind.THREAT, Kind.INCITEMENT, Kind.PILE_ON})

type _Sign = tuple[int, tuple[frozenset[str], ...], str]


def ranges_read(text: str) -> tuple[tuple[int, int], ...]:
    """Return the parts of a text to read, in order: all of it, or its ends and what looks grave between."""
    if len(text) <= READ:
        return ((0, len(text)),)
    end = len(text) - TAIL
    parts = [(0, HEAD)]
    for place in sorted(_suspicious(text, HEAD, end)):
        low, high = max(parts[-1][1], place - _MARGIN), min(place + BLOCK + _MARGIN, end)
        if low == parts[-1][1] and len(parts) > 1:
            parts[-1] = (parts[-1][0], high)
        elif low < high:
            parts.append((low, high))
    return (*parts, (end, len(text)))


def _suspicious(text: str, start: int, end: int) -> list[int]:
    """Return where the blocks begin that may hold a rule, the gravest first, two of a rule at most."""
    found: list[tuple[int, int, str]] = []
    for place in range(start, min(end, start + SEARCHED), BLOCK):
        best = _gravest(text[max(0, place - _MARGIN) : place + BLOCK])
        if best:
            found.append((-best[0], place, best[1]))
    kept: list[int] = []
    times: dict[str, int] = {}
    for _, place, rule in sorted(found):
        times[rule] = times.get(rule, 0) + 1
        if times[rule] <= _TWICE and len(kept) < _WINDOWS:
            kept.append(place)
    return kept


def _gravest(block: str) -> tuple[int, str] | None:
    """Return the weight and the rule of the gravest pattern whose every word is in the block."""
    words = set(_WORDS.findall(_plain(block)))
    signs = _signs()
    best: tuple[int, str] | None = None
    left = _CHECKS
    for word in words & signs.keys():
        for weight, needs, rule in signs[word][: max(left, 0)]:
            left -= 1
            if (best is None or weight > best[0]) and not any(map(words.isdisjoint, needs)):
                best = (weight, rule)
    return best


def _plain(block: str) -> str:
    """Fold a block fast and without places: enough to look for words in it."""
    if block.isascii():
        return block.lower()
    folded = unicodedata.normalize("NFKD", _COMPOUND.sub(" ", block).casefold())
    if _LIKE.search(folded):
        folded = folded.translate(LOOKALIKES)
    return folded.replace("œ", "oe").encode("ascii", "ignore").decode("ascii")


@cache
def _signs() -> dict[str, list[_Sign]]:
    """Return the telling words of every rule that flags: for each, what else must be there."""
    signs: dict[str, list[_Sign]] = {}
    common = {fold(word) for word in FUNCTION_WORDS}
    patterns = {id(p): p for row in catalogue().by_word.values() for p in row}
    for pattern in patterns.values():
        rule = pattern.rule
        telling = sorted((need for need in pattern.needs if need.isdisjoint(common)), key=len)
        if rule.kind not in _FLAGGING or rule.strength < _CLEAR or not telling:
            continue
        others = tuple(need for need in telling[1:] if all(len(word) >= _SHORTEST for word in need))
        sign = (rule.strength * 2 + (rule.kind in _CALLS), others, rule.id)
        for word in telling[0]:
            signs.setdefault(word, []).append(sign)
    return {word: sorted(row, key=lambda sign: -sign[0]) for word, row in signs.items()}
