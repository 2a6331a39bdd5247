"""Several workers at once, and workers that die in the middle: no page is lost, none is read twice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.db import connections

from reputation import jobs
from reputation.enums import FetchState, RunState
from reputation.models import Document, Fetch, Run
from reputation.services import collect
from tests.people import Cast
from tests.reputation.conftest import Child
from tests.reputation.makers import LONG, begin, carry_out, listed, make
from tests.reputation.web import Web, article

PAST = datetime(2026, 1, 1, tzinfo=UTC)


def pages(web: Web, count: int, seconds: float = 0.0) -> tuple[str, ...]:
    """Pages that name the brand, on two sites."""
    hosts = ("127.0.0.1", "localhost")
    return tuple(
        web.page(
            f"/{place}",
            article(f"Lampe {place}", f"Maison Lumen, lampe numéro {place}. {LONG}"),
            host=hosts[place % 2],
            seconds=seconds,
        )
        for place in range(count)
    )


def apart(act: Callable[[], object]) -> object:
    """Do something in a thread with its own connection, closed afterwards."""
    try:
        return act()
    finally:
        connections.close_all()


def test_what_a_dead_worker_held_is_read_again_and_nothing_else(cast: Cast, web: Web) -> None:
    run = begin(make(cast.brand, cast.alice, listed(*pages(web, 6))), cast.bob)
    stored = 0
    store = collect.store

    def dies(order: collect.Order, reading: collect.Reading) -> bool:
        nonlocal stored
        if stored == 3:
            raise SystemExit
        stored += 1
        return store(order, reading)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(collect, "store", dies)
        with pytest.raises(SystemExit):
            jobs.turn(run.pk)
    kept = set(Fetch.objects.filter(state=FetchState.STORED).values_list("url", flat=True))
    assert len(kept) == 3
    assert Document.objects.count() == 3
    Fetch.objects.filter(state=FetchState.FETCHING).update(lease_until=PAST)
    jobs.sweep()
    assert carry_out(run).state == RunState.DONE
    assert {web.visits[urlsplit(url).path] for url in kept} == {1}
    assert run.fetches.filter(state=FetchState.STORED).count() == 6
    assert run.mentions.count() == 6


def test_a_reader_that_lost_its_lease_stores_nothing(cast: Cast, web: Web) -> None:
    run = begin(make(cast.brand, cast.alice, listed(*pages(web, 1))), cast.bob)
    store = collect.store

    def too_late(order: collect.Order, reading: collect.Reading) -> bool:
        Fetch.objects.filter(pk=order.fetch.pk).update(lease_until=PAST)
        collect.expired()
        assert store(order, reading) is False
        return False

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(collect, "store", too_late)
        patched.setattr(jobs, "TURN_SECONDS", 0.2)
        jobs.turn(run.pk, 0.2)
    assert Document.objects.count() == 0


@pytest.mark.slow
def test_workers_side_by_side_take_pages_apart(crowd: Cast, web: Web) -> None:
    run = begin(make(crowd.brand, crowd.alice, listed(*pages(web, 12, seconds=0.03))), crowd.bob)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(apart, lambda: [jobs.turn(run.pk) for _ in range(3)]) for _ in range(4)]
        for each in asked:
            each.result()
    carry_out(run)
    assert run.state == RunState.DONE
    assert {web.visits[f"/{place}"] for place in range(12)} == {1}
    assert run.fetches.filter(state=FetchState.STORED).count() == 12
    assert set(web.most_at_once.values()) == {1}
    assert run.mentions.count() == 12


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_loses_no_page(
    crowd: Cast, web: Web, worker: Callable[[str], Child]
) -> None:
    audit = make(crowd.brand, crowd.alice, listed(*pages(web, 8, seconds=0.3)))
    child = worker(f"maison-lumen/{audit.slug}")
    kept = _wait_for_pages(child, 3)
    os.kill(child.pid, signal.SIGKILL)
    child.wait(10)
    kept |= set(Fetch.objects.filter(state=FetchState.STORED).values_list("url", flat=True))
    assert len(kept) < 8
    run = Run.objects.get()
    assert (run.state, Document.objects.count()) == (RunState.COLLECTING, len(kept))
    Fetch.objects.filter(state=FetchState.FETCHING).update(lease_until=PAST)
    jobs.sweep()
    assert carry_out(run).state == RunState.DONE
    assert run.fetches.filter(state=FetchState.STORED).count() == 8
    assert {web.visits[urlsplit(url).path] for url in kept} == {1}
    assert run.mentions.count() == 8


def _wait_for_pages(child: Child, count: int) -> set[str]:
    deadline = time.monotonic() + 60
    while True:
        kept = set(Fetch.objects.filter(state=FetchState.STORED).values_list("url", flat=True))
        if len(kept) >= count:
            return kept
        assert time.monotonic() < deadline, "no page was read in time"
        assert child.poll() is None, "the worker ended by itself"
        time.sleep(0.05)
