"""How much of each page's caps is used now, for many pages at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cm_suite.core import clock
from publishing.messages import length_words
from publishing.models import Cap, Delivery
from publishing.selectors.free import AHEAD, PageUse, free_slots, uses_of


@dataclass(frozen=True, slots=True)
class Budget:
    """One cap: how much of the window that ends now is used, and how full the fullest window with a planned
    post is, wherever it stands (0: nothing is planned).
    """

    hours: int
    limit: int
    used: int
    fullest: int

    @property
    def window(self) -> str:
        """The window in words, as the page's rules tell it."""
        return length_words(timedelta(hours=self.hours))

    @property
    def left(self) -> float:
        """The share that is left; negative when an override went over the cap."""
        return (self.limit - self.used) / self.limit


def budgets_of(page_ids: Collection[int]) -> dict[int, Budget]:
    """For each page with caps, the cap with the smallest share left; two queries whatever their number."""
    caps = list(Cap.objects.filter(page__in=page_ids).order_by("page_id", "hours"))
    if not caps:
        return {}
    now = clock.now()
    reach = timedelta(hours=max(cap.hours for cap in caps))
    uses = uses_of(page_ids, now - reach)
    tightest: dict[int, Budget] = {}
    for cap in caps:
        budget = _budget(cap, uses[cap.page_id], now)
        known = tightest.get(cap.page_id)
        if known is None or budget.left < known.left:
            tightest[cap.page_id] = budget
    return tightest


def next_slots(deliveries: Sequence[Delivery]) -> dict[int, datetime | None]:
    """The next free minute, AHEAD of now, for each of these posts on its page; three queries for all."""
    return free_slots({each.pk: each.page_id for each in deliveries}, clock.now() + AHEAD)


def _budget(cap: Cap, uses: Iterable[PageUse], now: datetime) -> Budget:
    window = timedelta(hours=cap.hours)
    known = list(uses)
    return Budget(
        hours=cap.hours,
        limit=cap.at_most,
        used=sum(use.out and use.at > now - window for use in known),
        fullest=_fullest(known, window),
    )


def _fullest(uses: Sequence[PageUse], window: timedelta) -> int:
    """The most posts in any window that ends with a planned one, and so in any window that holds one."""
    instants = sorted(use.at for use in uses)
    ends = (use.at for use in uses if not use.out)
    return max(
        (bisect_right(instants, end) - bisect_right(instants, end - window) for end in ends), default=0
    )
