"""The readers of a run: leases kept, hosts never shared, nothing lost when cut off, memory bounded."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.db.models.functions import Now

from cm_suite.core import fetch, pace_hosts
from cm_suite.core.fetch import Fetched
from reputation import jobs
from reputation.enums import FetchState, RunState
from reputation.extraction import Page, extract
from reputation.models import Document, Fetch, Run
from reputation.services import collect, request
from reputation.services.collect import Order, Reading
from tests.people import Cast
from tests.reputation.makers import LONG, begin, carry_out, listed, make
from tests.reputation.web import Web, article

PAST = datetime(2026, 1, 1, tzinfo=UTC)


def pages(web: Web, count: int, *hosts: str, seconds: float = 0.0) -> tuple[str, ...]:
    """Pages that name the brand, on these hosts in turn."""
    hosts = hosts or ("127.0.0.1",)
    return tuple(
        web.page(
            f"/{place}",
            article(f"Lampe {place}", f"Maison Lumen, lampe numéro {place}. {LONG}"),
            host=hosts[place % len(hosts)],
            seconds=seconds,
        )
        for place in range(count)
    )


def collecting(cast: Cast, *urls: str) -> Run:
    """A run that has its pages and reads none yet."""
    run = begin(make(cast.brand, cast.alice, listed(*urls)), cast.bob)
    with patch.object(jobs, "_Reading"):
        jobs.turn(run.pk)
    Run.objects.filter(pk=run.pk).update(
        state=RunState.COLLECTING, ended_at=None, lease_until=None, lease_token=None
    )
    return Run.objects.select_related("audit").get(pk=run.pk)


def test_each_host_is_claimed_once(cast: Cast) -> None:
    run = collecting(cast, *(f"https://{host}.example/{n}" for host in "ab" for n in range(3)))
    taken = collect.take(run, 8, ())
    assert sorted(order.fetch.host for order in taken) == ["a.example", "b.example"]
    assert collect.take(run, 8, ()) == []
    Fetch.objects.filter(pk=taken[0].fetch.pk).update(state=FetchState.STORED)
    assert [order.fetch.host for order in collect.take(run, 8, ())] == [taken[0].fetch.host]


def test_a_resting_host_is_not_claimed(cast: Cast) -> None:
    run = collecting(cast, "https://a.example/", "https://b.example/")
    assert [order.fetch.host for order in collect.take(run, 8, ("a.example",))] == ["b.example"]


def test_pages_of_another_audit_on_the_same_host_wait(cast: Cast) -> None:
    one = collecting(cast, "https://a.example/1")
    other = make(cast.other_brand, cast.charlie, listed("https://a.example/2", "https://c.example/"))
    second = begin(other, cast.charlie)
    with patch.object(jobs, "_Reading"):
        jobs.turn(second.pk)
    Run.objects.filter(pk=second.pk).update(state=RunState.COLLECTING, lease_until=None, lease_token=None)
    second = Run.objects.select_related("audit").get(pk=second.pk)
    assert len(collect.take(one, 8, ())) == 1
    assert [order.fetch.host for order in collect.take(second, 8, ())] == ["c.example"]


def test_a_page_that_takes_long_stays_ours(cast: Cast, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "LEASE", 0.6)
    monkeypatch.setattr(collect, "RENEW", 0.1)
    monkeypatch.setattr(jobs, "NAP", 0.05)
    run = begin(make(cast.brand, cast.alice, listed(*pages(web, 1, seconds=1.2))), cast.bob)
    other: list[int] = []

    def look() -> None:
        other.append(collect.expired())

    keep = collect.keep

    def kept(orders: Any) -> None:
        keep(orders)
        look()

    with patch.object(collect, "keep", kept):
        assert carry_out(run).state == RunState.DONE
    page = Fetch.objects.get(run=run)
    assert (page.state, page.tries, web.visits["/0"]) == (FetchState.STORED, 0, 1)
    assert len(other) > 3
    assert set(other) == {0}


def test_what_is_on_its_way_is_kept_when_a_person_interrupts(cast: Cast, web: Web) -> None:
    urls = pages(web, 4, "127.0.0.1", "localhost", seconds=0.2)
    run = begin(make(cast.brand, cast.alice, listed(*urls)), cast.bob)
    settle, settled = jobs._Reading._settle, 0

    def interrupted(reading: Any) -> None:
        nonlocal settled
        settled += 1
        if settled == 1:
            raise KeyboardInterrupt
        settle(reading)

    with patch.object(jobs._Reading, "_settle", interrupted), pytest.raises(KeyboardInterrupt):
        jobs.turn(run.pk)
    states = list(Fetch.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["stored", "stored", "planned", "planned"]
    assert carry_out(run).state == RunState.DONE
    assert {web.visits[f"/{n}"] for n in range(4)} == {1}


def test_a_database_that_is_away_for_a_moment_loses_no_page(cast: Cast, web: Web) -> None:
    run = begin(make(cast.brand, cast.alice, listed(*pages(web, 2, "127.0.0.1", "localhost"))), cast.bob)
    store, calls = collect.store, 0

    def away(order: Order, reading: Reading) -> bool:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OperationalError("database is locked")
        return store(order, reading)

    with patch.object(collect, "store", away):
        assert carry_out(run).state == RunState.DONE
    assert calls == 3
    assert {web.visits[f"/{n}"] for n in range(2)} == {1}
    assert set(run.fetches.values_list("state", "code")) == {(FetchState.STORED, "")}


def test_a_database_that_stays_away_leaves_the_page_to_another(cast: Cast, web: Web) -> None:
    run = begin(make(cast.brand, cast.alice, listed(*pages(web, 1))), cast.bob)
    with patch.object(collect, "store", side_effect=OperationalError("database is locked")):
        jobs.turn(run.pk, 0.2)
    page = Fetch.objects.get()
    assert (page.state, page.code) == (FetchState.FETCHING, "")
    Fetch.objects.update(lease_until=PAST)
    jobs.sweep()
    assert carry_out(run).state == RunState.DONE
    page.refresh_from_db()
    assert (page.state, page.tries) == (FetchState.STORED, 1)


def test_a_page_that_breaks_us_is_given_up_alone(
    cast: Cast, web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    run = begin(make(cast.brand, cast.alice, listed(*pages(web, 3))), cast.bob)

    def broken(markup: str, url: str) -> Page:
        if url.endswith("/1"):
            raise ZeroDivisionError("a page of the web")
        return extract(markup, url)

    with patch.object(collect, "extract", broken):
        assert carry_out(run).state == RunState.DONE
    codes = {fetch.url[-2:]: (fetch.state, fetch.code) for fetch in run.fetches.all()}
    assert codes == {"/0": ("stored", ""), "/1": ("failed", "unreadable"), "/2": ("stored", "")}
    assert str(web.port) not in caplog.text.replace("\n", " ").partition("Traceback")[0]


def test_a_worker_rests_a_host_after_each_page(cast: Cast, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that has to rest is not claimed in vain meanwhile."""
    monkeypatch.setattr(fetch, "PAUSE", 0.4)
    run = begin(make(cast.brand, cast.alice, listed(*pages(web, 3))), cast.bob)
    fall_through, busy = collect.fall_through, []

    def noted(order: Order, error: Any, started_at: datetime) -> None:
        busy.append(error.code)
        fall_through(order, error, started_at)

    began = time.monotonic()
    with patch.object(collect, "fall_through", noted):
        assert carry_out(run).state == RunState.DONE
    assert time.monotonic() - began > 0.8
    assert len(busy) <= 1
    assert {web.visits[f"/{n}"] for n in range(3)} == {1}


def test_pages_are_taken_apart_one_by_one(cast: Cast, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, inside, most = threading.Lock(), 0, 0

    def slow(markup: str, url: str) -> Page:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.05)
        with lock:
            inside -= 1
        return extract(markup, url)

    monkeypatch.setattr(collect, "extract", slow)
    urls = pages(web, 6, "127.0.0.1", "localhost", "127.0.0.1")
    assert carry_out(begin(make(cast.brand, cast.alice, listed(*urls)), cast.bob)).state == RunState.DONE
    assert most == 1


def test_the_markup_of_a_page_is_not_carried_along(cast: Cast, web: Web) -> None:
    run = collecting(cast, *pages(web, 1))
    (order,) = collect.take(run, 8, ())
    with ThreadPoolExecutor(1) as apart:
        reading = collect.read(pace_hosts.web(), order, apart)
    assert (reading.fetched.text, reading.fetched.status) == ("", 200)
    assert reading.page is not None
    assert "Maison Lumen" in reading.page.text


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>a", 4),
        ("", 0),
        ("x" * (collect.MOST_MARKUP + 9), collect.MOST_MARKUP),
        ("<br>" * (collect.MOST_TAGS + 9), 4 * collect.MOST_TAGS),
        ("<br>" * collect.MOST_TAGS + "end", 4 * collect.MOST_TAGS + 3),
        ("x" + "<b>a" * (collect.MOST_TAGS + 1), 1 + 4 * collect.MOST_TAGS),
    ],
)
def test_of_a_huge_page_the_beginning_is_read(markup: str, expected: int) -> None:
    kept = collect.within_reason(markup)
    assert len(kept) == expected
    assert markup.startswith(kept)


def unchanged(url: str) -> Fetched:
    return Fetched(url, url, 304, etag='"1"', unchanged=True)


def test_a_page_unchanged_is_not_taken_apart(cast: Cast, web: Web) -> None:
    run = collecting(cast, *pages(web, 1))
    (order,) = collect.take(run, 8, ())

    class Still:
        def get(self, url: str, **_said: str) -> Fetched:
            return unchanged(url)

    with ThreadPoolExecutor(1) as apart, patch.object(collect, "extract", side_effect=AssertionError):
        reading = collect.read(Still(), order, apart)  # type: ignore[arg-type]  # all that is asked of a fetcher
    assert reading.page is None


STATES: dict[str, Callable[[Run], None]] = {
    "planned": lambda run: None,
    "listing": lambda run: stands(run, RunState.LISTING),
    "collecting": lambda run: stands(run, RunState.COLLECTING),
    "scoring": lambda run: stands(run, RunState.SCORING),
}


def stands(run: Run, state: RunState) -> None:
    leased = Now() + timedelta(hours=1)
    Run.objects.filter(pk=run.pk).update(state=state, lease_until=leased)


@pytest.mark.parametrize("state", STATES)
def test_a_run_is_cancelled_wherever_it_stands(cast: Cast, web: Web, state: str) -> None:
    run = begin(make(cast.brand, cast.alice, listed(*pages(web, 1))), cast.bob)
    STATES[state](run)
    run.refresh_from_db()
    assert isinstance(request.cancel(run, cast.alice), Run)
    assert jobs.work(run.pk) is False
    run.refresh_from_db()
    assert (run.state, run.lease_until, run.ended_at is None) == (RunState.CANCELLED, None, False)
    assert (web.visits["/0"], run.mentions.count(), Document.objects.count()) == (0, 0, 0)
    assert jobs.send_audit_emails() == 0
    assert jobs.sweep() == 0


def test_a_brand_that_is_deleted_ends_its_run(cast: Cast, web: Web) -> None:
    run = begin(make(cast.brand, cast.alice, listed(*pages(web, 3))), cast.bob)
    store = collect.store

    def gone(order: Order, reading: Reading) -> bool:
        run.audit.delete()
        return store(order, reading)

    with patch.object(collect, "store", gone):
        assert jobs.work(run.pk) is False
    assert (Run.objects.count(), Fetch.objects.count(), Document.objects.count()) == (0, 0, 0)
    assert sum(web.visits[f"/{n}"] for n in range(3)) == 1
    assert (jobs.sweep(), jobs.start_due(), jobs.send_audit_emails()) == (0, 0, 0)
