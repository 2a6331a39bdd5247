"""The audience of each page, once a day: how many follow it, and who came and left where the network says so.

What a network does not tell is not there; nothing that was stored is ever deleted. The brand's own public
page is not asked: its subscribers are rows of ours (`pages.selectors.audience`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from random import SystemRandom
from typing import Final

from django.db.models import Min

from cm_suite.core import clock, leases
from cm_suite.core.errors import Never
from pages.enums import Counted
from pages.models import AudienceCount, Measuring, Page
from pages.networks.base import Client, CountsFollowers
from pages.networks.registry import NETWORKS
from pages.networks.types import AudienceDay, Capability, Figure, Metric
from pages.selectors.followers import PROFILE
from pages.services import connect, turns

TURN_SECONDS: Final = 240
AGAIN: Final = timedelta(days=7)
"""Networks correct the last days: they are read again each time."""

BACK: Final = timedelta(days=90)
SLICE: Final = timedelta(days=30)
RECENT: Final = timedelta(hours=6)
_RANDOM: Final = SystemRandom()


def measure_due(seconds: float = TURN_SECONDS) -> int:
    """Count the audience of every page whose turn it is; how many turns."""
    networks = turns.networks_with(Capability.PROFILE)
    return turns.work("pages.jobs.measure_audiences", Counted.AUDIENCE, networks, count_page, seconds)


def count_page(turn: Measuring, page: Page) -> None:
    """Count one page. Raises Later, Never or Unknown; what was told before that is stored."""
    now = clock.now()
    client = connect.client_for(page)
    total = _total(page, client, now)
    if total is not None:
        figure = Figure(Metric.FOLLOWERS, total, PROFILE, _version(page))
        _store(page, [AudienceDay(now.date(), (figure,))], now)
    if isinstance(client, CountsFollowers):
        _days(turn, page, client, now)
    turns.rest(turn, _tomorrow(now), now)


def _total(page: Page, client: Client, now: datetime) -> int | None:
    """How many follow the page. What a check learned just before is not asked, and not paid, twice."""
    known = page.checked_at is not None and now - RECENT <= page.checked_at and not page.health_code
    if not (known and page.checked_at and page.checked_at.date() == now.date()):
        connect.describe(page, client.profile())
    return page.followers


def _days(turn: Measuring, page: Page, client: CountsFollowers, now: datetime) -> None:
    """The last days again, and at first what was before them, as far as the network goes back.

    The day that is not over is left for tomorrow.
    """
    last = now.date() - timedelta(days=1)
    since = last - AGAIN + timedelta(days=1)
    if turn.measured_at is not None:
        since = max(min(since, turn.measured_at.date() - timedelta(days=2)), last - BACK)
    _store(page, client.audience(since, last), now)
    if turn.measured_at is None:
        _back_fill(turn, page, client, since, last - BACK)


def _back_fill(turn: Measuring, page: Page, client: CountsFollowers, before: date, limit: date) -> None:
    """Slice by slice into the past, until the network has no more or refuses. Goes on where it was cut."""
    told = AudienceCount.objects.filter(page=page, metric__in=(Metric.GAINED, Metric.LOST))
    first: date | None = told.aggregate(first=Min("day"))["first"]
    before = min(before, first) if first else before
    while before > limit:
        leases.renew(turn, turns.LEASE_SECONDS)
        since = max(before - SLICE, limit)
        try:
            days = client.audience(since, before - timedelta(days=1))
        except Never:  # further than the network goes back; the last days were told
            return
        if not days:
            return
        _store(page, days, clock.now())
        before = since


def _store(page: Page, days: Iterable[AudienceDay], at: datetime) -> None:
    """Keep what each day says; what was told before of the same day is replaced."""
    rows = {
        (each.day, figure.metric, figure.name[:80]): AudienceCount(
            page=page,
            day=each.day,
            metric=figure.metric,
            value=figure.value,
            name=figure.name[:80],
            version=figure.version[:40],
            at=at,
        )
        for each in days
        for figure in each.figures
    }
    AudienceCount.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["page", "day", "metric", "name"],
        update_fields=["value", "version", "at"],
    )


def _version(page: Page) -> str:
    spec = NETWORKS.get(page.network)
    return spec.version.name if spec and spec.version else ""


def _tomorrow(now: datetime) -> datetime:
    """Early on the next day (UTC), not all pages at once."""
    midnight = datetime.combine(now.date() + timedelta(days=1), time.min, UTC)
    return midnight + timedelta(minutes=_RANDOM.uniform(10, 240))
