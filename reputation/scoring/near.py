"""Texts that are nearly the same: reprints of a dispatch, copied reviews.

Candidates come from MinHash over runs of three words. A text is measured exactly against a few heads of each
group it may belong to, never against all its members: the work grows with the number of texts, not with its
square. It joins a group only when it resembles most of the heads and is a stranger to none, so that a page
made of two articles does not make them one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from rensa import RMinHash, RMinHashLSH  # type: ignore[import-untyped]  # a compiled module without stubs

from reputation.scoring.words import folded_words

_RUN = 3
_HASHES, _BANDS, _SEED = 192, 64, 20_260
LEAST_KIN = 0.05
"""Share of the shorter text that any two members of a group have in common."""
_SHORT = 8
"""Runs: below that, two people may well write the same words, and only equal texts are put together."""
LEAST_SHARED, LEAST_ALIKE = 0.38, 0.22
"""Share of the shorter text that is in the longer one, and share of both in common: both are needed."""
MOST_HEADS: Final = 6
"""Members of a group that stand for all of it."""
MOST_MEASURED: Final = 48
"""Heads that a text is measured against, the likeliest first by their sketches."""
BEAT_EVERY: Final = 50  # texts


@dataclass(frozen=True, slots=True)
class _Text:
    """All keys with the same words, and the runs of those words, hashed."""

    keys: tuple[int, ...]
    runs: frozenset[int]
    sketch: RMinHash


def group(texts: Mapping[int, str], beat: Callable[[], object] = lambda: None) -> list[frozenset[int]]:
    """Return the groups of at least two texts that repeat one another, by the smallest key of each.

    The same texts always give the same groups. Texts without a word are in none. `beat` is called every few
    texts, for whoever must show that the work goes on; what it raises ends it.
    """
    distinct = _distinct(texts)
    beat()
    clusters = _Clusters(distinct)
    for place in range(len(distinct)):
        if place % BEAT_EVERY == 0:
            beat()
        clusters.add(place)
    groups = (frozenset(key for place in each for key in distinct[place].keys) for each in clusters.members())
    return sorted((keys for keys in groups if len(keys) > 1), key=min)


def _distinct(texts: Mapping[int, str]) -> list[_Text]:
    by_words: dict[tuple[str, ...], list[int]] = {}
    for key in sorted(texts):
        words = tuple(folded_words(texts[key]))
        if words:
            by_words.setdefault(words, []).append(key)
    runs = [
        [" ".join(words[at : at + _RUN]) for at in range(max(1, len(words) - _RUN + 1))] for words in by_words
    ]
    if not runs:
        return []
    sketches = RMinHash.from_token_sets(runs, _HASHES, _SEED)
    parts = zip(by_words.values(), RMinHash.hash_token_sets(runs), sketches, strict=True)
    return [_Text(tuple(keys), frozenset(hashes), sketch) for keys, hashes, sketch in parts]


def _shared(one: _Text, other: _Text) -> int:
    """How many runs two texts have in common: the exact measure, and what all of this costs."""
    return len(one.runs & other.runs)


@dataclass(frozen=True, slots=True)
class _Kinship:
    """How two texts compare. `alike`: the share of runs they have in common, 0 when it is too little."""

    alike: float
    strangers: bool


@dataclass(slots=True, eq=False)
class _Cluster:
    """Texts that repeat one another, and those of them that stand for all."""

    members: list[int]
    heads: list[int]


class _Clusters:
    """Texts put together as they come."""

    def __init__(self, texts: list[_Text]) -> None:
        self._texts = texts
        self._home: dict[int, _Cluster] = {}
        self._known: dict[tuple[int, int], _Kinship] = {}
        self._index = RMinHashLSH(LEAST_ALIKE, _HASHES, _BANDS)

    def members(self) -> Iterable[list[int]]:
        """The places of each cluster, alone or not."""
        return [cluster.members for cluster in {id(each): each for each in self._home.values()}.values()]

    def add(self, place: int) -> None:
        """Put a text into the cluster it resembles most, and with it those that belong to the same."""
        cluster = self._home[place] = _Cluster([place], [place])
        if len(self._texts[place].runs) < _SHORT:
            return
        for rival in self._likely(place):
            if self._belong_together(cluster, rival):
                cluster = self._join(rival, cluster)
        if place in cluster.heads:
            self._index.insert(place, self._texts[place].sketch)

    def _likely(self, place: int) -> list[_Cluster]:
        """The clusters with a head that a text resembles, the one it resembles most first."""
        sketch = self._texts[place].sketch
        heads = self._index.query(sketch)
        heads.sort(key=lambda head: (-sketch.jaccard(self._texts[head].sketch), head))
        alike = {head: self._compare(place, head).alike for head in heads[:MOST_MEASURED]}
        linked = sorted((head for head in alike if alike[head]), key=lambda head: (-alike[head], head))
        return list({id(self._home[head]): self._home[head] for head in linked}.values())

    def _belong_together(self, left: _Cluster, right: _Cluster) -> bool:
        """Whether half of the heads are linked and none are strangers that met on a page made of both."""
        pairs = [self._compare(one, other) for one in left.heads for other in right.heads]
        linked = sum(pair.alike > 0 for pair in pairs)
        return 2 * linked >= len(pairs) and not any(pair.strangers for pair in pairs)

    def _join(self, left: _Cluster, right: _Cluster) -> _Cluster:
        """All of both in the left one; of their heads those that are kept stay in the index."""
        for place in right.members:
            self._home[place] = left
        left.members += right.members
        left.heads += right.heads
        while len(left.heads) > MOST_HEADS:
            spare = self._spare(left.heads)
            left.heads.remove(spare)
            self._index.remove(spare)
        return left

    def _spare(self, heads: list[int]) -> int:
        """The head that says least: of the two most alike the one further from the others, or the later."""

        def alike(one: int, other: int) -> float:
            return self._compare(one, other).alike if one != other else 0.0

        pair = max(combinations(heads, 2), key=lambda two: (alike(*two), two))
        return min(pair, key=lambda head: (sum(alike(head, other) for other in heads), -head))

    def _compare(self, one: int, other: int) -> _Kinship:
        pair = (min(one, other), max(one, other))
        known = self._known.get(pair)
        if known is None:
            known = self._known[pair] = self._measure(*pair)
        return known

    def _measure(self, one: int, other: int) -> _Kinship:
        left, right = self._texts[one], self._texts[other]
        shared, least = _shared(left, right), min(len(left.runs), len(right.runs))
        alike = shared / (len(left.runs) + len(right.runs) - shared)
        enough = shared >= LEAST_SHARED * least and alike >= LEAST_ALIKE
        return _Kinship(alike if enough else 0.0, shared < LEAST_KIN * least)
