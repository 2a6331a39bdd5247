"""Fans who leave a page, and why."""

from __future__ import annotations

from datetime import datetime

from pages.enums import DepartureCause, DepartureFact
from pages.models import Departure, Page
from pages.selectors.audience import GainedLost, gained_lost

__all__ = ["GainedLost", "gained_lost", "record_departure", "set_cause"]


def record_departure(page: Page, cause: str, at: datetime) -> Departure:
    """Note that a fan left at an instant; `cause` is one of DepartureCause or DepartureFact, or empty when
    nobody said.

    Raises ValueError for any other cause.
    """
    known = cause if cause in DepartureFact else _known(cause)
    return Departure.objects.create(page=page, cause=known, at=at)


def set_cause(departure: Departure, cause: str) -> None:
    """Note why, once the fan has said; a second answer replaces the first. Raises ValueError."""
    departure.cause = _known(cause)
    departure.save(update_fields=["cause"])


def _known(cause: str) -> str:
    return DepartureCause(cause).value if cause else ""
