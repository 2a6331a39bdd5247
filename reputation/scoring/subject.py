"""Where a text names the brand, and whether it speaks of what a public asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """A name found: offsets in the text as given."""

    start: int
    end: int


def names_brand(text: str, names: Iterable[str]) -> tuple[Found, ...]:
    """Return where any of the names stands in the text, in order, without overlap."""
    return ()


def matches(words: str, text: str) -> bool:
    """Return whether every word of the query is in the text (order free; accents, case and plural aside)."""
    return False


def excerpt(text: str, start: int, end: int, most: int = 600) -> str:
    """Return at most `most` characters around `start`–`end`, whole words, with ellipses where something is cut."""
    return text[:most]
