"""Reading the pages of a run: claimed under a lease, read by threads without database, stored once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from cm_suite.core import clock, leases
from cm_suite.core.errors import Later, OutcomeError
from cm_suite.core.fetch import Fault, Fetched, Fetcher
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from reputation import rules
from reputation.enums import FetchState, RunState, SourceStatus
from reputation.extraction import Page, extract
from reputation.models import Document, Fetch, Run, RunSource, SourceAddress
from reputation.services import documents

S = FetchState
LEASE: Final = 60.0  # seconds; far longer than the deadline of one page, and renewed by whoever still reads
RENEW: Final = 20.0  # seconds after which a lease is made whole again
BUSY_WAIT: Final = timedelta(seconds=1)  # when nobody says how long the host is busy
EMPTY: Final = "empty"  # the code of a page that was read and has no word
MOST_MARKUP: Final = 2_000_000  # characters of a page that are taken apart
MOST_TAGS: Final = 120_000
ALL_READ: Final = ~Q(Exists(Fetch.objects.filter(run=OuterRef("pk"), state__in=rules.OPEN)))
_EXPIRED: Final = Q(lease_until__lte=Now())


@dataclass(frozen=True, slots=True)
class Order:
    """A claimed page with what is known of it already."""

    fetch: Fetch
    brand_id: int
    known: Document | None
    hint: SourceAddress | None  # what the feed said of it

    @property
    def etag(self) -> str:
        """For a conditional question; a page that gave no word is read anew."""
        return self.known.etag if self.known and self.known.text else ""

    @property
    def modified(self) -> str:
        """As `etag`."""
        return self.known.modified if self.known and self.known.text else ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a page: its words, or None when it has not changed. Its markup is not kept."""

    fetched: Fetched
    page: Page | None


def take(run: Run, limit: int, resting: Collection[str]) -> list[Order]:
    """Claim up to `limit` pages, each of another host; none of a host that is being read or in `resting`."""
    busy = Fetch.objects.filter(state=S.FETCHING, lease_until__gt=Now()).values("host")
    free = _due(run).exclude(host__in=busy).exclude(host__in=list(resting))
    firsts = free.values("host").annotate(first=Min("pk")).order_by("first")[:limit]
    pks = [row["first"] for row in firsts]
    if not pks:
        return []
    rows = Fetch.objects.filter(pk__in=pks, run__state=RunState.COLLECTING).order_by("pk")
    taken = leases.claim(rows, from_=S.PLANNED, to=S.FETCHING, seconds=LEASE, limit=limit)
    return _orders(run.audit.brand_id, _unmet(taken))


def _unmet(taken: list[Fetch]) -> list[Fetch]:
    """Of the pages just claimed those whose host nobody else claimed before; the others go back.

    Of two that claimed at the same moment one keeps its page: were both to give way, both would come again.
    """
    rivals = Fetch.objects.filter(
        state=S.FETCHING, lease_until__gt=Now(), host__in=[fetch.host for fetch in taken]
    )
    first: dict[str, tuple[datetime, int]] = {}
    for host, until, pk in rivals.values_list("host", "lease_until", "pk"):
        if until is not None:
            first[host] = min(first.get(host, (until, pk)), (until, pk))
    ours = [fetch for fetch in taken if first.get(fetch.host, (None, fetch.pk))[1] == fetch.pk]
    for fetch in taken:
        if fetch not in ours:
            move(fetch, S.FETCHING, S.PLANNED, where=_mine(fetch), **RELEASED)
    return ours


def keep(orders: Iterable[Order]) -> None:
    """Make whole again the leases of pages that are still being read."""
    for order in orders:
        leases.renew(order.fetch, LEASE)


def read(fetcher: Fetcher, order: Order, apart: Executor) -> Reading:
    """Read and understand one page. No database: this runs in a thread. Raises Later or Never.

    `apart`: where pages are taken apart. That needs tens of times their size, which the system's memory
    keeps for each thread that ever did it: so a worker has one thread for all its pages.
    """
    fetched = fetcher.get(order.fetch.url, etag=order.etag, modified=order.modified)
    if fetched.unchanged:
        return Reading(fetched, None)
    markup, fetched = within_reason(fetched.text), replace(fetched, text="")
    return Reading(fetched, apart.submit(extract, markup, fetched.final_url).result())


def within_reason(markup: str) -> str:
    """The beginning of a page: as many characters and tags as are worth taking apart."""
    markup = markup[:MOST_MARKUP]
    if markup.count("<") <= MOST_TAGS:
        return markup
    at = -1
    for _tag in range(MOST_TAGS + 1):
        at = markup.index("<", at + 1)
    return markup[:at]


def store(order: Order, reading: Reading) -> bool:
    """Keep a page with its document, both or neither; False when the lease was lost to somebody else."""
    fetch, fetched = order.fetch, reading.fetched
    with transaction.atomic():
        fields: dict[str, Any] = {"status": fetched.status, "unchanged": reading.page is None, "code": ""}
        fields |= {"done_at": clock.now(), "next_try_at": None, **RELEASED}
        if not move(fetch, S.FETCHING, S.STORED, where=_mine(fetch), **fields):
            return False
        if reading.page is None:
            document = documents.confirm(order.known, fetched)
        else:
            document = documents.keep(order.brand_id, fetch, fetched, reading.page, order.hint)
        code = "" if document.text or document.title else EMPTY
        Fetch.objects.filter(pk=fetch.pk).update(document=document, code=code)
        first = RunSource.objects.filter(run=fetch.run_id, source=fetch.source_id)
        first.filter(status=SourceStatus.WAITING).update(status=SourceStatus.ANSWERED)
    return True


def fall_through(order: Order, error: OutcomeError, started_at: datetime) -> None:
    """A page that could not be read: again after a while for what may pass, else given up with its code."""
    status = int(error.answer) if error.answer.isdigit() else None
    if not isinstance(error, Later):
        give_up(order.fetch, error.code, status)
    elif error.code == Fault.HOST_BUSY:
        _put_back(order, error.retry_at or clock.now() + BUSY_WAIT, error.code, order.fetch.tries, started_at)
    else:
        tries = order.fetch.tries + 1
        at = error.retry_at or clock.now() + rules.wait(tries)
        _put_back(order, at, error.code, tries, started_at, status)


def give_up(fetch: Fetch, code: str, status: int | None = None) -> bool:
    """Say that a claimed page cannot be read in this run, and why."""
    fields: dict[str, Any] = {"code": code, "status": status, "done_at": clock.now(), **RELEASED}
    return move(fetch, S.FETCHING, S.FAILED, where=_mine(fetch), next_try_at=None, **fields)


def next_at(run: Run) -> datetime | None:
    """When a page of the run can be tried next (now for one never tried), None when none is left to try."""
    if not Fetch.objects.filter(run=run, state=S.PLANNED).exists():
        return None
    if _due(run).exists():
        return clock.now()
    first = Fetch.objects.filter(run=run, state=S.PLANNED).aggregate(at=Min("next_try_at"))["at"]
    return first or clock.now()


def goes_on(run: Run) -> bool:
    """Whether the run is still being read: nobody has cancelled it meanwhile."""
    return Run.objects.filter(pk=run.pk, state=RunState.COLLECTING).exists()


def hosts(run_id: int) -> int:
    """On how many hosts the pages of a run are that are still to be read."""
    left = Fetch.objects.filter(run=run_id, state__in=rules.OPEN)
    return left.values("host").distinct().count()


def expired() -> int:
    """Pages whose reader is gone: to be read by another, a few times. How many."""
    left = leases.expired(Fetch.objects.filter(state=S.FETCHING))
    return sum(_found_again(fetch) for fetch in left)


def _found_again(fetch: Fetch) -> bool:
    lost: dict[str, Any] = {"code": "worker_lost", "tries": fetch.tries + 1, **RELEASED}
    if fetch.tries + 1 >= rules.MOST_TRIES:
        return move(fetch, S.FETCHING, S.FAILED, where=_EXPIRED, done_at=clock.now(), **lost)
    return move(fetch, S.FETCHING, S.PLANNED, where=_EXPIRED, next_try_at=None, **lost)


def _put_back(
    order: Order, at: datetime, code: str, tries: int, started_at: datetime, status: int | None = None
) -> None:
    """Try again at `at`, unless that is too often or too late."""
    if not rules.worth_another(tries, at, clock.now(), started_at):
        give_up(order.fetch, code, status)
        return
    fields: dict[str, Any] = {"code": code, "tries": tries, "next_try_at": at, "status": status, **RELEASED}
    move(order.fetch, S.FETCHING, S.PLANNED, where=_mine(order.fetch), **fields)


def _due(run: Run) -> QuerySet[Fetch]:
    again = Q(next_try_at=None) | Q(next_try_at__lte=clock.now())
    return Fetch.objects.filter(again, run=run, state=S.PLANNED)


def _mine(fetch: Fetch) -> Q:
    return Q(lease_token=fetch.lease_token)


def _orders(brand_id: int, fetches: list[Fetch]) -> list[Order]:
    """The claimed pages with the documents and the feeds' words that are known: two queries."""
    hashes = [fetch.url_hash for fetch in fetches]
    known = {each.url_hash: each for each in Document.objects.filter(brand=brand_id, url_hash__in=hashes)}
    sources = {fetch.source_id for fetch in fetches}
    hints = SourceAddress.objects.filter(source__in=sources, url_hash__in=hashes)
    by_place = {(each.source_id, each.url_hash): each for each in hints}
    return [
        Order(fetch, brand_id, known.get(fetch.url_hash), by_place.get((fetch.source_id, fetch.url_hash)))
        for fetch in fetches
    ]
