"""The main text of a page, by trafilatura, which is handed a parsed tree: it asks no network."""

from __future__ import annotations

from trafilatura import bare_extraction
from trafilatura.settings import Document

from reputation.extraction.dom import TROUBLE, Node, text_of

_MOST_FOR_TRAFILATURA = 20_000
"""Elements: above that, a page is a list or an attack, and only its paragraphs are read."""


def article_text(root: Node) -> str:
    """Return the main text of a page without its remarks, "" when there is none."""
    elements = sum(1 for _ in root.iter("*"))
    if elements > _MOST_FOR_TRAFILATURA:
        return _paragraphs(root)
    try:
        found = bare_extraction(root, include_comments=False)
    except TROUBLE:
        return _paragraphs(root)
    return (found.text or "").strip() if isinstance(found, Document) else ""


def _paragraphs(root: Node) -> str:
    texts = (text_of(node) for node in root.iter("p"))
    return "\n".join(text for text in texts if text)
