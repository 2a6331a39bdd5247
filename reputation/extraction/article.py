"""The main text of a page, by trafilatura, which is handed a parsed tree: it asks no network."""

from __future__ import annotations

import re

from trafilatura import bare_extraction
from trafilatura.settings import Document

from reputation.extraction.dom import TROUBLE, Node, line_of, text_of

_MOST_FOR_TRAFILATURA = 20_000
"""Elements: above that, a page is a list or an attack, and only its paragraphs are read."""
_MOST_FOR_OPINIONS = 6_000
"""Elements: above that, it does not compare with other algorithms, whose time grows with the square."""
_SHORT, _LITTLE, _HALF = 250, 0.25, 0.5
_MOST_HEAD, _LONGEST_HEAD = 4, 80
_BYLINE = re.compile(
    r"\W*(?:publié |posté |mis en ligne )?(?:le .{0,40}\d{4}.{0,20})?\W*(?:par|by)?\W*\Z", re.IGNORECASE
)


def article_text(root: Node) -> str:
    """Return the main text of a page without its remarks, "" when there is none.

    The strict reading first; where it keeps little of the paragraphs, the ordinary one is asked too, and
    taken if it finds twice as much.
    """
    elements = sum(1 for _ in root.iter("*"))
    if elements > _MOST_FOR_TRAFILATURA:
        return _paragraphs(root)
    fast = elements > _MOST_FOR_OPINIONS
    strict = _by_trafilatura(root, strict=True, fast=fast)
    shown = sum(len(line_of(node)) for node in root.iter("p"))
    if len(strict) >= max(_SHORT, _LITTLE * shown):
        return strict
    ordinary = _by_trafilatura(root, strict=False, fast=fast)
    return strict if len(strict) >= _HALF * len(ordinary) else ordinary


def without_head(text: str, title: str) -> str:
    """Return a text without what stands above it: its title again, "par", the date."""
    lines = text.split("\n")
    place = 0
    while place < min(len(lines) - 1, _MOST_HEAD) and _is_head(lines[place].strip(), title):
        place += 1
    return "\n".join(lines[place:]).strip()


def _is_head(line: str, title: str) -> bool:
    if not line or line.casefold() == title.casefold():
        return True
    return len(line) <= _LONGEST_HEAD and (_BYLINE.match(line) is not None or not any(map(str.isalpha, line)))


def _by_trafilatura(root: Node, *, strict: bool, fast: bool) -> str:
    try:
        found = bare_extraction(root, include_comments=False, favor_precision=strict, fast=fast)
    except TROUBLE:
        return ""
    return (found.text or "").strip() if isinstance(found, Document) else ""


def _paragraphs(root: Node) -> str:
    texts = (text_of(node) for node in root.iter("p"))
    return "\n".join(text for text in texts if text)
