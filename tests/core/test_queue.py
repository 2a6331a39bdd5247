"""The doorbell: after the commit, ids only, and never in the way when Redis is down."""

from __future__ import annotations

import logging
import time
from typing import Any

import django_rq
import pytest
from django.db import transaction
from pytest_django import Settings

from cm_suite.core.queue import enqueue
from cm_suite.core.store import connection
from cm_suite.schedule import PERIODIC, QUEUES, Periodic

JOB = "publishing.jobs.send_delivery"
DEAD = "redis://127.0.0.1:1/0"


def queued(name: str) -> list[tuple[Any, ...]]:
    """What waits in a queue."""
    queue = django_rq.get_queue(name, connection=connection())
    return [(job.func_name, job.args, job.timeout) for job in queue.jobs]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("redis_url")
class TestWithRedis:
    def test_a_job_goes_to_the_queue_of_its_app(self) -> None:
        enqueue(JOB, 12)
        enqueue("pages.notices.jobs.deliver", 3, 4)
        enqueue("cm_suite.ops.jobs.beat")
        assert queued("publishing") == [(JOB, (12,), 180)]
        assert queued("pages") == [("pages.notices.jobs.deliver", (3, 4), 180)]
        assert queued("default") == [("cm_suite.ops.jobs.beat", (), 180)]

    @pytest.mark.parametrize("row", PERIODIC, ids=[row.job for row in PERIODIC])
    def test_a_periodic_job_has_its_own_limit_whoever_rings(self, row: Periodic) -> None:
        enqueue(row.job)
        [found] = [each for name in QUEUES for each in queued(name)]
        assert found == (row.job, (), row.timeout)

    def test_nothing_rings_before_the_commit(self) -> None:
        with transaction.atomic():
            enqueue(JOB, 12)
            assert queued("publishing") == []
        assert len(queued("publishing")) == 1

    def test_nothing_rings_for_what_was_undone(self) -> None:
        with transaction.atomic():
            enqueue(JOB, 12)
            transaction.set_rollback(True)
        assert queued("publishing") == []


@pytest.mark.django_db(transaction=True)
def test_a_redis_that_is_down_is_logged_and_nothing_else(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.RQ_QUEUES = {"default": {"URL": DEAD}}
    started = time.monotonic()
    with transaction.atomic():
        enqueue(JOB, 12)
    assert time.monotonic() - started < 1
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, f"{JOB} waits for its sweeper: ConnectionError")
    ]
