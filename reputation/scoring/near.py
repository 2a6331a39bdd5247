"""Texts that are nearly the same: reprints of a dispatch, copied reviews.

Candidates come from MinHash over runs of three words; each pair is then measured exactly, and a text joins a
group only when it resembles most of it, so that a page made of two articles does not make them one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class _Text:
    """All keys with the same words, and the runs of those words, hashed."""

    keys: tuple[int, ...]
    runs: frozenset[int]
    sketch: RMinHash


def group(texts: Mapping[int, str]) -> list[frozenset[int]]:
    """Return the groups of at least two texts that repeat one another, by the smallest key of each.

    The same texts always give the same groups. Texts without a word are in none.
    """
    distinct = _distinct(texts)
    links = {pair: alike for pair in _candidates(distinct) if (alike := _alike(distinct, pair)) > 0}
    clusters = _Clusters(distinct, links).joined()
    groups = (frozenset(key for place in places for key in distinct[place].keys) for places in clusters)
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


def _candidates(texts: list[_Text]) -> Iterator[tuple[int, int]]:
    """Yield the pairs worth measuring, smaller place first, each once."""
    long = [(place, text.sketch) for place, text in enumerate(texts) if len(text.runs) >= _SHORT]
    index = RMinHashLSH(LEAST_ALIKE, _HASHES, _BANDS)
    index.insert_pairs(long)
    for (place, _), found in zip(long, index.query_all([sketch for _, sketch in long]), strict=True):
        yield from ((place, other) for other in sorted(found) if other > place)


def _alike(texts: list[_Text], pair: tuple[int, int]) -> float:
    """Return the share of runs two texts have in common, 0 when it is too little."""
    one, other = texts[pair[0]].runs, texts[pair[1]].runs
    shared = len(one & other)
    alike = shared / (len(one) + len(other) - shared)
    return alike if shared >= LEAST_SHARED * min(len(one), len(other)) and alike >= LEAST_ALIKE else 0.0


class _Clusters:
    """Texts joined from the closest pair on."""

    def __init__(self, texts: list[_Text], links: Mapping[tuple[int, int], float]) -> None:
        self._texts = texts
        self._links = links
        self._home = list(range(len(texts)))
        self._members = {place: [place] for place in self._home}

    def joined(self) -> list[list[int]]:
        """Return the places of each cluster, alone or not."""
        for one, other in sorted(self._links, key=lambda pair: (-self._links[pair], pair)):
            left, right = sorted((self._home[one], self._home[other]))
            if left != right and self._belong_together(self._members[left], self._members[right]):
                for place in self._members[right]:
                    self._home[place] = left
                self._members[left] += self._members.pop(right)
        return list(self._members.values())

    def _belong_together(self, left: list[int], right: list[int]) -> bool:
        """Whether half of the pairs are linked and none are strangers that met on a page made of both."""
        unlinked = [
            (one, other)
            for one in left
            for other in right
            if (min(one, other), max(one, other)) not in self._links
        ]
        if 2 * len(unlinked) > len(left) * len(right):
            return False
        return not any(self._strangers(one, other) for one, other in unlinked)

    def _strangers(self, one: int, other: int) -> bool:
        runs, others = self._texts[one].runs, self._texts[other].runs
        return len(runs & others) < LEAST_KIN * min(len(runs), len(others))
