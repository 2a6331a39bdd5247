"""However often a run is rung for, so many workers go on with it: on a real Valkey, with real RQ workers."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest.mock import patch

import django_rq
import pytest
from redis import Redis
from rq import SimpleWorker
from rq.job import Job

from cm_suite.core.store import connection
from reputation import jobs
from reputation.enums import FetchState, RunState
from reputation.models import Audit, Fetch, Run
from reputation.services import collect, request
from tests.people import Cast, make_cast
from tests.reputation.makers import LONG, begin, listed, make
from tests.reputation.web import Web, article

PAST = datetime(2026, 1, 1, tzinfo=UTC)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_url")]


@pytest.fixture
def crowd(transactional_db: None, redis_url: str) -> Cast:
    """The cast, where what is committed rings at once."""
    return make_cast()


def waiting() -> list[Job]:
    return list(django_rq.get_queue("reputation", connection=connection()).jobs)


def empty() -> None:
    for job in waiting():
        job.delete()


def audit_of(cast: Cast, web: Web, pages: int = 3) -> Audit:
    urls = [
        web.page(f"/{n}", article(f"Lampe {n}", f"Maison Lumen, lampe {n}. {LONG}")) for n in range(pages)
    ]
    return make(cast.brand, cast.alice, listed(*urls))


def work_off(redis_url: str) -> int:
    """Let a worker do all that is queued; how many jobs failed."""
    link = Redis.from_url(redis_url)
    queue = django_rq.get_queue("reputation", connection=link)
    SimpleWorker([queue], connection=link).work(burst=True, logging_level="WARNING")
    return int(queue.failed_job_registry.count)


def test_a_bell_beside_the_run_ends_at_once(crowd: Cast, web: Web) -> None:
    run = begin(audit_of(crowd, web), crowd.bob)
    for _ring in range(5):
        jobs.sweep()
    assert len(waiting()) == 6
    empty()
    with patch("reputation.jobs.turn", return_value=True) as turn:
        assert jobs.work(run.pk) is True
        assert [jobs.work(run.pk) for _bell in range(5)] == [False] * 5
        (next_turn,) = waiting()
        assert jobs.work(*next_turn.args) is True
    assert turn.call_count == 2
    assert len(waiting()) == 2


def test_a_run_that_pauses_leaves_its_seat(crowd: Cast, web: Web) -> None:
    run = begin(audit_of(crowd, web), crowd.bob)
    with patch("reputation.jobs.turn", return_value=False) as turn:
        assert [jobs.work(run.pk), jobs.work(run.pk)] == [False, False]
    assert turn.call_count == 2


def test_a_turn_that_breaks_leaves_its_seat(crowd: Cast, web: Web) -> None:
    run = begin(audit_of(crowd, web), crowd.bob)
    with patch("reputation.jobs.turn", side_effect=RuntimeError), pytest.raises(RuntimeError):
        jobs.work(run.pk)
    with patch("reputation.jobs.turn", return_value=False) as turn:
        jobs.work(run.pk)
    assert turn.call_count == 1


def test_many_sites_have_many_seats(crowd: Cast, web: Web) -> None:
    run = begin(audit_of(crowd, web), crowd.bob)
    with (
        patch("reputation.jobs.turn", return_value=True) as turn,
        patch("reputation.services.collect.hosts", return_value=17),
    ):
        done = [jobs.work(run.pk) for _bell in range(6)]
    assert (done, turn.call_count) == ([True] * 3 + [False] * 3, 3)


def test_a_worker_does_an_audit_from_its_bell_to_its_report(crowd: Cast, web: Web, redis_url: str) -> None:
    run = begin(audit_of(crowd, web), crowd.bob)
    assert [each.func_name for each in waiting()] == [request.WORK]
    assert work_off(redis_url) == 0
    run.refresh_from_db()
    assert (run.state, run.mentions.count()) == (RunState.DONE, 3)
    assert [web.visits[f"/{n}"] for n in range(3)] == [1, 1, 1]
    assert waiting() == []


def test_redis_emptied_in_the_middle_loses_nothing(crowd: Cast, web: Web, redis_url: str) -> None:
    run = begin(audit_of(crowd, web), crowd.bob)
    store, kept = collect.store, []

    def flushed(order: collect.Order, reading: collect.Reading) -> bool:
        Redis.from_url(redis_url).flushall()
        kept.append(store(order, reading))
        return kept[-1]

    with patch.object(collect, "store", flushed):
        jobs.turn(run.pk, 0.2)
    assert kept
    assert all(kept)
    Redis.from_url(redis_url).flushall()
    assert waiting() == []
    jobs.sweep()
    assert work_off(redis_url) == 0
    run.refresh_from_db()
    assert (run.state, run.mentions.count()) == (RunState.DONE, 3)
    assert [web.visits[f"/{n}"] for n in range(3)] == [1, 1, 1]
    assert set(web.most_at_once.values()) == {1}


def test_redis_down_at_the_start_is_made_up_for(crowd: Cast, web: Web, redis_url: str) -> None:
    with patch("cm_suite.core.queue.connection", lambda: Redis.from_url("redis://127.0.0.1:1/0", retry=None)):
        run = begin(audit_of(crowd, web), crowd.bob)
    assert (waiting(), run.state) == ([], RunState.PLANNED)
    jobs.sweep()
    assert work_off(redis_url) == 0
    run.refresh_from_db()
    assert run.state == RunState.DONE


def test_a_dead_workers_pages_are_swept_and_read(crowd: Cast, web: Web, redis_url: str) -> None:
    run = begin(audit_of(crowd, web), crowd.bob)
    empty()
    with patch.object(jobs, "_Reading"):
        jobs.turn(run.pk, 0.2)
    Run.objects.filter(pk=run.pk).update(state=RunState.COLLECTING, lease_until=None, lease_token=None)
    first = Fetch.objects.filter(run=run).order_by("pk")[0]
    Fetch.objects.filter(pk=first.pk).update(state=FetchState.FETCHING, lease_until=PAST)
    assert jobs.sweep() == 2
    assert work_off(redis_url) == 0
    run.refresh_from_db()
    first.refresh_from_db()
    assert (run.state, first.state, first.tries) == (RunState.DONE, FetchState.STORED, 1)
