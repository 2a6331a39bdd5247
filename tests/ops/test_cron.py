"""The periodic jobs, on a real Valkey: one leader, one waiting turn of a kind, rhythm kept over restarts."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import redis
import time_machine
from django.core.management import CommandError, call_command
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq.job import JobStatus
from rq.queue import Queue

from cm_suite.ops import boot, cron
from cm_suite.ops.cron import HouseCron, LeadLostError, try_to_lead
from cm_suite.schedule import Periodic
from tests.ops.copies import environ

pytestmark = pytest.mark.slow  # the whole house, walked or run

ROW = Periodic("tests.ops.jobs.nothing", 5, "publishing", 60)
DAILY = Periodic("tests.ops.jobs.nothing", 86_400, "default", 60)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def bell(redis_url: str) -> Redis:
    """The emptied Valkey of this test."""
    return Redis.from_url(redis_url)


@pytest.fixture
def leader(bell: Redis) -> HouseCron:
    """A scheduler that leads."""
    lock = try_to_lead(bell)
    assert lock is not None
    return HouseCron(bell, lock)


def waiting(bell: Redis, row: Periodic = ROW) -> int:
    """How many turns wait in a row's queue."""
    return Queue(row.queue, connection=bell).count


def served(bell: Redis, row: Periodic) -> None:
    """A worker took the turn that waits."""
    assert Queue(row.queue, connection=bell).pop_job_id() is not None


class TestLead:
    """One process rings, however many are started."""

    def test_the_first_leads_and_the_second_waits(self, bell: Redis) -> None:
        assert try_to_lead(bell) is not None
        assert try_to_lead(bell) is None

    def test_the_lead_given_back_is_taken_at_once(self, bell: Redis) -> None:
        lock = try_to_lead(bell)
        assert lock is not None
        lock.release()
        assert try_to_lead(bell) is not None

    def test_a_leader_that_died_is_replaced_when_its_time_is_over(self, bell: Redis) -> None:
        assert try_to_lead(bell, seconds=0.3) is not None
        assert try_to_lead(bell) is None
        time.sleep(0.4)
        assert try_to_lead(bell) is not None

    def test_each_round_renews_the_lead(self, bell: Redis) -> None:
        lock = try_to_lead(bell, seconds=0.6)
        assert lock is not None
        leader = HouseCron(bell, lock)
        for _round in range(4):
            time.sleep(0.3)
            leader.heartbeat()
        assert try_to_lead(bell) is None

    def test_a_lead_that_another_took_is_noticed(self, bell: Redis) -> None:
        lock = try_to_lead(bell, seconds=0.2)
        assert lock is not None
        leader = HouseCron(bell, lock)
        time.sleep(0.3)
        other = try_to_lead(bell)
        assert other is not None
        with pytest.raises(LeadLostError):
            leader.heartbeat()
        assert other.owned()

    def test_a_flushed_redis_is_noticed(self, bell: Redis, leader: HouseCron) -> None:
        bell.flushall()
        with pytest.raises(LeadLostError):
            leader.heartbeat()

    def test_redis_being_away_is_not_a_lead(self) -> None:
        nobody = Redis(port=1, retry=Retry(NoBackoff(), 0), socket_connect_timeout=0.2)
        assert try_to_lead(nobody) is None

    def test_the_one_who_stops_does_not_free_anothers_lead(self, bell: Redis) -> None:
        lock = try_to_lead(bell, seconds=0.2)
        assert lock is not None
        leader = HouseCron(bell, lock)
        time.sleep(0.3)
        assert try_to_lead(bell) is not None
        leader._give_back()
        assert try_to_lead(bell) is None


class TestTurns:
    """A turn is rung in its time, and never piles up."""

    def test_a_job_that_never_ran_is_rung_at_once(self, bell: Redis, leader: HouseCron) -> None:
        leader.add(ROW)
        assert len(leader.enqueue_jobs()) == 1
        (job,) = Queue("publishing", connection=bell).jobs
        assert (job.func_name, job.timeout, job.result_ttl) == ("tests.ops.jobs.nothing", 60, 0)

    def test_nothing_is_rung_before_the_interval_is_over(self, bell: Redis, leader: HouseCron) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            leader.add(ROW)
            leader.enqueue_jobs()
            served(bell, ROW)
            clock.shift(timedelta(seconds=4.9))
            assert leader.enqueue_jobs() == []
            assert waiting(bell) == 0
            clock.shift(timedelta(seconds=0.1))
            assert len(leader.enqueue_jobs()) == 1
        assert waiting(bell) == 1

    def test_no_worker_for_an_hour_leaves_one_turn_waiting(self, bell: Redis, leader: HouseCron) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            leader.add(ROW)
            for _round in range(720):
                leader.enqueue_jobs()
                clock.shift(timedelta(seconds=5))
        assert waiting(bell) == 1

    def test_a_turn_that_runs_does_not_hold_the_next_one(self, bell: Redis, leader: HouseCron) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            leader.add(ROW)
            leader.enqueue_jobs()
            served(bell, ROW)
            clock.shift(timedelta(seconds=5))
            assert len(leader.enqueue_jobs()) == 1
        assert waiting(bell) == 1

    def test_a_job_whose_worker_died_does_not_hold_the_next_one(self, bell: Redis, leader: HouseCron) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            leader.add(ROW)
            leader.enqueue_jobs()
            queue = Queue("publishing", connection=bell)
            job = queue.jobs[0]
            queue.pop_job_id()
            job.set_status(JobStatus.STARTED)
            clock.shift(timedelta(seconds=5))
            leader.enqueue_jobs()
        assert waiting(bell) == 1

    def test_a_new_leader_keeps_the_rhythm(self, bell: Redis, leader: HouseCron) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            leader.add(DAILY)
            assert len(leader.enqueue_jobs()) == 1
            served(bell, DAILY)
            leader._give_back()
            clock.shift(timedelta(hours=3))
            lock = try_to_lead(bell)
            assert lock is not None
            second = HouseCron(bell, lock)
            second.add(DAILY)
            assert second.enqueue_jobs() == []
            clock.shift(timedelta(hours=21))
            assert len(second.enqueue_jobs()) == 1
        assert waiting(bell, DAILY) == 1

    def test_after_a_long_night_a_job_is_rung_once(self, bell: Redis, leader: HouseCron) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            leader.add(DAILY)
            leader.enqueue_jobs()
            served(bell, DAILY)
            clock.shift(timedelta(days=9))
            assert len(leader.enqueue_jobs()) == 1
            assert leader.enqueue_jobs() == []

    def test_a_job_that_does_not_exist_is_refused_at_the_start(self, leader: HouseCron) -> None:
        with pytest.raises(ImportError):
            leader.add(Periodic("tests.ops.jobs.no_such_job", 5, "publishing", 60))

    def test_the_sleep_is_never_longer_than_half_the_lead(self, leader: HouseCron) -> None:
        leader.add(ROW)
        leader.enqueue_jobs()
        assert leader.calculate_sleep_interval() <= cron.LOCK_SECONDS / 2


class TestCommand:
    """`manage.py cron` ends with a code, so that its supervisor starts it again."""

    def test_a_lost_lead_ends_the_command(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def lose(connection: Redis) -> None:
            raise LeadLostError

        monkeypatch.setattr("cm_suite.ops.management.commands.cron.lead", lose)
        with pytest.raises(CommandError, match="Another process leads"):
            call_command("cron", stdout=StringIO())

    def test_a_dropped_redis_ends_the_command(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def drop(connection: Redis) -> None:
            raise redis.ConnectionError("gone")

        monkeypatch.setattr("cm_suite.ops.management.commands.cron.lead", drop)
        with pytest.raises(CommandError, match="Redis is away: gone"):
            call_command("cron", stdout=StringIO())


RING = """
import os, sys
import django
django.setup()
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq.job import JobStatus
from cm_suite.ops import cron
from cm_suite.schedule import Periodic
cron.PERIODIC = (Periodic("tests.ops.jobs.nothing", 1, "publishing", 60),)
cron.lead(Redis.from_url(sys.argv[1]))
"""


@pytest.fixture
def ringer(redis_url: str, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that rings every second."""
    more = {"DJANGO_SETTINGS_MODULE": "tests.settings", "CM_VAR_DIR": str(tmp_path)}
    child = subprocess.Popen(
        [sys.executable, "-c", RING, redis_url], cwd=boot.ROOT, env=environ(**more), stderr=subprocess.DEVNULL
    )
    yield child
    child.kill()
    child.wait()


def until_rung(bell: Redis) -> None:
    """Wait for the first turn."""
    for _try in range(200):
        if waiting(bell):
            return
        time.sleep(0.05)
    raise AssertionError("nobody rang")


def test_a_terminated_leader_gives_the_lead_back(bell: Redis, ringer: subprocess.Popen[bytes]) -> None:
    until_rung(bell)
    assert try_to_lead(bell) is None
    os.kill(ringer.pid, signal.SIGTERM)
    assert ringer.wait(timeout=20) == 0
    assert try_to_lead(bell) is not None


def test_a_leader_ends_when_redis_forgets_it(bell: Redis, ringer: subprocess.Popen[bytes]) -> None:
    until_rung(bell)
    bell.flushall()
    assert ringer.wait(timeout=20) != 0
