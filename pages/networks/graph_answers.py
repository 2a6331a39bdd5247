"""What answers of Meta's Graph API are made of beyond what all networks share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pages.networks import answers


def instant(value: object) -> datetime:
    """An instant in UTC, from an ISO date or from seconds since 1970. Raises ValueError for anything else."""
    if not isinstance(value, int) or isinstance(value, bool):
        return answers.instant(value)
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("out of the range of dates") from error


def instant_or_none(value: object) -> datetime | None:
    """An instant, or None for what is none."""
    try:
        return instant(value)
    except ValueError:
        return None


def rows(answer: object) -> list[Mapping[str, Any]]:
    """The objects in the `data` of an answer. Raises ValueError when it has no list there."""
    found = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(found, list):
        raise ValueError("there is no list")
    return [each for each in found if isinstance(each, Mapping)]


def inner(answer: Mapping[str, Any], edge: str) -> list[Mapping[str, Any]]:
    """The objects of an edge that came with its object; none when it has none."""
    try:
        return rows(answer.get(edge))
    except ValueError:
        return []
