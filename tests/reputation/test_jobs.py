"""Runs that begin by themselves, and what a sweep puts right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from cm_suite import schedule
from pages.notices.enums import NoticeKind
from pages.notices.models import Notice
from reputation import jobs
from reputation.enums import Cause, FetchState, RunState
from reputation.models import Audit, Fetch, Run
from reputation.services import request, steps
from tests.people import Cast
from tests.reputation.makers import begin, listed, make
from tests.reputation.web import Web

PAST = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def rung() -> Iterator[list[tuple[Any, ...]]]:
    """Which jobs were rung for, at once instead of after the commit."""
    bells: list[tuple[Any, ...]] = []
    with (
        patch("reputation.services.sweep.enqueue", lambda *said: bells.append(said)),
        patch("reputation.jobs.enqueue", lambda *said: bells.append(said)),
        patch("reputation.services.request.enqueue", lambda *said: bells.append(said)),
    ):
        yield bells


def at(text: str) -> Any:
    return time_machine.travel(datetime.fromisoformat(text), tick=False)


def planned(cast: Cast, cron: str, *, since: str) -> Audit:
    with at(since):
        return make(cast.brand, cast.alice, cron=cron)


def slots() -> list[str]:
    found = Run.objects.order_by("number").values_list("slot", flat=True)
    return [slot.isoformat(timespec="minutes").removesuffix("+00:00") if slot else "" for slot in found]


def end_all() -> None:
    Run.objects.filter(state=RunState.PLANNED).update(state=RunState.CANCELLED)


def test_the_jobs_are_in_the_houses_table() -> None:
    ours = [each for each in schedule.PERIODIC if each.job.startswith("reputation.")]
    assert {import_string(each.job) for each in ours} == {jobs.start_due, jobs.sweep, jobs.send_audit_emails}
    assert import_string(request.WORK) == jobs.work


def test_an_audit_begins_once_when_it_is_due(cast: Cast, rung: list[Any]) -> None:
    audit = planned(cast, "0 8 * * *", since="2026-11-23T12:00:00+01:00")
    with at("2026-11-24T07:59:59+01:00"):
        assert jobs.start_due() == 0
    with at("2026-11-24T08:00:10+01:00"):
        assert [jobs.start_due(), jobs.start_due()] == [1, 0]
    run = Run.objects.get()
    assert (run.cause, run.number, run.asked_by) == (Cause.SCHEDULE, 1, None)
    assert slots() == ["2026-11-24T07:00"]
    assert rung == [(request.WORK, run.pk)]
    audit.refresh_from_db()
    assert audit.next_run_at == datetime(2026, 11, 25, 7, tzinfo=UTC)


def test_after_an_outage_it_runs_once_for_the_last_slot(cast: Cast) -> None:
    planned(cast, "0 * * * *", since="2026-11-20T12:00:00+00:00")
    with at("2026-11-23T09:20:00+00:00"):
        assert [jobs.start_due(), jobs.start_due()] == [1, 0]
        assert slots() == ["2026-11-23T09:00"]
        end_all()
    with at("2026-11-23T09:59:00+00:00"):
        assert jobs.start_due() == 0
    with at("2026-11-23T10:00:00+00:00"):
        assert jobs.start_due() == 1
    assert slots() == ["2026-11-23T09:00", "2026-11-23T10:00"]


def test_the_night_the_clocks_go_forward(cast: Cast) -> None:
    planned(cast, "30 2 * * *", since="2026-03-27T12:00:00+01:00")
    for hour in range(80):
        with at((datetime(2026, 3, 27, 12, tzinfo=UTC) + timedelta(hours=hour)).isoformat()):
            jobs.start_due()
            end_all()
    assert slots() == ["2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30"]


def test_the_night_the_clocks_go_back(cast: Cast) -> None:
    planned(cast, "30 2 * * *", since="2026-10-24T12:00:00+02:00")
    for half in range(110):
        with at((datetime(2026, 10, 24, 11, tzinfo=UTC) + timedelta(minutes=30 * half)).isoformat()):
            jobs.start_due()
            end_all()
    assert slots() == ["2026-10-25T00:30", "2026-10-26T01:30"]


def test_an_audit_on_its_way_begins_again_when_it_has_ended(cast: Cast) -> None:
    audit = planned(cast, "0 8 * * *", since="2026-11-23T12:00:00+01:00")
    with at("2026-11-24T07:58:00+01:00"):
        run = begin(audit, cast.bob)
    with at("2026-11-24T08:10:00+01:00"):
        assert jobs.start_due() == 0
        request.cancel(run, cast.bob)
        assert jobs.start_due() == 1
    assert slots() == ["", "2026-11-24T07:00"]


def test_an_audit_by_hand_or_put_away_never_begins(cast: Cast) -> None:
    with at("2026-11-23T12:00:00+01:00"):
        make(cast.brand, cast.alice)
        request.archive(make(cast.brand, cast.alice, cron="0 8 * * *"), cast.alice)
    with at("2027-11-23T12:00:00+01:00"):
        assert jobs.start_due() == 0
    assert Run.objects.count() == 0


def test_a_slot_is_never_run_twice(cast: Cast) -> None:
    audit = planned(cast, "0 8 * * *", since="2026-11-23T12:00:00+01:00")
    with at("2026-11-24T09:00:00+01:00"):
        jobs.start_due()
        end_all()
        Audit.objects.filter(pk=audit.pk).update(next_run_at=datetime(2026, 11, 24, 7, tzinfo=UTC))
        assert jobs.start_due() == 0
    assert slots() == ["2026-11-24T07:00"]


def page(run: Run, name: str, state: str = FetchState.PLANNED, **fields: Any) -> Fetch:
    source = run.audit.sources.get()
    host = f"{name}.example"
    return Fetch.objects.create(
        run=run, source=source, url=f"http://{host}/", url_hash=name, host=host, state=state, **fields
    )


def stands(run: Run, state: RunState, **fields: Any) -> Run:
    Run.objects.filter(pk=run.pk).update(state=state, **fields)
    run.refresh_from_db()
    return run


def test_a_sweep_rings_for_what_waits_and_for_nothing_else(cast: Cast, rung: list[Any]) -> None:
    runs = [begin(make(cast.brand, cast.alice), cast.bob) for _ in range(8)]
    planned, listing, listed, reading, idle, later, read, scoring = runs
    ours: dict[str, Any] = {"lease_until": Now() + timedelta(hours=1)}
    stands(listing, RunState.LISTING, lease_until=PAST)
    stands(listed, RunState.LISTING, **ours)
    for run in (reading, idle, later, read):
        stands(run, RunState.COLLECTING)
    page(reading, "a", FetchState.FETCHING, **ours)
    page(reading, "b")
    page(idle, "c")
    page(later, "d", next_try_at=datetime(2099, 1, 1, tzinfo=UTC))
    page(read, "e", FetchState.STORED)
    stands(scoring, RunState.SCORING, lease_until=PAST)
    rung.clear()
    jobs.sweep()
    assert {each[1] for each in rung} == {run.pk for run in (planned, listing, idle, read, scoring)}
    assert len(rung) == 5


def test_a_page_whose_reader_died_is_read_by_another_a_few_times(cast: Cast) -> None:
    run = stands(begin(make(cast.brand, cast.alice), cast.bob), RunState.COLLECTING)
    lost = page(run, "a", FetchState.FETCHING, lease_until=PAST)
    held = page(run, "b", FetchState.FETCHING, lease_until=Now() + timedelta(hours=1))
    for expected in [("planned", 1), ("planned", 2), ("failed", 3)]:
        Fetch.objects.filter(pk=lost.pk).update(state=FetchState.FETCHING, lease_until=PAST)
        jobs.sweep()
        lost.refresh_from_db()
        assert (lost.state, lost.tries, lost.code) == (*expected, "worker_lost")
    held.refresh_from_db()
    assert (held.state, held.tries) == (FetchState.FETCHING, 0)


def test_a_step_that_is_cut_off_again_and_again_ends_the_run(cast: Cast) -> None:
    run = begin(make(cast.brand, cast.alice), cast.bob)
    with patch("reputation.services.listing.list_pages", side_effect=RuntimeError):
        for _turn in range(3):
            jobs.turn(run.pk)
            run.refresh_from_db()
            assert (run.state, run.lease_until) == (RunState.LISTING, None)
        jobs.turn(run.pk)
    run.refresh_from_db()
    assert (run.state, run.code) == (RunState.FAILED, "unexpected")
    assert run.ended_at is not None
    notice = Notice.objects.get(kind=NoticeKind.AUDIT_FAILED)
    assert (notice.person, notice.subject) == (cast.bob, run.audit.name)


def test_a_scheduled_run_that_fails_is_told_to_those_who_lead(cast: Cast) -> None:
    audit = planned(cast, "0 8 * * *", since="2026-11-23T12:00:00+01:00")
    with at("2026-11-24T08:01:00+01:00"):
        jobs.start_due()
    run = audit.runs.get()
    taken = steps.take(run.pk, (RunState.PLANNED,), RunState.LISTING)
    assert taken is not None
    steps.fail(taken, "unexpected")
    assert list(Notice.objects.values_list("person__name", flat=True)) == ["Alice"]


def test_one_worker_at_a_time_does_a_step(cast: Cast) -> None:
    run = begin(make(cast.brand, cast.alice), cast.bob)
    taken = steps.take(run.pk, (RunState.PLANNED, RunState.LISTING), RunState.LISTING)
    assert taken is not None
    assert steps.take(run.pk, (RunState.PLANNED, RunState.LISTING), RunState.LISTING) is None
    Run.objects.filter(pk=run.pk).update(lease_until=PAST)
    other = steps.take(run.pk, (RunState.PLANNED, RunState.LISTING), RunState.LISTING)
    assert other is not None
    with pytest.raises(steps.LeaseLostError):
        steps.hold(taken)
    with pytest.raises(steps.LeaseLostError):
        steps.advance(taken, RunState.COLLECTING)
    steps.advance(other, RunState.COLLECTING)
    run.refresh_from_db()
    assert (run.state, run.tries, run.lease_token) == (RunState.COLLECTING, 0, None)


@pytest.mark.parametrize(("hosts", "helpers"), [(7, 0), (8, 1), (400, 3)])
def test_a_run_on_many_sites_calls_for_more_workers(
    cast: Cast, web: Web, rung: list[Any], hosts: int, helpers: int
) -> None:
    run = begin(make(cast.brand, cast.alice, listed(web.url("/a"))), cast.bob)
    rung.clear()
    with patch("reputation.services.collect.hosts", return_value=hosts):
        jobs.work(run.pk)
    assert rung == [(request.WORK, run.pk)] * helpers


def test_a_turn_that_is_over_rings_for_the_next(cast: Cast, web: Web, rung: list[Any]) -> None:
    run = begin(make(cast.brand, cast.alice, listed(web.url("/a"))), cast.bob)
    rung.clear()
    with patch("reputation.jobs.turn", return_value=True):
        assert jobs.work(run.pk) is True
    assert [each[:2] for each in rung] == [(request.WORK, run.pk)]
    assert jobs.work(*rung[0][1:]) is False
    assert jobs.work(run.pk) is False
    assert (len(rung), web.visits["/a"]) == (1, 1)
