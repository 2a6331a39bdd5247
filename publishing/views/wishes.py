"""A wish that was refused travels in the address: a page, a day and a time to judge again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from publishing.models import Post


@dataclass(frozen=True, slots=True)
class Wish:
    """Pages asked for, and the naive wall time that was refused."""

    page_ids: tuple[int, ...] = ()
    wall: datetime | None = None
    tried: bool = False

    def address(self, brand: str, post: Post) -> str:
        """The post's page, with this wish to be judged there."""
        path = reverse("publishing:post", args=[brand, post.pk])
        if not self.page_ids or self.wall is None:
            return path
        query = [("on", str(pk)) for pk in self.page_ids]
        return f"{path}?{urlencode([*query, ('at', self.wall.isoformat(timespec='minutes'))])}"


def wish_of(request: HttpRequest) -> Wish:
    """The wish in the address; anything unreadable is no wish."""
    ids = tuple(int(each) for each in request.GET.getlist("on") if each.isascii() and each.isdigit())
    try:
        wall = datetime.fromisoformat(request.GET.get("at", ""))
    except ValueError:
        return Wish()
    return Wish(ids, wall.replace(tzinfo=None), True) if ids else Wish()


def wall_of(at: datetime) -> datetime:
    """An aware instant as a naive wall time in the present zone."""
    return timezone.localtime(at).replace(tzinfo=None)


def slot_of(value: str) -> datetime | None:
    """The instant that a "take this slot" button sends; None for anything else."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
