"""A text cut into words with their sentence and clause, whether they are somebody else's, and its signs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from reputation.scoring.words import words_of

LONGEST = 20_000
_SENTENCE = re.compile(r"[.!?…\n]")
_CLAUSE = re.compile(r"[,;:()\[\]–—]|\s-\s")
_OPENING, _CLOSING, _EITHER = frozenset("«“„"), frozenset("»”"), frozenset('"')
_SMILES = frozenset("❤😍👍🙏😊🥰😁🎉💯⭐🤩😀😃😄😋💪♥☺😇🤗💖💚💛💙🧡😻✨👌🌟")
_FROWNS = frozenset("😡🤬😠👎🤮😤😞😢😭💩🙄😒😑😣😩😫💔🤢😔☹😕🤦")
_FACES = re.compile(r"(?P<smile>[:;=]-?\)|<3|\^\^)|(?P<frown>[:=]-?[(/](?!/))")
_SIGNS = re.compile(r"[\u2600-\u27bf\U0001f300-\U0001faff]")


@dataclass(frozen=True, slots=True)
class Token:
    """A folded word; `quoted`: between quotation marks."""

    word: str
    sentence: int
    clause: int
    quoted: bool


@dataclass(slots=True)
class Reading:
    """The words of a text; the marks that end its sentences; what its pictures and smileys say."""

    tokens: list[Token] = field(default_factory=list)
    ends: dict[int, str] = field(default_factory=dict)
    smiles: int = 0
    frowns: int = 0
    signs: int = 0

    def ends_with(self, sentence: int, mark: str) -> bool:
        """Whether a sentence ends with a mark (among others: "?!")."""
        return mark in self.ends.get(sentence, "")


def read(text: str) -> Reading:
    """Cut a text; only its first `LONGEST` characters."""
    text = text[:LONGEST]
    reading = Reading()
    sentence = clause = last = 0
    quoted = False
    for word in words_of(text):
        gap = text[last : word.start]
        if _SENTENCE.search(gap) and not _abbreviated(gap, reading):
            reading.ends[sentence] = gap
            sentence, clause = sentence + 1, clause + 1
        elif _CLAUSE.search(gap):
            clause += 1
        quoted = _quoted(gap, quoted)
        reading.tokens.append(Token(word.text, sentence, clause, quoted))
        last = word.end
    reading.ends[sentence] = text[last:]
    _read_signs(text, reading)
    return reading


def _abbreviated(gap: str, reading: Reading) -> bool:
    """Whether a full stop ends no sentence: "M. Roche", "4.5"."""
    return gap in (".", ". ") and bool(reading.tokens) and (gap == "." or len(reading.tokens[-1].word) == 1)


def _quoted(gap: str, quoted: bool) -> bool:
    for char in gap:
        if char in _OPENING:
            quoted = True
        elif char in _CLOSING:
            quoted = False
        elif char in _EITHER:
            quoted = not quoted
    return quoted


def _read_signs(text: str, reading: Reading) -> None:
    reading.smiles = sum(char in _SMILES for char in text)
    reading.frowns = sum(char in _FROWNS for char in text)
    reading.signs = len(_SIGNS.findall(text))
    for face in _FACES.finditer(text):
        if face["smile"]:
            reading.smiles += 1
        else:
            reading.frowns += 1
