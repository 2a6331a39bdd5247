"""The table of periodic jobs says what exists, where it goes and how long it may take."""

import inspect

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from cm_suite import schedule


@pytest.mark.parametrize("row", schedule.PERIODIC, ids=lambda row: row.job)
def test_every_job_exists_and_needs_no_argument(row: schedule.Periodic) -> None:
    job = import_string(row.job)
    required = [
        name
        for name, parameter in inspect.signature(job).parameters.items()
        if parameter.default is parameter.empty and parameter.kind not in (2, 4)
    ]
    assert required == []


@pytest.mark.parametrize("row", schedule.PERIODIC, ids=lambda row: row.job)
def test_every_row_has_a_queue_that_is_served_and_a_limit(row: schedule.Periodic) -> None:
    assert row.queue in schedule.QUEUES
    assert row.seconds >= 1
    assert row.timeout >= 30


def test_a_job_stands_once() -> None:
    names = [row.job for row in schedule.PERIODIC]
    assert len(names) == len(set(names))


def test_the_settings_know_the_same_queues() -> None:
    assert set(settings.RQ_QUEUES) == set(schedule.QUEUES)


def test_publishing_is_rung_every_five_seconds() -> None:
    (row,) = [row for row in schedule.PERIODIC if row.job == "publishing.jobs.publish_due"]
    assert (row.seconds, row.queue) == (5, "publishing")


def test_every_pool_serves_every_queue_but_senders_the_slow_web() -> None:
    served = {pool.name: set(pool.queues) for pool in schedule.POOLS}
    assert served.pop("senders") == set(schedule.QUEUES) - {"reputation"}
    assert all(queues == set(schedule.QUEUES) for queues in served.values())
