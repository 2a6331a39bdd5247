"""The rules of `comment_rules.toml`, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Rule:
    """One publishing system: what an item is, and inside it the words, the signature, the date."""

    name: str
    items: tuple[str, ...]
    bodies: tuple[str, ...]
    authors: tuple[str, ...]
    dates: tuple[str, ...]
    thread: bool = False
    paired: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """All systems, and what they share: `noise` is no part of a remark, `widgets` repeat other pages'."""

    rules: tuple[Rule, ...]
    authors: tuple[str, ...]
    dates: tuple[str, ...]
    noise: tuple[str, ...]
    widgets: tuple[str, ...]


@cache
def comment_rules() -> Rules:
    """Return the rules."""
    data = tomllib.loads(files("reputation.extraction").joinpath("comment_rules.toml").read_text("utf-8"))
    common = {name: tuple(values) for name, values in data["common"].items()}
    rules = tuple(
        Rule(
            one["name"],
            tuple(one["items"]),
            tuple(one["bodies"]),
            (*one.get("authors", ()), *common["authors"]),
            (*one.get("dates", ()), *common["dates"]),
            one.get("thread", False),
            one.get("paired", False),
        )
        for one in data["rule"]
    )
    return Rules(rules, **common)
