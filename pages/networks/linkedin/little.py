r"""The "little" text format of a post's commentary, and the length of a text as LinkedIn counts it.

Every reserved character is escaped with a backslash, or the text is cut where it stands; a hashtag is a
template of its own. Comments are plain text, and are not escaped. See
https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format
"""

from __future__ import annotations

import re
from typing import Final

from pages.networks.words import compose

MOST: Final = 3000  # characters of a commentary

_RESERVED: Final = r"\\|{}@\[\]()<>#*_~"
_SIGN: Final = "[#\uff03]"
_HASHTAG: Final = rf"(?<![^\s(«\"'“‘])(?P<sign>{_SIGN})(?P<tag>(?=\d*+[^\W\d_])[^\W_]++)(?![\w\u0300-\u036f])"
_TO_WRITE: Final = re.compile(rf"{_HASHTAG}|(?P<reserved>[{_RESERVED}])")
_TO_READ: Final = re.compile(
    rf"\{{hashtag\|\\?(?P<sign>{_SIGN})\|(?P<tag>(?:\\.|[^|{{}}\\]){{1,200}}+)\}}"
    r"|@\[(?P<name>(?:\\.|[^\]\\]){1,300}+)\]\s?\(urn:[^()\s]{1,200}+\)"
    rf"|\\(?P<reserved>[{_RESERVED}])"
)
_ESCAPED: Final = re.compile(rf"\\([{_RESERVED}])")


def measure(text: str, link: str, url_length: int | None = None) -> int:
    """Length of the text in UTF-16 units, escapes not counted.

    The link is counted as if it stood in the text: it does wherever images take the place of its card.
    """
    return len(compose(text, link).encode("utf-16-le", "surrogatepass")) // 2


def escaped(text: str) -> str:
    """Plain text as a commentary: hashtags become hashtags, every other reserved character itself."""
    return _TO_WRITE.sub(_written, text)


def plain(commentary: str) -> str:
    """A commentary as people read it: mentions by their names, hashtags with their sign."""
    return _TO_READ.sub(_read, commentary)


def _written(found: re.Match[str]) -> str:
    if found["tag"]:
        return rf"{{hashtag|\{found['sign']}|{found['tag']}}}"
    return f"\\{found['reserved']}"


def _read(found: re.Match[str]) -> str:
    if found["sign"]:
        return found["sign"] + _ESCAPED.sub(r"\1", found["tag"])
    if found["name"] is not None:
        return _ESCAPED.sub(r"\1", found["name"])
    return str(found["reserved"])
