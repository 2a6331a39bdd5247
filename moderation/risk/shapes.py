"""The shapes that go in and come out of an assessment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from moderation.risk.labels import Label, Target

MODEL_VERSION = "rules-2"


@dataclass(frozen=True, slots=True)
class CommentText:
    """A comment and what surrounds it. `page_kind` dm, message, private or group means "not public"."""

    text: str
    post_text: str = ""
    parent_text: str = ""
    author: str = ""
    page_kind: str = "brand"
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Words of the comment: code-point offsets in the text as given; `source` is a rule id or "model"."""

    start: int
    end: int
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a qualification: found in the text, or missing and to be checked by a person."""

    code: str
    found: bool


@dataclass(frozen=True, slots=True)
class Qualification:
    """One way of reading the comment in law. `article` is empty for labels the law does not know."""

    label: Label
    article: str
    confidence: float
    elements: tuple[Element, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the rules say of a comment; a person decides.

    `flag`: someone must look before it stays. `score`: rough probability of the flag, 0 to 1.
    `qualifications`: the most probable first, rivals after. `partial`: the text was too long or too
    dense to be read whole (beginning, end and suspicious places were).
    """

    flag: bool
    score: float
    severity: int
    labels: Mapping[Label, float]
    qualifications: tuple[Qualification, ...]
    target: Target
    lang: str
    model_version: str = MODEL_VERSION
    partial: bool = False
