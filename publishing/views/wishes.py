"""What an address or a button may carry: a wish that was refused, a free slot that is offered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from publishing.models import Post

YEARS: Final = range(2, 9999)  # what can be reckoned with in any zone
DIGITS: Final = 18  # of an id that a database can hold
BETWEEN: Final = "@"


@dataclass(frozen=True, slots=True)
class Wish:
    """Pages asked for, and the time that was refused: a naive wall time, or an instant."""

    page_ids: tuple[int, ...] = ()
    at: datetime | None = None

    @property
    def wall(self) -> datetime | None:
        """The time on the clocks of the present zone."""
        return wall_of(self.at) if self.at else None

    def address(self, brand: str, post: Post) -> str:
        """The post's page, with this wish to be judged there."""
        path = reverse("publishing:post", args=[brand, post.pk])
        if not self.page_ids or self.at is None:
            return path
        query = [("on", str(pk)) for pk in self.page_ids]
        return f"{path}?{urlencode([*query, ('at', self.at.isoformat(timespec='minutes'))])}"


def wish_of(request: HttpRequest) -> Wish:
    """The wish in the address; anything unreadable is no wish."""
    ids = tuple(pk for each in request.GET.getlist("on") if (pk := number_of(each)))
    at = _time(request.GET.get("at", ""))
    return Wish(ids, at) if ids and at else Wish()


def wall_of(at: datetime) -> datetime:
    """A time as a naive wall time in the present zone."""
    return timezone.localtime(at).replace(tzinfo=None) if at.tzinfo else at


def number_of(value: str | None) -> int:
    """An id as a form or an address sends it; 0, which no row has, for anything else."""
    readable = value and value.isascii() and value.isdigit() and len(value) <= DIGITS
    return int(value) if value and readable else 0


def slot_of(value: str) -> datetime | None:
    """The instant that a "take this slot" button sends; None for anything else."""
    at = _time(value)
    return at if at and at.tzinfo is not None else None


def page_slot(page_id: int, at: datetime) -> str:
    """A free slot of one page, as the composer's button sends it."""
    return f"{page_id}{BETWEEN}{at.isoformat()}"


def page_slot_of(value: str) -> tuple[int, datetime] | None:
    """The page and the instant of such a button; None for anything else."""
    page, _between, slot = value.partition(BETWEEN)
    page_id, at = number_of(page), slot_of(slot)
    return (page_id, at) if page_id and at else None


def _time(value: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.year in YEARS else None
