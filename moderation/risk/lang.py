"""Which language a comment is in: French, English, or not known. By function words; nothing is learnt."""

from __future__ import annotations

import tomllib
from collections.abc import Container, Sequence
from pathlib import Path

FRENCH = "fr"
ENGLISH = "en"
UNKNOWN = "und"
_WORDS = tomllib.loads(Path(__file__).with_name("function_words.toml").read_text(encoding="utf-8"))
_FR = frozenset(_WORDS["francais"].split())
_EN = frozenset(_WORDS["anglais"].split())
_OTHER = frozenset(_WORDS["autres"].split())
FUNCTION_WORDS = _FR | _EN
_ENOUGH = 6


def detect(words: Sequence[str], original: str, hint: str = "") -> str:
    """Return fr, en or und; `hint` (what the network said) settles short texts only."""
    letters = [c for c in original[:400] if c.isalpha()]
    latin = sum(c < "\u0250" for c in letters)
    if letters and latin * 2 < len(letters):
        return UNKNOWN
    sample = words[:200]
    french = sum(word in _FR for word in sample)
    english = sum(word in _EN for word in sample)
    other = sum(word in _OTHER and word not in _FR for word in sample)
    if other > max(french, english) and other >= 2:
        return UNKNOWN
    if french != english:
        return FRENCH if french > english else ENGLISH
    short = hint.lower()[:2]
    return short if short in (FRENCH, ENGLISH) else UNKNOWN


def familiar(words: Sequence[str], known: Container[str]) -> bool:
    """Whether a text of unknown language may still be read: short, or made largely of known words."""
    sample = words[:200]
    if len(sample) < _ENOUGH:
        return True
    if any(word in _OTHER and word not in _FR for word in sample):
        return False
    return sum(word in known for word in sample) * 3 >= len(sample)


def applies(rule_lang: str, lang: str, readable: bool) -> bool:
    """Whether rules of one language are read on a text of another: on unknown ones only if readable."""
    return rule_lang in ("any", lang) or (lang == UNKNOWN and readable)
