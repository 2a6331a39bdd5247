"""What the demo's brands say, read from `words/*.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

NAMES: Final = ("ambrelune", "vaudrelin")
NARROW: Final = "\u202f"
_FOLDER: Final = Path(__file__).parent / "words"
_BEFORE: Final = re.compile(r" (?=[;:!?»])")
_AFTER: Final = re.compile(r"(?<=«) ")
_FIGURES: Final = re.compile(r"(?<=\d) (?=(?:€|%|h|g|km|mm)(?:\W|$)|\d{3}\b)")


@dataclass(frozen=True, slots=True)
class Words:
    """One post: its content type, its text, and the address it leads to, if any.

    `image`: the name of its picture among `pictures.DRAWINGS`, with its alternative text; empty for none.
    """

    content_type: str
    text: str
    link: str
    image: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A post and its time: `day` counts from today (negative: past), `at` is HH:MM in the brand's zone."""

    day: int
    at: str
    words: Words
    social: bool  # also on the brand's account elsewhere, if it has one


@dataclass(frozen=True, slots=True)
class Said:
    """A visitor's comment: under the post of that day and time, so many minutes after it.

    `answer`: what the brand replied. `reported`: why somebody reported it. `decided`: what a moderator did
    already, for which `reason`, and what its author is `told`.
    """

    day: int
    at: str
    after: int
    author: str
    text: str
    answer: str = ""
    reported: str = ""
    decided: str = ""
    reason: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class BrandScript:
    """Everything the demo says in one brand's name.

    `past` was published; `soon` leaves in the next minutes, over the gap for the reason `why_soon`; `late`
    is due among them without a reason, so that the engine holds it. `refused` and `waiting` are on the
    account elsewhere, whose access has run out.
    """

    identity: Mapping[str, str]
    caps: Mapping[int, int]
    gap: int
    charter: str
    past: tuple[Line, ...]
    ahead: tuple[Line, ...]
    soon: tuple[Words, ...]
    why_soon: str
    late: Words
    missed: Line
    cancelled: Line
    drafts: tuple[Words, ...]
    pause: Mapping[str, Any] | None
    invited: str
    social: Mapping[str, Any] | None
    social_caps: Mapping[int, int]
    refused: Line | None
    waiting: Line | None
    comments: tuple[Said, ...]

    @property
    def slug(self) -> str:
        """The brand's address."""
        return self.identity["slug"]


def scripts() -> list[BrandScript]:
    """The demo's brands, the first one being everybody's."""
    return [load(name) for name in NAMES]


def load(name: str) -> BrandScript:
    """Read one brand's words."""
    raw = _read(name)
    limits = raw["limits"]
    return BrandScript(
        identity=raw["identity"],
        caps=dict(limits["caps"]),
        gap=limits["gap"],
        charter=typeset(raw["texts"]["charter"]),
        past=tuple(_line(each) for each in raw["past"]),
        ahead=tuple(_line(each) for each in raw["ahead"]),
        soon=tuple(_words(each) for each in raw["soon"]),
        why_soon=typeset(raw["texts"]["why_soon"]),
        late=_words(raw["held"]),
        missed=_line(raw["missed"]),
        cancelled=_line(raw["cancelled"]),
        drafts=tuple(_words(each) for each in raw["drafts"]),
        pause=raw.get("pause"),
        invited=raw["texts"].get("invited", ""),
        social=raw.get("social"),
        social_caps=dict(limits.get("social_caps", ())),
        refused=_line(raw["refused"]) if "refused" in raw else None,
        waiting=_line(raw["waiting"]) if "waiting" in raw else None,
        comments=tuple(_said(each) for each in raw.get("comments", ())),
    )


def names() -> Mapping[str, list[str]]:
    """First and last names of invented followers, and harmless words for passwords (`spoken`)."""
    return _read("names")


def typeset(text: str) -> str:
    """The text with the narrow no-break spaces that French wants."""
    text = _BEFORE.sub(NARROW, text)
    return _FIGURES.sub(NARROW, _AFTER.sub(NARROW, text))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _words(raw: Mapping[str, Any]) -> Words:
    picture = raw.get("image", ""), typeset(raw.get("alt", ""))
    return Words(raw["type"], typeset(raw["text"]), raw.get("link", ""), *picture)


def _said(raw: Mapping[str, Any]) -> Said:
    day, at = raw["on"]
    rest = {name: value for name, value in raw.items() if name != "on"}
    return Said(day, at, **rest | {"text": typeset(raw["text"])})


def _line(raw: Mapping[str, Any]) -> Line:
    return Line(raw["day"], raw["at"], _words(raw), raw.get("social", False))
