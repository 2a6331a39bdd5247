"""Length of a status as Mastodon counts it, and the text as it leaves.

Characters are the ones a reader sees (grapheme clusters); any address counts alike, whatever its length;
of `@user@host` only `@user` counts.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from pages.networks.words import compose

URL_LENGTH: Final = 23

_WORD = r"[\w](?:[\w-]*[\w])?"
_ADDRESS = (
    r"(?P<url>(?<![A-Za-z0-9@＠$#＃/])https?://(?:" + _WORD + r"\.)+[^\W\d_]{2,}(?::\d+)?"
    r"(?:/(?:[^\s<>()?]|\([^\s<>()?]*\))*)?(?:\?[^\s<>\"]*)?)"
)
_MENTION = r"(?P<mention>(?<![=/\w])@\w+(?:[.-]+\w+)*)@\w+(?:[.-]+\w+)*"
_ENTITY: Final = re.compile(f"{_ADDRESS}|{_MENTION}", re.IGNORECASE)
_TRAILING: Final = "!?*\"'「」<>;:=,.$%[]~&|@()"

_ZERO_WIDTH_JOINER: Final = "\u200d"
_EXTENDS: Final = frozenset("\u200c\u200d\uff9e\uff9f")
_MARKS: Final = frozenset({"Mn", "Me", "Mc"})


def measure(text: str, link: str, url_length: int | None = None) -> int:
    """Length of the text with its link, in Mastodon's characters."""
    size = URL_LENGTH if url_length is None else url_length

    def shorter(entity: re.Match[str]) -> str:
        url = entity["url"]
        if url is None:
            return str(entity["mention"])
        kept = _trimmed(url)
        return "x" * size + url[len(kept) :]

    return graphemes(_ENTITY.sub(shorter, compose(text, link)))


def plain_mentions(text: str) -> str:
    """The text with `@user@host` as `@user`, the way a status shows it."""
    return _ENTITY.sub(lambda entity: entity["mention"] or entity[0], text)


def graphemes(text: str) -> int:
    """How many characters a reader sees; in doubt more rather than fewer."""
    count = 0
    before = base = ""
    flags = 0
    for char in text:
        flags = flags + 1 if _is_flag(char) else 0
        joined = bool(before) and _continues(before, base, char, flags)
        if not joined:
            count += 1
        if not joined or not _extends(char):
            base = char
        elif before == _ZERO_WIDTH_JOINER or unicodedata.category(char) == "Mc":
            base = ""  # no picture follows from here on
        before = char
    return count


def _continues(before: str, base: str, char: str, flags: int) -> bool:
    """Whether `char` belongs to the character that `base` began and `before` ended."""
    if before == "\r" and char == "\n":
        return True
    if unicodedata.category(before) == "Cc":
        return False
    if _extends(char):
        return True
    if before == _ZERO_WIDTH_JOINER:
        return _is_picture(base) and _is_picture(char)
    return flags > 0 and flags % 2 == 0


def _extends(char: str) -> bool:
    code = ord(char)
    skin_or_tag = 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F
    return char in _EXTENDS or skin_or_tag or unicodedata.category(char) in _MARKS


def _is_flag(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


def _is_picture(char: str) -> bool:
    return bool(char) and unicodedata.category(char) == "So" and not _is_flag(char)


def _trimmed(url: str) -> str:
    """The address without the punctuation that closes the sentence around it."""
    while url and url[-1] in _TRAILING and not _closes(url):
        url = url[:-1]
    return url


def _closes(url: str) -> bool:
    return url[-1] == ")" and url.count("(") >= url.count(")")
