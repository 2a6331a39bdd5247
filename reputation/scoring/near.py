"""Texts that are nearly the same: reprints of a dispatch, copied reviews.

Candidates come from MinHash over runs of three words; each pair is then measured exactly, and a text joins a
group only when it resembles most of it, so that a page made of two articles does not make them one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rensa import RMinHash, RMinHashLSH  # type: ignore[import-untyped]  # a compiled module without stubs

from reputation.scoring.words import words_of

_RUN = 3
_HASHES, _BANDS, _SEED = 192, 64, 20_260
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
    clusters = _clusters(len(distinct), links)
    groups = (frozenset(key for place in places for key in distinct[place].keys) for places in clusters)
    return sorted((keys for keys in groups if len(keys) > 1), key=min)


def _distinct(texts: Mapping[int, str]) -> list[_Text]:
    by_words: dict[tuple[str, ...], list[int]] = {}
    for key in sorted(texts):
        words = tuple(word.text for word in words_of(texts[key]))
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


def _clusters(count: int, links: Mapping[tuple[int, int], float]) -> list[list[int]]:
    """Join places from the closest pair on; two clusters become one when half of their pairs are linked."""
    home = list(range(count))
    members = {place: [place] for place in range(count)}
    for one, other in sorted(links, key=lambda pair: (-links[pair], pair)):
        left, right = sorted((home[one], home[other]))
        if left == right or not _mostly_linked(members[left], members[right], links):
            continue
        for place in members[right]:
            home[place] = left
        members[left] += members.pop(right)
    return list(members.values())


def _mostly_linked(left: list[int], right: list[int], links: Mapping[tuple[int, int], float]) -> bool:
    linked = sum((min(one, other), max(one, other)) in links for one in left for other in right)
    return 2 * linked >= len(left) * len(right)
