"""What policy answers: allowed, or why not, which posts stand in the way, and when next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from publishing.policy.caps import Rule


class ReasonCode(StrEnum):
    """Which kind of rule stands in the way."""

    CAP = "cap"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that stands in the way, and the ids of the posts that used its budget, by time."""

    code: ReasonCode
    rule: Rule
    used_by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`next_free` is the instant asked for when it is allowed, else the next free minute (or None)."""

    allowed: bool
    reasons: tuple[Reason, ...]
    next_free: datetime | None
