"""The doctor: what it says of each organ, and that it always answers."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django import Settings
from redis import Redis
from rq.queue import Queue

from cm_suite.ops import health
from cm_suite.ops.cron import HouseCron, try_to_lead
from cm_suite.ops.health import State
from cm_suite.ops.workers import HouseWorker
from publishing.models import Attempt, Delivery, Post
from tests.people import Cast

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def bell(redis_url: str) -> Redis:
    """The emptied Valkey of this test."""
    return Redis.from_url(redis_url)


@pytest.fixture
def no_redis(settings: Settings) -> None:
    """A Redis that refuses."""
    settings.RQ_QUEUES = {
        name: {**queue, "URL": "redis://127.0.0.1:1"} for name, queue in settings.RQ_QUEUES.items()
    }


def alive(bell: Redis) -> None:
    """A worker and a leader that have just shown life."""
    HouseWorker(["publishing"], connection=bell).register_birth()  # type: ignore[no-untyped-call]  # RQ
    lock = try_to_lead(bell)
    assert lock is not None
    HouseCron(bell, lock).heartbeat()


def checks(*, thorough: bool = False) -> dict[str, health.Check]:
    """The report, by organ."""
    return {check.name: check for check in health.examine(thorough=thorough).checks}


def doctor(*flags: str) -> tuple[str, int]:
    """What the command prints, and its exit code."""
    out = StringIO()
    try:
        call_command("doctor", *flags, stdout=out)
    except CommandError as failure:
        return out.getvalue(), failure.returncode
    return out.getvalue(), 0


class TestOrgans:
    """One by one."""

    def test_a_whole_house_is_well(self, bell: Redis) -> None:
        alive(bell)
        assert health.examine(thorough=True).state is State.OK
        assert list(checks()) == ["database", "redis", "workers", "cron", "queues"]

    def test_without_workers_things_will_be_late(self, bell: Redis) -> None:
        found = checks()
        assert found["workers"].state is State.DEGRADED
        assert found["workers"].figures == {"alive": 0, "silent": 0, "last_heartbeat_s": None}
        assert found["redis"].state is State.OK

    def test_a_worker_that_went_silent_is_counted_apart(self, bell: Redis) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            alive(bell)
            clock.shift(timedelta(seconds=health.HEARTBEAT_SECONDS + 1))
            bell.persist("rq:workers")
            found = checks()["workers"]
        assert found.state is State.DEGRADED
        assert found.figures["silent"] == 1
        assert found.figures["last_heartbeat_s"] == health.HEARTBEAT_SECONDS + 1

    def test_a_cron_that_stopped_ringing_is_missed(self, bell: Redis) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            alive(bell)
            assert checks()["cron"].state is State.OK
            clock.shift(timedelta(seconds=health.CRON_SECONDS + 1))
            assert checks()["cron"].state is State.DEGRADED

    def test_the_age_of_a_queue_is_that_of_its_first_job(self, bell: Redis) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            queue = Queue("publishing", connection=bell)
            queue.enqueue("tests.ops.jobs.nothing")
            clock.shift(timedelta(seconds=90))
            queue.enqueue("tests.ops.jobs.nothing")
            found = checks()["queues"]
            assert found.state is State.OK
            assert found.figures["publishing"] == {"waiting": 2, "oldest_s": 90.0}
            assert found.figures["pages"] == {"waiting": 0, "oldest_s": None}
            clock.shift(timedelta(seconds=31))
            late = checks()["queues"]
        assert late.state is State.DEGRADED
        assert late.words == "late: publishing"

    def test_a_job_that_vanished_from_its_queue_is_no_fault(self, bell: Redis) -> None:
        job = Queue("publishing", connection=bell).enqueue("tests.ops.jobs.nothing")
        bell.delete(job.key)
        assert checks()["queues"].figures["publishing"] == {"waiting": 1, "oldest_s": None}

    def test_the_last_send_of_each_network(self, bell: Redis, cast: Cast) -> None:
        post = Post.objects.create(brand=cast.brand, author=cast.bob, text="Bonjour")
        delivery = Delivery.objects.create(post=post, page=cast.newsroom, due_at=NOON)
        for number, minute in ((1, 1), (2, 5)):
            moment = NOON + timedelta(minutes=minute)
            Attempt.objects.create(delivery=delivery, number=number, fingerprint="f", started_at=moment)
        found = checks(thorough=True)["last_send"]
        assert found.figures == {"newsroom": "2026-03-02T12:05:00+00:00"}

    @pytest.mark.usefixtures("no_redis")
    def test_without_redis_the_rest_is_still_told(self) -> None:
        found = checks()
        assert found["database"].state is State.OK
        assert {found[name].state for name in ("redis", "workers", "cron", "queues")} == {State.DEGRADED}
        assert found["redis"].words == "Redis does not answer"

    @pytest.mark.usefixtures("no_redis")
    def test_a_database_that_is_away_is_the_worst(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse() -> Any:
            raise DatabaseError("connection refused")

        monkeypatch.setattr(connection, "cursor", refuse)
        report = health.examine(thorough=True)
        assert report.state is State.DOWN
        assert report.checks[0].words == "no answer: connection refused"

    def test_migrations_that_wait_are_told(self, bell: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "_pending_migrations", lambda: 3)
        found = checks(thorough=True)["database"]
        assert found.state is State.DOWN
        assert found.words == "3 migrations are not applied"

    def test_looking_leaves_the_shared_connection_as_it_was(self, bell: Redis) -> None:
        alive(bell)
        health.examine()
        open_before = {each["id"] for each in bell.client_list()}
        health.examine()
        assert {each["id"] for each in bell.client_list()} <= open_before


class TestDoctor:
    """`manage.py doctor`."""

    def test_a_line_for_each_organ_and_code_zero(self, bell: Redis) -> None:
        alive(bell)
        said, code = doctor()
        assert code == 0
        assert [line.split()[1] for line in said.splitlines()] == [
            "database",
            "redis",
            "workers",
            "cron",
            "queues",
            "last_send",
            "credentials",
            "resting",
            "versions",
            "outbox",
            "listening",
            "ringing",
        ]

    def test_one_json_object(self, bell: Redis) -> None:
        alive(bell)
        said, code = doctor("--json")
        report = json.loads(said)
        assert (code, report["state"]) == (0, "ok")
        assert report["checks"][0] == {
            "name": "database",
            "state": "ok",
            "words": f"{connection.vendor} answers",
            "figures": {"engine": connection.vendor, "pending_migrations": 0},
        }

    @pytest.mark.usefixtures("no_redis")
    def test_a_house_that_is_not_well_ends_with_code_one(self) -> None:
        said, code = doctor("--json")
        assert code == 1
        assert json.loads(said)["state"] == "degraded"


class TestView:
    """`/ops/health`, for a monitor without an account."""

    def test_states_and_nothing_else(self, bell: Redis, client: Client) -> None:
        alive(bell)
        answer = client.get("/ops/health")
        assert answer.status_code == 200
        assert answer.json() == {
            "status": "ok",
            "checks": {name: "ok" for name in ("database", "redis", "workers", "cron", "queues")},
        }
        assert "no-store" in answer["Cache-Control"]

    @pytest.mark.usefixtures("no_redis")
    def test_pages_are_served_without_redis(self, client: Client) -> None:
        answer = client.get("/ops/health")
        assert answer.status_code == 200
        assert answer.json()["status"] == "degraded"

    def test_a_database_that_is_away_is_503(
        self, bell: Redis, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        down = health.Report((health.Check("database", State.DOWN, "no answer: secret host"),))
        monkeypatch.setattr("cm_suite.ops.views.examine", lambda: down)
        answer = client.get("/ops/health")
        assert answer.status_code == 503
        assert "secret host" not in answer.content.decode()

    def test_it_only_reads(self, client: Client) -> None:
        assert client.post("/ops/health").status_code == 405
