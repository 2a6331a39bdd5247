"""What became of the posts that are out: counted often at first, then daily, then weekly, for three months.

Every count is kept under the network's own word, the last of each day (UTC). Missing is not zero: what the
network does not say has no row. Nothing that was stored is ever deleted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Final

from django.db.models import Max

from cm_suite.core import clock, leases
from cm_suite.core.errors import Never
from pages.enums import Counted
from pages.models import Measuring, Page
from pages.networks.base import CountsPosts
from pages.networks.errors import Code
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability, Figure
from pages.services import connect, turns
from publishing import rules
from publishing.models import Delivery, PostFigure
from publishing.services.busy import being_sent

type Count = Callable[[Sequence[str]], Mapping[str, tuple[Figure, ...]]]


@dataclass(frozen=True, slots=True)
class Stage:
    """How often a post is counted until it has an age."""

    until: timedelta
    every: timedelta


HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
USUAL: Final = (Stage(DAY, HOUR), Stage(3 * DAY, 3 * HOUR), Stage(30 * DAY, DAY), Stage(91 * DAY, 7 * DAY))
WHERE_PAID: Final = (Stage(14 * DAY, DAY), Stage(91 * DAY, 7 * DAY))
LONGEST: Final = 91 * DAY

AT_ONCE: Final = 20
"""Posts in one question: what every network takes."""

JOB_SECONDS: Final = 300
PAGE_SECONDS: Final = 90
EVERY: Final = timedelta(minutes=30)
SOON: Final = timedelta(minutes=1)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def measure_due(seconds: float = JOB_SECONDS) -> int:
    """Count the posts of every page whose turn it is; how many turns."""
    networks = turns.networks_with(Capability.POST_FIGURES)
    return turns.work("publishing.jobs.measure", Counted.POSTS, networks, count_page, seconds)


def count_page(turn: Measuring, page: Page) -> None:
    """Count the posts of one page that are due. Raises Later, Never or Unknown; what was told is stored."""
    started_at = clock.now()
    stop_at = time.monotonic() + PAGE_SECONDS
    wanted = due(page, turn.measured_at, started_at)
    count = _counter(page) if wanted else _nothing
    for some in batched(wanted, AT_ONCE):
        if time.monotonic() >= stop_at:
            turns.rest(turn, started_at + SOON, None)
            return
        _store(some, count([each.remote_id for each in some]), clock.now())
        leases.renew(turn, turns.LEASE_SECONDS)
    turns.rest(turn, started_at + EVERY, started_at)


def _nothing(_remote_ids: Sequence[str]) -> Mapping[str, tuple[Figure, ...]]:
    return {}


def _counter(page: Page) -> Count:
    client = connect.client_for(page)
    if not isinstance(client, CountsPosts):
        raise Never(Code.NOT_OFFERED)
    return client.figures


def due(page: Page, measured_at: datetime | None, now: datetime) -> list[Delivery]:
    """The page's posts whose next count has come; those that have waited longest come first.

    `measured_at`: when the last whole turn of the page began, None for never.
    """
    rows = Delivery.objects.filter(
        page=page, state__in=rules.OUT, published_at__gt=now - LONGEST - 7 * DAY, published_at__lte=now
    ).exclude(remote_id="")
    stages = WHERE_PAID if _paid(page) else USUAL
    waiting = []
    for each in rows.annotate(read_at=Max("figures__at")).order_by("published_at", "pk"):
        moment = last_moment(each.published_at or now, now, stages)
        seen = max((at for at in (each.read_at, measured_at) if at is not None), default=_NEVER)
        if moment is not None and seen < moment:
            waiting.append((each.read_at or _NEVER, each.pk, each))
    return [each for *_order, each in sorted(waiting)]


def last_moment(published_at: datetime, now: datetime, stages: Sequence[Stage] = USUAL) -> datetime | None:
    """The last instant, up to now, at which a post of this age should have been counted; None for none yet.

    After the last stage there are no more.
    """
    moment, begins = None, timedelta(0)
    age = now - published_at
    for stage in stages:
        steps = (min(age, stage.until) - begins) // stage.every
        if steps >= 1:
            moment = published_at + begins + steps * stage.every
        if age <= stage.until:
            break
        begins = stage.until
    return moment


turns.also_busy(being_sent)


def _store(deliveries: Iterable[Delivery], told: Mapping[str, tuple[Figure, ...]], at: datetime) -> None:
    """Keep what the network said of each; a post that it has no more keeps what it had."""
    rows = {
        (delivery.pk, figure.metric, figure.name[:80]): PostFigure(
            delivery=delivery,
            day=at.date(),
            metric=figure.metric,
            value=figure.value,
            name=figure.name[:80],
            version=figure.version[:40],
            at=at,
        )
        for delivery in deliveries
        for figure in told.get(delivery.remote_id, ())
    }
    PostFigure.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["delivery", "day", "metric", "name"],
        update_fields=["value", "version", "at"],
    )


def _paid(page: Page) -> bool:
    spec = NETWORKS.get(page.network)
    return spec is not None and bool(spec.prices)
