"""Instants are aware and in UTC; wall times have a zone by name. No Django here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class UnknownZone(ValueError):
    """The name is not a zone of the tz database."""


class LocalKind(StrEnum):
    """How a wall time maps to an instant in its zone."""

    EXACT = "exact"
    SKIPPED = "skipped"
    DOUBLED = "doubled"


@dataclass(frozen=True, slots=True)
class LocalMoment:
    """The instant (UTC) a wall time stands for, and whether it existed once, never or twice."""

    instant: datetime
    kind: LocalKind


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def zone(name: str) -> ZoneInfo:
    """The zone called `name` (`Europe/Paris`). Raises UnknownZone for anything else."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownZone(name) from error


def resolve_local(wall: datetime, zone: ZoneInfo) -> LocalMoment:
    """The instant of a naive wall time in `zone`.

    A skipped time moves forward by the length of the gap (02:30 becomes 03:30); a doubled time is its
    first occurrence. Raises ValueError for an aware `wall`, or one whose instant is out of range.
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall time carries no zone of its own")
    first = wall.replace(tzinfo=zone, fold=0)
    second = wall.replace(tzinfo=zone, fold=1)
    try:
        instant, other = first.astimezone(UTC), second.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this wall time is out of range") from error
    if instant == other:
        return LocalMoment(instant, LocalKind.EXACT)
    return LocalMoment(instant, LocalKind.SKIPPED if other < instant else LocalKind.DOUBLED)
