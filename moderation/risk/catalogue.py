"""The curated rules: read from `rules/*.toml` once, compiled to word sequences.

A pattern is a sequence of items separated by spaces, all inside one sentence:
`word` · `a|b` either · `pre{x,y}fix` variants · `stem~` any word beginning so · `@class` of `classes.toml` ·
`#num #at #cap` tags · `..3` up to three words between · `?item` optional · `^` the sentence begins here ·
`$` it ends here · `%` or its clause does · `!item` any word but these.
A pattern starts with a word, a class or a tag.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice, product
from pathlib import Path
from typing import Any

from moderation.risk.labels import Ground, Kind
from moderation.risk.normalise import fold
from moderation.risk.vocabulary import MASKED_WORD, Vocabulary

_FOLDER = Path(__file__).parent / "rules"
_BRACES = re.compile(r"\{([^{}]*)\}")
_DISGUISED = frozenset({Kind.INSULT, Kind.SLUR})
_GRAVE = 3
_FORMS = 60
_GLUED = 8
_EDGES = {"$": "sentence", "%": "clause"}
STEM = "~"
STEM_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the catalogue. `strength` 1 weak, 2 clear, 3 grave; `lang` fr, en or any."""

    id: str
    kind: Kind
    strength: int = 2
    ground: Ground | None = None
    lang: str = "fr"
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One step of a pattern. `gap` > 0: that many words may be skipped, and nothing else is asked."""

    words: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    gap: int = 0
    optional: bool = False
    negated: bool = False
    edge: str = ""

    def accepts(self, word: str, tag: str) -> bool:
        """Whether a word of the text can stand here."""
        found = word in self.words or tag in self.tags or bool(self.stems) and word.startswith(self.stems)
        return found is not self.negated


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern and the rule it belongs to."""

    rule: Rule
    items: tuple[Item, ...]
    opening: bool
    needs: tuple[frozenset[str], ...]


@dataclass(slots=True)
class Catalogue:
    """All patterns, reachable by the first word or tag of each."""

    classes: Mapping[str, frozenset[str]]
    rules: dict[str, Rule] = field(default_factory=dict)
    by_word: dict[str, list[Pattern]] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    disguised: set[str] = field(default_factory=set)
    glued: set[tuple[str, ...]] = field(default_factory=set)
    vocabulary: Vocabulary = field(init=False)

    def add(self, rule: Rule, text: str) -> None:
        """Compile one pattern of a rule."""
        raw = text.split()
        opening = raw[0] == "^"
        items = tuple(self._item(part) for part in raw[1 if opening else 0 :])
        first = items[0]
        if first.gap or first.optional or first.edge or first.negated:
            raise ValueError(f"{rule.id}: a pattern starts with a word, a class or a tag: {text!r}")
        asked = [i.words for i in items if i.words and not (i.optional or i.negated or i.stems or i.tags)]
        needs = tuple(sorted(asked, key=len))
        pattern = Pattern(rule, items, opening, needs)
        stems = {STEM + stem[:STEM_LENGTH] for stem in first.stems}
        for key in sorted(first.words | first.tags | stems):
            self.by_word.setdefault(key, []).append(pattern)
        self._remember(rule, items)

    def _remember(self, rule: Rule, items: tuple[Item, ...]) -> None:
        for item in items:
            self.words |= item.words
        if rule.kind not in _DISGUISED or rule.strength < 2:
            return
        if len(items) == 1:
            self.disguised |= items[0].words
        elif rule.strength == _GRAVE and all(item.words and not item.negated for item in items):
            spelt = product(*(sorted(item.words) for item in items))
            self.glued |= {words for words in islice(spelt, _FORMS) if len("".join(words)) >= _GLUED}

    def _item(self, part: str) -> Item:
        if part.startswith(".."):
            return Item(gap=int(part[2:]))
        if part in _EDGES:
            return Item(edge=_EDGES[part])
        optional, negated = part[0] == "?", part[0] == "!"
        words: set[str] = set()
        stems: list[str] = []
        tags: set[str] = set()
        for choice in expand(part.lstrip("?!")):
            if choice[0] == "@" and len(choice) > 1:
                words |= self.classes[choice[1:]]
            elif choice[0] == "#":
                tags.add(choice)
            elif choice[-1] == "~":
                stems.append(fold(choice[:-1]))
            else:
                words.add(fold(choice))
        if "t" in words:
            words.add("tu")  # a lone `t` is read as `tu`: t'es, t'as
        return Item(frozenset(words), tuple(stems), frozenset(tags), 0, optional, negated)


def expand(part: str) -> Iterator[str]:
    """Yield the choices of an item: `a|b` and `pre{x,y}` written out."""
    depth = 0
    choice = ""
    for char in part + "|":
        depth += (char == "{") - (char == "}")
        if char == "|" and not depth:
            yield from _unbrace(choice)
            choice = ""
        else:
            choice += char


def _unbrace(text: str) -> Iterator[str]:
    match = _BRACES.search(text)
    if match is None:
        yield text
        return
    for middle in match.group(1).split(","):
        yield from _unbrace(text[: match.start()] + middle + text[match.end() :])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))


def _classes() -> dict[str, frozenset[str]]:
    classes: dict[str, frozenset[str]] = {}
    for name in ("classes.toml", "verbs.toml"):
        for key, text in _read(name).items():
            words: set[str] = set()
            for part in str(text).split():
                if part[0] == "@":
                    words |= classes[part[1:]]
                else:
                    words |= {fold(word) for word in expand(part)}
            classes[key] = frozenset(words)
    return classes


def _rule(name: str, row: Mapping[str, Any]) -> Rule:
    ground = Ground(row["ground"]) if "ground" in row else None
    return Rule(
        id=row["id"],
        kind=Kind(row["kind"]),
        strength=row.get("strength", 2),
        ground=ground,
        lang=row.get("lang", "en" if name.startswith("english") else "fr"),
        tone=row.get("tone", ""),
    )


@cache
def catalogue() -> Catalogue:
    """Return the rules of the house, read once.

    Raises ValueError on a rule written twice or badly.
    """
    book = Catalogue(_classes())
    for path in sorted(_FOLDER.glob("*.toml")):
        if path.name in ("classes.toml", "verbs.toml"):
            continue
        for row in _read(path.name)["rule"]:
            rule = _rule(path.name, row)
            if rule.id in book.rules:
                raise ValueError(f"rule written twice: {rule.id}")
            book.rules[rule.id] = rule
            for text in row["patterns"]:
                book.add(rule, text)
    book.words |= set().union(*book.classes.values()) | {MASKED_WORD}
    book.vocabulary = Vocabulary(book.words, book.disguised, book.glued)
    return book
