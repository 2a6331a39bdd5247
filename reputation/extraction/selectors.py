"""A small language for elements: `li.comment`, `.a.b`, `[itemprop=author]`, `#id`, `li.a[id=comment-#]`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from reputation.extraction.dom import Node, words

_FORM = re.compile(r"(?P<tag>[a-z][a-z0-9]*)?(?P<rest>(?:[.#][\w*-]+|\[[\w-]+[*]?=[^\]]*\])*)\Z")
_PART = re.compile(r"([.#])([\w*-]+)|\[([\w-]+)([*]?)=([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Selector:
    """One element: its tag (or any), class names (a `*` at the end: begins with), attributes."""

    tag: str
    classes: frozenset[str]
    begins: tuple[str, ...]
    attributes: tuple[tuple[str, str, bool], ...]

    def fits(self, node: Node, names: list[str]) -> bool:
        """Whether the element, whose class names are given, is one of these."""
        if self.tag and node.tag != self.tag:
            return False
        if not self.classes.issubset(names):
            return False
        for begin in self.begins:
            if not any(name.startswith(begin) for name in names):
                return False
        return all(_holds(node, name, value, inside) for name, value, inside in self.attributes)


def _holds(node: Node, name: str, value: str, inside: bool) -> bool:
    given = (node.get(name) or "").lower()
    if inside:
        return value in given
    if value.endswith("*"):
        return given.startswith(value[:-1])
    if value.endswith("#"):
        return given.startswith(value[:-1]) and given[len(value) - 1 :].isdigit()
    return given == value or value in given.split()


@lru_cache(maxsize=1024)
def select(form: str) -> Selector:
    """Read a selector. Raises ValueError for what is none."""
    whole = _FORM.match(form)
    if whole is None or not form:
        raise ValueError(f"not a selector: {form}")
    classes, begins, attributes = set(), [], []
    for sign, name, attribute, inside, value in _PART.findall(whole["rest"]):
        if sign == "#":
            attributes.append(("id", name, False))
        elif sign == "." and name.endswith("*"):
            begins.append(name[:-1])
        elif sign == ".":
            classes.add(name)
        else:
            attributes.append((attribute, value, bool(inside)))
    return Selector(whole["tag"] or "", frozenset(classes), tuple(begins), tuple(attributes))


class Index:
    """The elements of a page in order with their class names: read once, asked many times."""

    def __init__(self, root: Node) -> None:
        self.nodes: list[tuple[Node, list[str]]] = []
        self._gone: set[Node] = set()
        self._by_class: dict[str, list[int]] = {}
        self._by_tag: dict[str, list[int]] = {}
        self._by_attribute: dict[str, list[int]] = {}
        for place, node in enumerate(root.iter("*")):
            names = words(node.get("class"))
            self.nodes.append((node, names))
            self._by_tag.setdefault(node.tag, []).append(place)
            for name in set(names):
                self._by_class.setdefault(name, []).append(place)
            for attribute in ("id", "itemprop", "itemtype", "role"):
                if node.get(attribute):
                    self._by_attribute.setdefault(attribute, []).append(place)
        self.kept = [node for node, _ in self.nodes]

    def forget(self, nodes: Iterable[Node]) -> None:
        """Leave elements and what is inside them out of every later answer."""
        gone = {inner for node in nodes for inner in node.iter("*")}
        self.kept = [node for node, _ in self.nodes if node not in gone]
        self._gone = gone

    def find(self, forms: Iterable[str]) -> list[Node]:
        """Return the elements that fit any of the selectors, in the order of the page."""
        places: set[int] = set()
        for form in forms:
            places.update(self._places(select(form)))
        found = (self.nodes[place][0] for place in sorted(places))
        return [node for node in found if node not in self._gone]

    def _places(self, selector: Selector) -> Iterator[int]:
        for place in self._candidates(selector):
            node, names = self.nodes[place]
            if selector.fits(node, names):
                yield place

    def _candidates(self, selector: Selector) -> Iterable[int]:
        if selector.classes:
            return min((self._by_class.get(name, []) for name in selector.classes), key=len)
        for attribute, _, _ in selector.attributes:
            if attribute in ("id", "itemprop", "itemtype", "role"):
                return self._by_attribute.get(attribute, [])
        if selector.tag:
            return self._by_tag.get(selector.tag, [])
        return range(len(self.nodes))


def first(nodes: Iterable[Node], forms: Iterable[str]) -> Node | None:
    """Return the element that fits the earliest selector; among equals the first of the page."""
    listed = [(node, words(node.get("class"))) for node in nodes]
    for form in forms:
        selector = select(form)
        for node, names in listed:
            if selector.fits(node, names):
                return node
    return None
