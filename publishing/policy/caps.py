"""The rules of frequency and the posts that use their budget.

A window of length W is half-open: two posts exactly W apart are not in the same one. All instants are aware
and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `at_most` posts (one or more) in any rolling `window`."""

    at_most: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Gap:
    """At least this long between two posts."""

    least: timedelta


type Rule = Cap | Gap


@dataclass(frozen=True, slots=True)
class Taken:
    """A post that uses the budget: when, and the id by which the caller knows it."""

    at: datetime
    id: int
