"""Texts that are nearly the same: reprints of a dispatch, copied reviews."""

from __future__ import annotations

from collections.abc import Mapping


def group(texts: Mapping[int, str]) -> list[frozenset[int]]:
    """Return the groups of at least two texts that repeat one another, by the smallest key of each."""
    by_text: dict[str, set[int]] = {}
    for key, text in texts.items():
        by_text.setdefault(" ".join(text.split()), set()).add(key)
    return sorted((frozenset(keys) for keys in by_text.values() if len(keys) > 1), key=min)
