"""`extract`: the words of a page."""

from __future__ import annotations

from reputation.extraction.article import article_text, without_head
from reputation.extraction.comments import Talk, find_talk
from reputation.extraction.dom import TROUBLE, Node, parse
from reputation.extraction.kind import kind_of
from reputation.extraction.metadata import author_of, published_of, title_of
from reputation.extraction.selectors import Index
from reputation.extraction.shapes import Page, PageComment
from reputation.extraction.structured import read_structured, said

LONGEST_TEXT = 200_000


def extract(html: str, url: str = "") -> Page:
    """Return the words of a page given as text. Never raises, asks no network; an unreadable page is empty.

    `url` is only a hint for the kind and the date of the page: it is never fetched.
    """
    try:
        root = parse(html)
        return _read(root, url) if root is not None else Page()
    except TROUBLE:
        return Page()


def _read(root: Node, url: str) -> Page:
    index, structured = Index(root), read_structured(root)
    talk = find_talk(index)
    kind = kind_of(index, structured, _sort_of(talk), url)
    index.forget(talk.nodes)
    title, author = title_of(index, structured, url), author_of(index, structured)
    for node in talk.nodes:
        if node.getparent() is not None:
            node.drop_tree()
    published = published_of(root, index, structured, url, title)
    comments = _with_said(talk, said(structured))
    if talk.opening is not None:
        opening = talk.opening
        return Page(
            title, opening.text, opening.published or published, opening.author or author, comments, kind
        )
    text = without_head(article_text(root), title)
    return Page(title, text[:LONGEST_TEXT], published, author, comments, kind)


def _sort_of(talk: Talk) -> str:
    if talk.opening is not None:
        return "forum"
    return "review" if talk.rule == "shop reviews" else ""


def _with_said(talk: Talk, told: list[PageComment]) -> tuple[PageComment, ...]:
    """Join what the markup shows and what the page tells machines, each remark once."""
    shown = [*talk.comments, *([talk.opening] if talk.opening else [])]
    known = {_key(one.text) for one in shown}
    return (*talk.comments, *(one for one in told if _key(one.text) not in known))


def _key(text: str) -> str:
    return "".join(char for char in text[:200].casefold() if char.isalnum())[:80]
