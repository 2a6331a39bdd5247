"""Find the rules of the catalogue in the words of a text, within a fixed amount of work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from moderation.risk.catalogue import STEM, STEM_LENGTH, Catalogue, Item, Pattern, Rule
from moderation.risk.tokens import Token

WORK = 16_000
"""Steps of comparison spent on one text, whatever it holds."""
_TRIES = 150
_SAME = 6
_MOST = 120


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule found: words `first` to `last` (excluded)."""

    rule: Rule
    first: int
    last: int


@dataclass(slots=True)
class _Live:
    """Patterns beginning with one word that this text can hold, and how often that word was tried."""

    single: list[Pattern]
    sequences: list[Pattern]
    tries: int = 0


class Matcher:
    """One search over one text. `exhausted` says the work allowed did not suffice."""

    def __init__(self, book: Catalogue, tokens: Sequence[Token]) -> None:
        self._book = book
        self._tokens = tokens
        self._present = {token.word for token in tokens}
        self._absent: dict[frozenset[str], bool] = {}
        self._left = WORK
        self._live: dict[str, _Live] = {"": _Live([], [])}
        self.exhausted = False

    def hits(self) -> list[Hit]:
        """Return what was found: one hit a rule and place, six a rule, the graver kept if too many."""
        found: dict[tuple[str, int], Hit] = {}
        times: Counter[str] = Counter()
        for index, pattern in self._starts():
            last = self._match(pattern, index)
            key = (pattern.rule.id, index)
            if last and (found[key].last < last if key in found else times[pattern.rule.id] < _SAME):
                times[pattern.rule.id] += key not in found
                found[key] = Hit(pattern.rule, index, last)
            if self._left <= 0:
                self.exhausted = True
                break
        kept = sorted(found.values(), key=lambda hit: -hit.rule.strength)[:_MOST]
        return sorted(kept, key=lambda hit: (hit.first, -hit.last, hit.rule.id))

    def _starts(self) -> Iterator[tuple[int, Pattern]]:
        """Yield single-word patterns first, then sequences."""
        sequences: list[tuple[int, Pattern]] = []
        for index, token in enumerate(self._tokens):
            for key in (token.word, token.tag, STEM + token.word[:STEM_LENGTH]):
                live = self._alive(key)
                for pattern in live.single:
                    yield index, pattern
                if live.tries < _TRIES:
                    live.tries += 1
                    sequences += [(index, pattern) for pattern in live.sequences]
        yield from sequences

    def _alive(self, key: str) -> _Live:
        """Return the patterns that begin so and whose every asked word is somewhere in the text."""
        live = self._live.get(key)
        if live is None:
            live = self._live[key] = _Live([], [])
            alone = key[0] not in (STEM, "#")
            for pattern in self._book.by_word.get(key, ()):
                if not any(map(self._lacks, pattern.needs)):
                    plain = alone and len(pattern.items) == 1
                    (live.single if plain else live.sequences).append(pattern)
        return live

    def _lacks(self, words: frozenset[str]) -> bool:
        """Whether the text holds none of these words: classes of words are shared by many patterns."""
        lacks = self._absent.get(words)
        if lacks is None:
            lacks = self._absent[words] = self._present.isdisjoint(words)
        return lacks

    def _match(self, pattern: Pattern, index: int) -> int:
        """Return the index after the last word, or 0."""
        if pattern.opening and not self._tokens[index].first:
            return 0
        return self._walk(pattern.items, 0, index, self._tokens[index].sentence)

    def _walk(self, items: tuple[Item, ...], step: int, index: int, sentence: int) -> int:
        self._left -= 1
        if step == len(items):
            return index
        item = items[step]
        inside = index < len(self._tokens) and self._tokens[index].sentence == sentence
        if item.edge:
            return index if not inside or self._clause_ends(item, index) else 0
        if item.gap:
            return self._skip(items, step, index, sentence)
        if inside and item.accepts(self._tokens[index].word, self._tokens[index].tag):
            found = self._walk(items, step + 1, index + 1, sentence)
            if found:
                return found
        return self._walk(items, step + 1, index, sentence) if item.optional else 0

    def _clause_ends(self, item: Item, index: int) -> bool:
        clauses = self._tokens[index - 1].clause, self._tokens[index].clause
        return item.edge == "clause" and clauses[0] != clauses[1]

    def _skip(self, items: tuple[Item, ...], step: int, index: int, sentence: int) -> int:
        for place in range(index, min(index + items[step].gap, len(self._tokens)) + 1):
            found = self._walk(items, step + 1, place, sentence)
            if found:
                return found
        return 0
