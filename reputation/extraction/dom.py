"""A page as a tree, and its text by blocks. The one place that knows lxml, which ships no types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol, cast

from lxml import etree  # type: ignore[import-untyped]  # lxml has no stubs of its own
from lxml import html as lxml_html

MOST_CHARACTERS = 5_000_000
MOST_ELEMENTS = 60_000
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SILENT = frozenset(
    {"script", "style", "noscript", "template", "svg", "head", "button", "select", "textarea"}
)
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt",
     "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
     "hr", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td",
     "th", "tr", "ul"}
)  # fmt: skip
_PARAGRAPHS = frozenset({"p", "blockquote", "pre", "li", "h1", "h2", "h3", "h4", "h5", "h6"})
_SPACE = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")
TROUBLE: tuple[type[Exception], ...] = (
    etree.LxmlError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
)
"""What the libraries below raise on markup they did not foresee."""


class Node(Protocol):
    """An element, as far as this package uses one."""

    tag: str
    text: str | None
    tail: str | None

    def get(self, name: str, default: str = ...) -> str | None: ...
    def getparent(self) -> Node | None: ...
    def iter(self, *tags: str) -> Iterator[Node]: ...
    def itersiblings(self, *tags: str) -> Iterator[Node]: ...
    def iterancestors(self, *tags: str) -> Iterator[Node]: ...
    def xpath(self, path: str) -> Sequence[Node]: ...
    def drop_tree(self) -> None: ...
    def __iter__(self) -> Iterator[Node]: ...
    def __len__(self) -> int: ...


def parse(html: str) -> Node | None:
    """Return the root of a page, or None when there is nothing to read.

    Characters that no page may hold are left out, and what is past the two limits above.
    """
    data = _FORBIDDEN.sub("", html[:MOST_CHARACTERS])
    if not data.strip():
        return None
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        root = lxml_html.document_fromstring(data.encode(), parser=parser)
    except TROUBLE:
        return None
    _cut(root)
    return cast(Node, root)


def _cut(root: Node) -> None:
    """Leave out the elements past the most that are read."""
    late = [node for number, node in enumerate(root.iter()) if number >= MOST_ELEMENTS]
    for node in reversed(late):
        parent = node.getparent()
        if parent is not None:
            cast("etree._Element", parent).remove(node)


def serialise(root: Node) -> str:
    """Return the markup of a tree."""
    return cast(str, etree.tostring(root, encoding="unicode", method="html"))


def words(value: str | None) -> list[str]:
    """Return the class names (or any blank-separated list) of an attribute, lower case."""
    return value.lower().split() if value else []


def text_of(node: Node, *skips: frozenset[Node] | set[Node]) -> str:
    """Return the text of an element: a line for a block, a blank one between paragraphs.

    Elements of `skips` inside it are left out.
    """
    parts: list[str] = []
    stack: list[Node | str] = []
    _open(node, parts, stack)
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            parts.append(item)
            continue
        if item.tail:
            stack.append(_SPACE.sub(" ", item.tail.replace("\n", " ")))
        if item.tag not in _SILENT and not any(item in skip for skip in skips):
            _open(item, parts, stack)
    return _tidy("".join(parts))


def _open(item: Node, parts: list[str], stack: list[Node | str]) -> None:
    """Write the beginning of an element and queue what is inside it, then its end."""
    tag = item.tag
    if tag == "br":
        parts.append("\n")
        return
    mark = "\n\n" if tag in _PARAGRAPHS else "\n" if tag in _BLOCKS else ""
    parts.append(mark)
    if mark:
        stack.append(mark)
    stack.extend(reversed(list(item)))
    if item.text:
        parts.append(item.text if tag == "pre" else _SPACE.sub(" ", item.text.replace("\n", " ")))


def _tidy(text: str) -> str:
    text = _SPACE.sub(" ", text)
    return _LINES.sub(lambda found: "\n\n" if found[0].count("\n") > 1 else "\n", text).strip()


def line_of(node: Node) -> str:
    """Return the text of an element on one line."""
    return " ".join(text_of(node).split())
