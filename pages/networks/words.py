"""The words of posts: as they leave, and as HTML says them, read in one pass and without a failure."""

from __future__ import annotations

import html
import re
from typing import Final

from cm_suite.core.http import storable

LONGEST: Final = 200_000  # characters of HTML: more than anybody writes
_BLOCKS: Final = frozenset({"p", "div", "li", "blockquote"})
_GAP: Final = re.compile(r"\n{3,}")
_QUOTED: Final = r"""(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>"""
_TAG: Final = re.compile(
    rf"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]*+)(?=[\s/>])(?:{_QUOTED}|[^<>]*+>)|<[!?][^<>]*+>"
)
_ENDLESS: Final = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")  # no character has such a number


def compose(text: str, link: str) -> str:
    """The text as it leaves: the link stands on a line of its own, unless the text already holds it."""
    text = text.strip()
    if not link or link in text.split():
        return text
    return f"{text}\n\n{link}" if text else link


def text_of(source: str) -> str:
    """The words: what is shortened for the eye is whole again, blocks are on their own lines.

    What is longer than anybody writes is cut, so that no server keeps us busy; what no database stores is
    replaced by U+FFFD.
    """
    cut = source[:LONGEST]
    pieces: list[str] = []
    end = 0
    for tag in _TAG.finditer(cut):
        pieces += [_plain(cut[end : tag.start()]), _gap(tag)]
        end = tag.end()
    pieces.append(_plain(cut[end:]))
    return _GAP.sub("\n\n", storable("".join(pieces))).strip()


def _gap(tag: re.Match[str]) -> str:
    """How far a tag sets apart what is around it."""
    name = (tag["name"] or "").lower()
    if name == "br":
        return "" if tag["close"] else "\n"
    return "\n\n" if name in _BLOCKS else ""


def _plain(text: str) -> str:
    return html.unescape(_ENDLESS.sub("\ufffd", text))
