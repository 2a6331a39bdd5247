"""What a source answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """How a source answered; the words are those of a run's record."""

    ANSWERED = "answered"
    SILENT = "silent"
    REFUSED = "refused"
    FAULT = "fault"


@dataclass(frozen=True)
class Listed:
    """An address a source named. `published_at` is aware, or None when it gave no date that can be read."""

    url: str
    title: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """What a source said: never a silent zero.

    `answered` with no item means that nothing changed since `etag` and `modified` (`reason`: unchanged);
    a source with nothing in it is `silent`. `reason` is a code, empty when all went well. `retry_at` and
    `again` say whether asking again may help, and not before when.
    """

    items: tuple[Listed, ...]
    status: Status
    reason: str = ""
    etag: str = ""
    modified: str = ""
    again: bool = False
    retry_at: datetime | None = None
