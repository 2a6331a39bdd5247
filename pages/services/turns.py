"""Turns at an account that its network is counted with: one worker, one request in flight.

A page that something else is at work on waits (`also_busy`), and what else asks networks can see that a page
is being counted (`being_measured`). A paused page, and one that its network asked to rest, is left alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from cm_suite.core import clock, leases, queue
from cm_suite.core.errors import Later, Never, OutcomeError
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from pages.enums import Counted, PageState
from pages.measuring import IDLE, READING
from pages.models import Measuring, Page, Pause
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability, ConnectKind

logger = logging.getLogger(__name__)

type Busy = Callable[[str], Exists]
"""Whether the page that a field leads to is being worked on, as a condition."""

type Act = Callable[[Measuring, Page], None]
"""One turn of one page. Raises Later, Never or Unknown; ends with `rest` when it went well."""

LEASE_SECONDS: Final = 300
AFTER_LATER: Final = timedelta(minutes=10)
AFTER_NEVER: Final = timedelta(hours=6)
LONGEST_WAIT: Final = timedelta(hours=6)
UNEXPECTED: Final = "unexpected"
_MOST_TRIES: Final = 30_000
_TIMES: Final = 3
_RANDOM: Final = SystemRandom()
_BUSY: Final[list[Busy]] = []


def also_busy(busy: Busy) -> None:
    """Leave alone the pages that `busy` says are being worked on. Once for an application is enough."""
    if busy not in _BUSY:
        _BUSY.append(busy)


def unoccupied[Row: Model](rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those of the rows, which have a `page`, whose page nothing that told us (`also_busy`) is at work on."""
    for busy in _BUSY:
        rows = rows.filter(~busy("page"))
    return rows


def being_measured(page: str) -> Exists:
    """Whether the page that `page` leads to is being counted, as a condition on a query."""
    return Exists(Measuring.objects.filter(page=OuterRef(page), state=READING, lease_until__gt=Now()))


def networks_with(capability: Capability) -> list[str]:
    """Codes of the networks on other people's servers that declare it."""
    return [
        code
        for code, spec in NETWORKS.items()
        if capability in spec.capabilities and spec.connect is not ConnectKind.NONE
    ]


def work(job: str, kind: str, networks: Collection[str], act: Act, seconds: float) -> int:
    """Give each page whose turn it is to `act`, until none is due or time is up; how many turns there were.

    `job`: by what name this is called. After a fault of ours, which is raised, it is rung for again, so that
    one page keeps no other from its turn.
    """
    stop_at = time.monotonic() + seconds
    _expired()
    _watch_all(kind, networks)
    done: list[int] = []
    while time.monotonic() < stop_at and (turn := take(kind, networks, done)) is not None:
        done.append(turn.pk)
        _act(job, act, turn)
    return len(done)


def take(kind: str, networks: Collection[str], without: Collection[int] = ()) -> Measuring | None:
    """Claim what has waited longest for its turn, of those not named in `without`."""
    return _claim(_due(kind, networks).exclude(pk__in=without))


@contextmanager
def held(page: Page) -> Iterator[bool]:
    """The account for one question that somebody waits for; False while something else is at work on it."""
    Measuring.objects.get_or_create(page=page, kind=Counted.ADDRESSES)
    rows = _free(Measuring.objects.filter(page=page, kind=Counted.ADDRESSES))
    turn = _claim(rows)
    try:
        yield turn is not None
    finally:
        if turn is not None:
            move(turn, READING, IDLE, where=_mine(turn), **RELEASED)


def rest(turn: Measuring, next_at: datetime, measured_at: datetime | None) -> None:
    """The turn went well; `measured_at`: when it began, None when it was cut short and goes on later."""
    fields = {"next_at": next_at, "tries": 0, "code": "", **RELEASED}
    if measured_at is not None:
        fields["measured_at"] = measured_at
    move(turn, READING, IDLE, where=_mine(turn), **fields)


def failed(turn: Measuring, error: OutcomeError) -> None:
    """Note why, and when to ask again. The page stays as it is, whatever was refused."""
    now = clock.now()
    first = AFTER_NEVER if isinstance(error, Never) else AFTER_LATER
    wait = min(first * 2 ** min(turn.tries, 10), LONGEST_WAIT) * _RANDOM.uniform(0.75, 1.0)
    named = error.retry_at if isinstance(error, Later) else None
    move(
        turn,
        READING,
        IDLE,
        where=_mine(turn),
        next_at=max(named, now) if named else now + wait,
        tries=min(turn.tries + 1, _MOST_TRIES),
        code=error.code[:60],
        **RELEASED,
    )


def _act(job: str, act: Act, turn: Measuring) -> None:
    page = Page.objects.select_related("brand").get(pk=turn.page_id)
    try:
        act(turn, page)
    except OutcomeError as error:
        logger.info("page %s: not counted: %s", page.pk, error.code)
        failed(turn, error)
    except BaseException:
        failed(turn, Never(UNEXPECTED))
        queue.enqueue(job)
        raise


def _watch_all(kind: str, networks: Collection[str]) -> None:
    """A row for every connected page of these networks."""
    known = Measuring.objects.filter(page=OuterRef("pk"), kind=kind)
    pages = Page.objects.filter(~Exists(known), state=PageState.CONNECTED, network__in=networks)
    Measuring.objects.bulk_create([Measuring(page=page, kind=kind) for page in pages], ignore_conflicts=True)


def _claim(rows: QuerySet[Measuring]) -> Measuring | None:
    for _time in range(_TIMES):
        try:
            with transaction.atomic():
                taken = leases.claim(rows, from_=IDLE, to=READING, seconds=LEASE_SECONDS, limit=1)
        except IntegrityError:  # another kind of the same page was taken at this very moment
            continue
        return taken[0] if taken else None
    return None


def _free(rows: QuerySet[Measuring]) -> QuerySet[Measuring]:
    """Of pages that nothing else is at work on."""
    reading = Measuring.objects.filter(page=OuterRef("page"), state=READING)
    return unoccupied(rows.filter(~Exists(reading)))


def _due(kind: str, networks: Collection[str]) -> QuerySet[Measuring]:
    now = clock.now()
    paused = Pause.objects.filter(
        Q(page=OuterRef("page")) | Q(page=None, brand=OuterRef("page__brand")), ended_at=None
    )
    rows = Measuring.objects.filter(
        Q(next_at=None) | Q(next_at__lte=now),
        Q(page__paced_until=None) | Q(page__paced_until__lte=now),
        ~Exists(paused),
        kind=kind,
        page__network__in=networks,
        page__state=PageState.CONNECTED,
    )
    return _free(rows).order_by(F("next_at").asc(nulls_first=True), "pk")


def _expired() -> None:
    """Turns of workers that are gone: what they counted is counted again."""
    for left in leases.expired(Measuring.objects.filter(state=READING)):
        move(left, READING, IDLE, where=Q(lease_until__lte=Now()), **RELEASED)


def _mine(turn: Measuring) -> Q:
    """Still under the lease that `turn` carries in memory."""
    return Q(lease_token=turn.lease_token)
