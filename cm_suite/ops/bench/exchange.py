"""What goes to a fake server and comes back, and what may go wrong on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Any


class FaultKind(StrEnum):
    """What goes wrong with one request."""

    RESET_BEFORE = auto()  # cut before the request is looked at
    RESET_AFTER = auto()  # accepted, then cut
    SILENT_AFTER = auto()  # accepted, then nothing
    ANSWER_BEFORE = auto()  # another answer, nothing accepted
    ANSWER_AFTER = auto()  # accepted, another answer


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: `body` is sent as JSON, or as it is when it is text."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `reply` is for those that answer."""

    kind: FaultKind
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request, read. Header names are in lower case; `every` has all values of each `query` name."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    every: dict[str, list[str]] = field(default_factory=dict)
