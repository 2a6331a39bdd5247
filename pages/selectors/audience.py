"""Questions about the people who follow a brand's pages: how many, who came, who left, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from cm_suite.core import clock
from pages.enums import DepartureCause, DepartureFact, PageState
from pages.messages import Words, network_name
from pages.models import AudienceCount, Brand, Departure, Page
from pages.networks.registry import NETWORKS
from pages.networks.types import ConnectKind, Metric
from pages.newsroom.models import Arrival, Subscriber, SubscriberState

WINDOW_DAYS = 30


@dataclass(frozen=True, slots=True)
class DayFans:
    """Fans gained and lost on one day of the brand's zone."""

    day: date
    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class CauseShare:
    """How many of those who left gave one reason, or were lost in one way; empty for those who gave none."""

    cause: str
    label: str
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class GainedLost:
    """Fans gained and lost over a time."""

    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a network says of the window: over `days` days that it told of. None: it does not say at all."""

    gained: int | None
    lost: int | None
    days: int


@dataclass(frozen=True, slots=True)
class PageAudience:
    """One page: fans now (None: not known), each day of the window, and why people left.

    `named` says that those who come and go are subscribers of ours, known one by one. Of a page on somebody
    else's network `told` holds what that network says of the window's days, where it says anything.
    """

    page: Page
    network: Words
    fans: int | None
    named: bool
    days: Sequence[DayFans]
    causes: Sequence[CauseShare]
    told: Told | None = None

    @property
    def gained(self) -> int:
        """Fans gained over the window."""
        return sum(day.gained for day in self.days)

    @property
    def lost(self) -> int:
        """Fans lost over the window."""
        return sum(day.lost for day in self.days)

    @property
    def gained_by_day(self) -> list[int]:
        """Fans gained, day after day."""
        return [day.gained for day in self.days]

    @property
    def lost_by_day(self) -> list[int]:
        """Fans lost, day after day."""
        return [day.lost for day in self.days]

    @property
    def moved(self) -> bool:
        """Whether anybody came or left."""
        return bool(self.gained or self.lost)

    @property
    def top_cause(self) -> CauseShare | None:
        """The reason most people gave, if somebody gave one."""
        return next((each for each in self.causes if each.cause in DepartureCause), None)


def gained_lost(page: Page, since: datetime, until: datetime) -> GainedLost:
    """Fans a page gained and lost from `since` to before `until` (aware instants)."""
    return GainedLost(
        gained=_arrivals([page], since, until).count(), lost=_departures([page], since, until).count()
    )


def audience(brand: Brand, days: int = WINDOW_DAYS, *, elsewhere: bool = False) -> list[PageAudience]:
    """Every connected page of the brand over the last `days` days, today included; four queries.

    `elsewhere`: with what networks say of theirs, for one query more where there are such pages.
    """
    zone = clock.zone(brand.zone)
    today = clock.now().astimezone(zone).date()
    window = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    since, until = midnight(window[0], zone), midnight(today + timedelta(days=1), zone)
    pages = list(brand.pages.exclude(state=PageState.DISCONNECTED))
    fans = _fans(pages)
    gained = _by_day(_arrivals(pages, since, until), zone)
    causes = _causes(_departures(pages, since, until), zone)
    others = [page for page in pages if elsewhere and not _named(page)]
    told = _told(others, window[0]) if others else {}
    return [
        PageAudience(
            page=page,
            network=network_name(page.network),
            fans=fans[page.pk],
            named=_named(page),
            days=[DayFans(day, gained[page.pk, day], causes.lost[page.pk, day]) for day in window],
            causes=_shares(causes.counts.get(page.pk, Counter())),
            told=told.get(page.pk),
        )
        for page in pages
    ]


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day in a zone, in UTC."""
    return clock.resolve_local(datetime(day.year, day.month, day.day), zone).instant  # noqa: DTZ001  # wall


@dataclass(frozen=True, slots=True)
class _Left:
    """Departures counted by page and day, and by page and cause."""

    lost: Counter[tuple[int, date]]
    counts: Mapping[int, Counter[str]]


def _named(page: Page) -> bool:
    spec = NETWORKS.get(page.network)
    return spec is not None and spec.connect is ConnectKind.NONE


def _told(pages: Iterable[Page], since: date) -> dict[int, Told]:
    """What networks say of the days from `since` on, by page; the days are theirs."""
    rows = AudienceCount.objects.filter(
        page__in=pages, day__gte=since, metric__in=(Metric.GAINED, Metric.LOST)
    )
    sums = rows.values_list("page_id", "metric").annotate(Sum("value"), Count("day", distinct=True))
    found: dict[int, dict[str, tuple[int, int]]] = {}
    for page, metric, value, days in sums.order_by():
        found.setdefault(page, {})[metric] = (int(value), days)
    return {
        page: Told(
            gained=said[Metric.GAINED][0] if Metric.GAINED in said else None,
            lost=said[Metric.LOST][0] if Metric.LOST in said else None,
            days=max(days for _value, days in said.values()),
        )
        for page, said in found.items()
    }


def _fans(pages: Iterable[Page]) -> dict[int, int | None]:
    """Fans now, by page: counted where the followers are ours, else what the network last said."""
    rows = Subscriber.objects.filter(page__in=pages, state=SubscriberState.ACTIVE)
    counted = dict(rows.values_list("page_id").annotate(Count("pk")).order_by())
    return {page.pk: counted.get(page.pk, 0) if _named(page) else page.followers for page in pages}


def _arrivals(pages: Iterable[Page], since: datetime, until: datetime) -> QuerySet[Arrival]:
    return Arrival.objects.filter(page__in=pages, at__gte=since, at__lt=until)


def _departures(pages: Iterable[Page], since: datetime, until: datetime) -> QuerySet[Departure]:
    return Departure.objects.filter(page__in=pages, at__gte=since, at__lt=until)


def _by_day(rows: QuerySet[Arrival], zone: ZoneInfo) -> Counter[tuple[int, date]]:
    days = rows.annotate(day=TruncDate("at", tzinfo=zone)).values_list("page_id", "day")
    return Counter({(page, day): n for page, day, n in days.annotate(n=Count("pk")).order_by()})


def _causes(rows: QuerySet[Departure], zone: ZoneInfo) -> _Left:
    days = rows.annotate(day=TruncDate("at", tzinfo=zone)).values_list("page_id", "day", "cause")
    lost: Counter[tuple[int, date]] = Counter()
    counts: dict[int, Counter[str]] = {}
    for page, day, cause, n in days.annotate(n=Count("pk")).order_by():
        lost[page, day] += n
        counts.setdefault(page, Counter())[cause] += n
    return _Left(lost, counts)


def _shares(counts: Counter[str]) -> list[CauseShare]:
    """The reasons given, the most frequent first; then who was lost unasked; who gave none comes last."""
    total = counts.total()
    order = {cause: place for place, cause in enumerate(DepartureCause.values)}

    def place(cause: str) -> tuple[bool, bool, int, int]:
        return cause == "", cause not in order, -counts[cause], order.get(cause, len(order))

    causes = sorted(counts, key=place)
    labels = dict([*DepartureCause.choices, *DepartureFact.choices])
    return [
        CauseShare(cause, str(labels.get(cause, "")), counts[cause], round(100 * counts[cause] / total))
        for cause in causes
    ]
