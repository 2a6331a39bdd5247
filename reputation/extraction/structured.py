"""What a page says of itself for machines: JSON-LD, and the meta elements of its head."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reputation.extraction.dates import read_date
from reputation.extraction.dom import Node, parse, text_of
from reputation.extraction.shapes import PageComment

_MOST_SCRIPTS, _LONGEST, _MOST_THINGS = 400, 1_500_000, 4_000
_WRAPPED = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/)\s*$"
)
_ARTICLES = (
    "newsarticle", "reportagenewsarticle", "article", "blogposting", "discussionforumposting", "question",
    "opinionnewsarticle", "analysisnewsarticle", "socialmediaposting", "liveblogposting", "techarticle",
    "report", "videoobject", "recipe", "product", "webpage",
)  # fmt: skip
_SAYINGS = frozenset({"comment", "usercomments", "review", "userreview", "answer"})
_HAS_MARKUP = re.compile(r"<[a-z/!]|&[a-z#]", re.IGNORECASE)

Thing = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Structured:
    """The things of a page's JSON-LD in order, and its meta elements by lower-case name."""

    things: tuple[Thing, ...]
    meta: Mapping[str, str]

    def main(self) -> Thing:
        """Return the thing the page is about: the first of the most telling type (empty if none)."""
        best: Thing = {}
        rank = len(_ARTICLES)
        known = [kind for kind in _ARTICLES if kind != "question" or not self.lists_questions()]
        for thing in self.things:
            for kind in types_of(thing):
                place = known.index(kind) if kind in known else rank
                if place < rank:
                    best, rank = thing, place
        return best

    def lists_questions(self) -> bool:
        """Whether the questions of the page are the site's own, with its answers: no visitor wrote them."""
        return "faqpage" in self.types()

    def types(self) -> frozenset[str]:
        """Return the types of all things, lower case."""
        return frozenset(kind for thing in self.things for kind in types_of(thing))


def read_structured(root: Node) -> Structured:
    """Read the JSON-LD and the meta elements of a page; what is broken is left out."""
    things: list[Thing] = []
    for script in list(root.iter("script"))[:_MOST_SCRIPTS]:
        if "ld+json" in (script.get("type") or "").lower() and len(things) < _MOST_THINGS:
            things.extend(_things(_load(script.text or ""), _MOST_THINGS - len(things)))
    meta: dict[str, str] = {}
    for node in root.iter("meta"):
        name = (node.get("property") or node.get("name") or "").lower()
        content = (node.get("content") or "").strip()
        if name and content:
            meta.setdefault(name, content)
    return Structured(tuple(things), meta)


def _load(text: str) -> object:
    if len(text) > _LONGEST:
        return None
    try:
        return json.loads(_WRAPPED.sub("", text).strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _things(value: object, most: int) -> Iterator[Thing]:
    """Yield every object inside a JSON value, outer before inner, in order."""
    stack = [value]
    while stack and most:
        item = stack.pop()
        if isinstance(item, dict):
            most -= 1
            yield item
            stack.extend(reversed(list(item.values())))
        elif isinstance(item, list):
            stack.extend(reversed(item))


def types_of(thing: Thing) -> list[str]:
    """Return the types of a thing, lower case, without the vocabulary's address."""
    kinds = thing.get("@type")
    named = kinds if isinstance(kinds, list) else [kinds]
    return [kind.rsplit("/", 1)[-1].lower() for kind in named if isinstance(kind, str)]


def text_in(value: object) -> str:
    """Return the text of a JSON-LD value; markup inside it is read as markup."""
    if isinstance(value, list):
        return text_in(value[0]) if value else ""
    if isinstance(value, Mapping):
        return text_in(value.get("@value", ""))
    if not isinstance(value, str):
        return ""
    if _HAS_MARKUP.search(value):
        root = parse(f"<div>{value}</div>")
        return text_of(root) if root is not None else ""
    return value.strip()


def name_in(value: object) -> str:
    """Return the name or names of a person or an organisation, or "" (an address is no name)."""
    if isinstance(value, list):
        names = [name_in(one) for one in value[:6]]
        return ", ".join(dict.fromkeys(name for name in names if name))
    if isinstance(value, Mapping):
        return name_in(value.get("name", ""))
    name = " ".join(text_in(value).split())
    return "" if name.startswith(("http://", "https://")) else name[:200]


def date_in(thing: Thing, *names: str) -> datetime | None:
    """Return the first readable date among the named properties."""
    for name in names:
        value = thing.get(name)
        moment = read_date(value) if isinstance(value, str) else None
        if moment is not None:
            return moment
    return None


def said(structured: Structured) -> list[PageComment]:
    """Return the comments, reviews and answers of the JSON-LD, in order, once each."""
    found: dict[str, PageComment] = {}
    faq = structured.lists_questions()
    for thing in structured.things:
        if faq or not _SAYINGS.intersection(types_of(thing)):
            continue
        text = text_in(thing.get("text") or thing.get("reviewBody") or thing.get("commentText") or "")
        if not text:
            text = text_in(thing.get("description", ""))
        author = name_in(thing.get("author") or thing.get("creator") or "")
        if text:
            moment = date_in(thing, "dateCreated", "datePublished", "commentTime")
            found.setdefault(" ".join(text.split()), PageComment(author, text, moment))
    return list(found.values())
