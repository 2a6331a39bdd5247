"""The words of a status' HTML, read in one pass, however it is nested."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

LONGEST: Final = 200_000  # characters of HTML: more than any status has
_BLOCKS: Final = frozenset({"p", "div", "li", "blockquote"})
_GAP: Final = re.compile(r"\n{3,}")


class _Reader(HTMLParser):
    """Collects what is read; a block stands apart from what is around it."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pieces.append("\n" if tag == "br" else "\n\n" if tag in _BLOCKS else "")

    def handle_endtag(self, tag: str) -> None:
        self.pieces.append("\n\n" if tag in _BLOCKS else "")


def text_of(html: str) -> str:
    """The words: what is shortened for the eye is whole again, blocks are on their own lines.

    What is longer than any status is cut, so that no server keeps us busy.
    """
    reader = _Reader()
    reader.feed(html[:LONGEST])
    reader.close()
    return _GAP.sub("\n\n", "".join(reader.pieces)).strip()
