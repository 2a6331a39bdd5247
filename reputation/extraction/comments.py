"""The remarks under a page: who wrote what, when, and which elements hold them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from reputation.extraction.comment_rules import Rule, comment_rules
from reputation.extraction.dates import read_date
from reputation.extraction.dom import Node, line_of, text_of, words
from reputation.extraction.selectors import Index, first
from reputation.extraction.shapes import PageComment
from reputation.extraction.unknown import unknown_system

MOST = 2_000
LONGEST = 20_000
_LONGEST_NAME, _LONGEST_SIGNATURE = 80, 400
_LONGEST_LINE = 120
_BUTTONS = re.compile(
    r"^(?:répondre|reply|antworten|responder|citer|quote|zitieren|signaler|report|melden|edit|modifier|like|"
    r"j['’]aime|partager|share|permalien|permalink|lien permanent|loading\.*|log in to reply|"
    r"répondre à ce message|répondre à .{1,40}|reply to .{1,40}|\d+)$",
    re.IGNORECASE,
)
_BEFORE_NAME = re.compile(
    r"^(?:(?:posté|écrit|publié|envoyé|rédigé|proposé|soumis|article|texte|comment|message|avis|posted|written|"
    r"published|submitted|view all posts|zeige alle beiträge|veröffentlicht|eingestellt|"
    r"(?:voir )?tous les articles|commentaire n° ?\d+)\s+)?(?:par|by|von|de|d')\s*:?\s+|"
    r"^aut(?:eur|hor)\s*:\s*|^\d+\s*[.:)]\s+|^#\d+\s*|^re\s*:\s.*?\b(?:par|by)\s+",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(
    r"\s*(?:[:,»|·•–—]|\s-\s|\ble\s+(?:\w+\s+)?\d|\bon\s+\w+\s+\d|\bdit\b\s*:|\bsays?\b|\bsaid\b|\bsagte?\b|"
    r"\bmeint\b|\ba (?:dit|écrit)\b|\bschreibt\b|\bschrieb\b|\bam\s+\d|\(\d|\bil y a\b|"
    r"(?<!\d)\d{1,2}[/.]\d).*$",
    re.IGNORECASE | re.DOTALL,
)
_INITIAL = re.compile(r"(?:^|[\s.-])\w\.$")
_SIGNED = re.compile(
    r"\b(?:par|by|von)\s+(?P<name>[^,:\n|]{2,60}?)(?=\s*(?:,|:|\||$|\n|\s-\s|\ble\s+\w*\s*\d))"
)


@dataclass(slots=True)
class Talk:
    """What was said under a page; `nodes` hold it; `opening` is the first post of a thread."""

    comments: list[PageComment] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    opening: PageComment | None = None
    rule: str = ""


def find_talk(index: Index) -> Talk:
    """Return the remarks of a page by the rule that finds most of them; empty if none does."""
    rules = comment_rules()
    aside = _inside(index.find(rules.widgets))
    noise = set(index.find(rules.noise))
    best = Talk()
    for rule in rules.rules:
        items = [node for node in index.find(rule.items) if node not in aside and not _is_page(node, rule)]
        items = _outermost(items)
        if not items:
            continue
        talk = _Reader(rule, items, noise).talk()
        if len(talk.comments) > len(best.comments) or (talk.opening and not best.nodes):
            best = talk
    return best if best.comments or best.opening else _unknown(index, aside, noise)


def _unknown(index: Index, aside: set[Node], noise: set[Node]) -> Talk:
    """Return the remarks of a system no rule knows; a single one needs a signature or a date."""
    rule, items = unknown_system(index)
    items = [node for node in items if node not in aside and not _is_page(node, rule)]
    talk = _Reader(rule, items, noise).talk()
    signed = any(one.author or one.published for one in talk.comments)
    return talk if signed or len(talk.comments) > 1 else Talk()


def _outermost(items: list[Node]) -> list[Node]:
    """Leave out an item inside another that bears the same number: `li#comment-7`, `div#div-comment-7`."""
    numbers = {node: _number(node) for node in items}
    return [
        node
        for node, number in numbers.items()
        if not number or all(numbers.get(outer) != number for outer in node.iterancestors())
    ]


def _number(node: Node) -> str:
    return "".join(char for char in node.get("id") or "" if char.isdigit())


def _is_page(node: Node, rule: Rule) -> bool:
    """Whether an element is no remark but the page: it holds the main heading."""
    if rule.thread:
        return False
    return "hentry" in words(node.get("class")) or next(node.iter("h1"), None) is not None


def _inside(nodes: Iterable[Node]) -> set[Node]:
    return {inner for node in nodes for inner in node.iter("*")}


class _Reader:
    """One rule on one page."""

    def __init__(self, rule: Rule, items: list[Node], noise: set[Node]) -> None:
        self._rule = rule
        self._items = items
        self._known = set(items)
        self._noise = noise

    def talk(self) -> Talk:
        """Read every item; the first post of a thread stands apart."""
        talk = Talk(rule=self._rule.name)
        seen: set[tuple[str, str]] = set()
        for item in self._items[:MOST]:
            parts = self._parts(item)
            remark = self._remark(parts) if item not in self._noise else None
            if remark is None:
                continue
            talk.nodes.extend(parts)
            key = (remark.author, remark.text)
            if key in seen:
                continue
            seen.add(key)
            if self._rule.thread and talk.opening is None:
                talk.opening = remark
            else:
                talk.comments.append(remark)
        if talk.nodes:
            talk.nodes.extend(self._items[MOST:])
        return talk

    def _parts(self, item: Node) -> list[Node]:
        """Return the item, and where items are paired what follows it up to the next one."""
        parts = [item]
        if self._rule.paired:
            for sibling in item.itersiblings():
                if sibling in self._known or sibling.tag != "dd":
                    break
                parts.append(sibling)
        return parts

    def _own(self, parts: list[Node]) -> list[Node]:
        """Return the elements of one item in order, without other items inside it and without noise."""
        own: list[Node] = []
        stack = list(reversed(parts))
        while stack:
            node = stack.pop()
            if node in self._noise or (node in self._known and node not in parts):
                continue
            own.append(node)
            stack.extend(reversed(list(node)))
        return own

    def _remark(self, parts: list[Node]) -> PageComment | None:
        own = self._own(parts)
        inner = own if self._rule.paired else own[1:]
        body = first(inner, self._rule.bodies)
        outside = _without(own, body)
        by, at = first(outside, self._rule.authors), first(outside, self._rule.dates)
        if body is not None:
            text = _clean(text_of(body, self._known, self._noise))
        else:
            signs = {node for node in (by, at) if node is not None}
            text = _clean(_rest(own, parts, self._known, self._noise, signs))
        if not text:
            return None
        signed = (_name(by) if by is not None else "") or _signature(parts, at)
        moment = self._moment(outside, at, set() if body is None else set(body.iterancestors()))
        if body is None and not (signed or moment or _number(parts[0])):
            return None
        return PageComment(signed, text[:LONGEST], moment)

    def _moment(self, outside: list[Node], at: Node | None, around: set[Node]) -> datetime | None:
        """Return the date of a remark: where the rule says, else the first outside its words."""
        moment = _when(at) if at is not None else None
        for node in outside:
            if moment is not None:
                break
            if node.tag != "p" and node not in around and node not in self._known:
                line = line_of(node)
                moment = _when(node) if len(line) <= _LONGEST_LINE else None
        return moment


def _without(own: list[Node], body: Node | None) -> list[Node]:
    """Return the elements of an item that are not in its body (a date in the words is not the remark's)."""
    if body is None:
        return own
    inside = set(body.iter("*"))
    return [node for node in own if node not in inside]


def _rest(own: list[Node], parts: list[Node], *skips: set[Node]) -> str:
    """Return the words of an item that marks none: its paragraphs, else all but signature and date."""
    inside = {inner for sign in skips[-1].difference(parts) for inner in sign.iter("*")}
    paragraphs = [text_of(node, *skips) for node in own if node.tag == "p" and node not in inside]
    text = "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
    return text or "\n".join(text_of(part, *skips) for part in parts)


def _clean(text: str) -> str:
    lines = [line for line in text.split("\n") if not _BUTTONS.match(line.strip())]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(" \n\t|•·")


def _when(node: Node) -> datetime | None:
    """Return the moment an element tells, in an attribute for machines or in its words."""
    for name in ("datetime", "content", "data-time", "data-timestamp", "data-lf-date", "title"):
        moment = read_date(node.get(name))
        if moment is not None:
            return moment
    for inner in node.iter("time", "abbr", "meta", "span", "a"):
        for name in ("datetime", "content", "data-time", "title"):
            moment = read_date(inner.get(name))
            if moment is not None:
                return moment
    return read_date(line_of(node))


def _name(node: Node) -> str:
    """Return the name an element signs with, without "par", "dit :", or the date beside it."""
    inner = first(node.iter("*"), ("[itemprop=name]", ".fn", ".username", ".author", "b.fn", "cite"))
    given = node.get("content") if node.tag == "meta" else None
    if inner is not None:
        given = given or inner.get("content")
    return clean_name(given or line_of(inner if inner is not None else node))


def clean_name(line: str) -> str:
    """Return a signature without what themes put around it; "" when what is left is no name."""
    name = _BEFORE_NAME.sub("", " ".join(line[:_LONGEST_SIGNATURE].split()))
    name = _AFTER_NAME.sub("", name).strip(" ,:;|»«-–—").lstrip(".")
    name = name if _INITIAL.search(name) else name.rstrip(".")
    return name if len(name) <= _LONGEST_NAME and any(char.isalnum() for char in name) else ""


def _signature(parts: list[Node], at: Node | None) -> str:
    """Return the name after "par" in the line of the date or at the beginning of an item."""
    for node in (at, parts[0]):
        found = _SIGNED.search(line_of(node)[:300]) if node is not None else None
        if found:
            return clean_name(found["name"])
    return ""
