"""The first step of a run: what is asked is frozen, each source names its pages."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from cm_suite.core import clock
from cm_suite.core.fetch import Fault, Fetcher, visited
from cm_suite.core.text import clip
from reputation import rules
from reputation.enums import RunState, SourceKind, SourceStatus
from reputation.models import Fetch, Query, Run, RunSource, Source, SourceAddress
from reputation.services import documents, steps
from reputation.sources.addresses import canonical, url_hash
from reputation.sources.feed import read_feed, status_of
from reputation.sources.types import Answer, Listed, Status

INSIST: Final = timedelta(seconds=45)  # a feed with a fault that may pass is asked again for so long
PAUSE: Final = timedelta(seconds=5)  # between two questions to the same feed
SOON: Final = timedelta(seconds=10)  # a feed that can be asked by then is worth another turn right away
URL_MOST: Final = 1000
HOST_MOST: Final = 253  # characters of a name


def list_pages(run: Run, fetcher: Fetcher, stop_at: float) -> bool:
    """Ask every source of a leased run that was not asked yet; then reading begins.

    Each source is settled together with its pages, so that a worker cut off here loses none. At `stop_at`
    (of the monotonic clock) the run is left to another turn: True when that turn has something to do soon.
    Raises LeaseLostError when the run was taken over or cancelled meanwhile.
    """
    if run.started_at is None:
        _freeze(run)
    waiting = dict.fromkeys(_waiting(run), clock.now())
    while waiting and time.monotonic() < stop_at and _nap(waiting, stop_at):
        _round(run, waiting, fetcher, stop_at)
    if waiting:
        steps.rest(run)
        return min(waiting.values()) <= clock.now() + SOON
    if not run.sources.exists():
        steps.fail(run, "no_sources")
    else:
        steps.advance(run, RunState.COLLECTING)
    return False


def _nap(waiting: dict[RunSource, datetime], stop_at: float) -> bool:
    """Wait until a feed can be asked; False at once when none can before time is over."""
    seconds = (min(waiting.values()) - clock.now()).total_seconds()
    if seconds > stop_at - time.monotonic():
        return False
    time.sleep(max(0.0, seconds))
    return True


def _round(run: Run, waiting: dict[RunSource, datetime], fetcher: Fetcher, stop_at: float) -> None:
    """Ask each feed whose time has come once, until time is over; those that are settled leave `waiting`."""
    now = clock.now()
    for asked in [each for each, at in waiting.items() if at <= now]:
        if time.monotonic() >= stop_at:
            return
        again = _ask(run, asked, fetcher)
        if again is None:
            del waiting[asked]
        else:
            waiting[asked] = again


@transaction.atomic
def _freeze(run: Run) -> None:
    """Write down what this run asks, and whom: later changes of the audit do not reach it."""
    audit = run.audit
    sources = list(audit.sources.filter(dropped_at=None).order_by("place", "pk"))
    RunSource.objects.bulk_create([_first_answer(run, source) for source in sources], ignore_conflicts=True)
    for source in sources:
        if source.kind == SourceKind.URLS:
            _plan(run, source)
    asked = Query.objects.filter(public__audit=audit, public__dropped_at=None, dropped_at=None)
    run.queries.set(asked)
    run.started_at, run.subject = clock.now(), audit.subject
    run.save(update_fields=["started_at", "subject"])


def _first_answer(run: Run, source: Source) -> RunSource:
    """A feed is still to be asked; a list is there, and waits for its pages unless it has none."""
    answer = RunSource(run=run, source=source)
    if source.kind == SourceKind.URLS:
        answer.listed = source.addresses.count()
        if not answer.listed:
            answer.status, answer.reason = SourceStatus.SILENT, "no_addresses"
    return answer


def _waiting(run: Run) -> list[RunSource]:
    """The feeds that are still to be asked."""
    rows = run.sources.filter(status=SourceStatus.WAITING, source__kind=SourceKind.FEED)
    return list(rows.select_related("source").order_by("source__place", "pk"))


def _ask(run: Run, asked: RunSource, fetcher: Fetcher) -> datetime | None:
    """Ask one feed; when to ask it again, None when it is settled.

    What it said is written down meanwhile: a host that is busy later does not hide why it was asked again.
    """
    steps.hold(run)
    source = asked.source
    answer = read_feed(fetcher, source.feed, source.etag, source.modified)
    again = _again(run, answer)
    busy = answer.reason == Fault.HOST_BUSY
    if again is None:
        told = asked.reason if busy and asked.reason else ""
        _settle(run, asked, replace(answer, reason=told, status=status_of(told)) if told else answer)
    elif not busy:
        asked.reason = clip(answer.reason, 60)
        asked.save(update_fields=["reason"])
    return again


def _again(run: Run, answer: Answer) -> datetime | None:
    """When a feed is asked again: long for a busy host or one that says when, else while we insist."""
    if not answer.again:
        return None
    now, started = clock.now(), run.started_at or run.asked_at
    at = answer.retry_at or now + PAUSE
    if answer.reason == Fault.HOST_BUSY:
        return at if at <= started + rules.LONGEST_WAIT else None
    patience = rules.LONGEST_WAIT if at > now + rules.LONG else INSIST
    return max(at, now + PAUSE) if at <= started + patience else None


@transaction.atomic
def _settle(run: Run, asked: RunSource, answer: Answer) -> None:
    """Keep what a feed said, with the pages it named."""
    source = asked.source
    _remember(source, answer.items)
    kept = _newest(source)
    known = answer.status == Status.ANSWERED and not answer.items  # nothing new since the last time
    asked.status, asked.reason = answer.status.value, "" if known else clip(answer.reason, 60)
    asked.listed = len(kept) if known else len(answer.items)
    asked.save(update_fields=["status", "reason", "listed"])
    if answer.status == Status.ANSWERED:
        source.etag = answer.etag if len(answer.etag) <= 200 else ""
        source.modified = answer.modified if len(answer.modified) <= 60 else ""
        source.save(update_fields=["etag", "modified"])
    _plan(run, source)


def _remember(source: Source, items: tuple[Listed, ...]) -> None:
    """Keep the addresses a feed named: it shows the newest only, an audit compares with the time before."""
    rows = [
        SourceAddress(
            source=source,
            url=canonical(item.url),
            url_hash=url_hash(item.url),
            title=documents.clean(item.title, 300),
            published_at=item.published_at,
        )
        for item in items[: rules.MOST_OF_FEED]
    ]
    fit = [row for row in rows if len(row.url) <= URL_MOST and len(visited(row.url)) <= HOST_MOST]
    SourceAddress.objects.bulk_create(fit, ignore_conflicts=True)


def _newest(source: Source) -> list[SourceAddress]:
    """The pages a source stands for: all of a list, of a feed the newest that it ever named."""
    if source.kind == SourceKind.URLS:
        return list(source.addresses.order_by("pk"))
    newest = F("published_at").desc(nulls_last=True)
    return list(source.addresses.order_by(newest, "-pk")[: rules.MOST_OF_FEED])


def _plan(run: Run, source: Source) -> None:
    """Write the pages to be read; one that another source of the run named already is not read twice."""
    rows = [
        Fetch(run=run, source=source, url=each.url, url_hash=each.url_hash, host=visited(each.url))
        for each in _newest(source)
    ]
    Fetch.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
