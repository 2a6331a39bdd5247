"""The people who follow one page, day after day: as its network counts them, or as totals differ.

A day that nobody told of has no number: missing is not zero, and a difference of totals is no count of who
came or left. What the network corrects later replaces what it said before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from cm_suite.core import clock
from pages.enums import Counted
from pages.messages import Reason, Words, network_name, reason
from pages.models import AudienceCount, Measuring, Page
from pages.networks.types import Metric
from pages.selectors.audience import DayFans, PageAudience, audience
from pages.selectors.connected import takes_account

WINDOW: Final = 30
PROFILE: Final = "profile"
"""The name of totals that the account's profile says, read once a day."""


@dataclass(frozen=True, slots=True)
class FollowerDay:
    """One day. None: nobody told. `difference`: of two totals read `over` days apart, `total` the later."""

    day: date
    total: int | None = None
    gained: int | None = None
    lost: int | None = None
    difference: int | None = None
    over: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """A network's own word for what stands in a column, and the version of its API that said so."""

    metric: Metric
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Followers:
    """A page's followers over the window, oldest day first.

    `tells_gained`, `tells_lost`: whether its network says so; where it lacks one, totals are compared.
    `ours`: the page is the brand's own, so that every day is known. `trouble`: why the last look failed.
    """

    page: Page
    network: Words
    now: int | None
    read_at: datetime | None
    days: Sequence[FollowerDay]
    tells_gained: bool
    tells_lost: bool
    words: Sequence[Word]
    trouble: Reason | None
    ours: PageAudience | None = None

    @property
    def compared(self) -> bool:
        """Whether totals are compared, for want of gained and lost."""
        return not (self.tells_gained and self.tells_lost)

    @property
    def known(self) -> bool:
        """Whether there is anything to show yet."""
        return any(day != FollowerDay(day.day) for day in self.days)


def followers(page: Page, days: int = WINDOW) -> Followers:
    """One page over the last `days` days. Three queries at most, or those of `audience` for a newsroom."""
    if not takes_account(page):
        return _ours(page, days)
    today = clock.now().date()
    window = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    rows = AudienceCount.objects.filter(page=page, day__gte=window[0] - timedelta(days=days))
    counts = list(rows.order_by("day", "at", "pk"))
    inside = [each for each in counts if each.day >= window[0]]
    told = {each.metric for each in inside}
    gained, lost = (_sums(inside, metric) for metric in (Metric.GAINED, Metric.LOST))
    totals = _totals(counts)
    differences = {} if {Metric.GAINED, Metric.LOST} <= told else _differences(totals)
    turn = Measuring.objects.filter(page=page, kind=Counted.AUDIENCE).first()
    return Followers(
        page=page,
        network=network_name(page.network),
        now=page.followers,
        read_at=page.checked_at if page.followers is not None else None,
        days=[
            FollowerDay(
                day, totals.get(day), gained.get(day), lost.get(day), *differences.get(day, (None, 0))
            )
            for day in window
        ],
        tells_gained=Metric.GAINED in told,
        tells_lost=Metric.LOST in told,
        words=_words(inside),
        trouble=reason(turn.code) if turn and turn.code else None,
    )


def _sums(counts: Collection[AudienceCount], metric: Metric) -> dict[date, int]:
    """Gained, or lost, by day. A network that names its parts (by themselves, by advertising) means both."""
    found: dict[date, int] = {}
    for each in counts:
        if each.metric == metric:
            found[each.day] = found.get(each.day, 0) + each.value
    return found


def _totals(counts: Collection[AudienceCount]) -> dict[date, int]:
    """Totals by day from one source only: the network's own series where it has one, else the profile."""
    totals = [each for each in counts if each.metric == Metric.FOLLOWERS]
    own = {each.day: each.value for each in totals if each.name != PROFILE}
    return own or {each.day: each.value for each in totals}


def _differences(totals: Mapping[date, int]) -> dict[date, tuple[int, int]]:
    """Each total less the one before it, and how many days lie between them."""
    days = sorted(totals)
    return {
        day: (totals[day] - totals[before], (day - before).days)
        for before, day in zip(days, days[1:], strict=False)
    }


def _words(counts: Collection[AudienceCount]) -> list[Word]:
    last = {(each.metric, each.name): each.version for each in counts}
    order = (Metric.FOLLOWERS, Metric.GAINED, Metric.LOST)
    return [
        Word(metric, name, version)
        for metric in order
        for (said, name), version in sorted(last.items())
        if said == metric
    ]


def _ours(page: Page, days: int) -> Followers:
    """The brand's own public page: its subscribers are rows of ours."""
    line = next((each for each in audience(page.brand, days) if each.page.pk == page.pk), None)
    rows: Sequence[DayFans] = line.days if line else ()
    return Followers(
        page=page,
        network=network_name(page.network),
        now=line.fans if line else None,
        read_at=None,
        days=[FollowerDay(each.day, gained=each.gained, lost=each.lost) for each in rows],
        tells_gained=True,
        tells_lost=True,
        words=(),
        trouble=None,
        ours=line,
    )
