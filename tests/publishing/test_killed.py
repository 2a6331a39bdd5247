"""Real processes stopped in the middle of a send: it is finished, or found again; never sent twice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any, Final

import pytest
import redis

from cm_suite.core import clock
from cm_suite.ops.bench import deliveries
from cm_suite.ops.bench.house import ALIAS, WORKER, House, children_of, open_house
from publishing.enums import DeliveryState
from publishing.models import Attempt, Delivery

S = DeliveryState
SHORTENED: Final = {"CM_SEND_LEASE": "3", "CM_BACKOFF": "0.5"}
SLOW: Final = ("--latency-ms", "1500", "--no-idempotency")
pytestmark = pytest.mark.slow


@pytest.fixture
def house(django_db_blocker: Any) -> Iterator[House]:
    """An installation of its own on a network that answers after a second and a half, one post due."""
    with django_db_blocker.unblock(), open_house("sqlite", SHORTENED, SLOW) as running:
        assert running is not None
        deliveries.seed(running.origin, 1, clock.now(), timedelta(0), Random(1))
        yield running


def wait_for(true: Callable[[], bool], *, turning: Callable[[], object] | None = None) -> None:
    deadline = time.monotonic() + 90
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        if turning is not None:
            turning()
        time.sleep(0.2)


def stands(state: S) -> Callable[[], bool]:
    return lambda: Delivery.objects.using(ALIAS).get().state == state


def outcomes() -> list[str]:
    return list(Attempt.objects.using(ALIAS).order_by("number").values_list("outcome", flat=True))


def test_sigterm_during_a_send_lets_it_finish(house: House) -> None:
    worker = house.manage("worker", *WORKER)
    house.ring("publishing.jobs.publish_due")
    wait_for(stands(S.SENDING))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert (stands(S.PUBLISHED)(), outcomes()) == (True, ["done"])
    assert list(house.network_state().accepted.values()) == [1]


def test_a_publisher_killed_while_sending_is_found_again(house: House) -> None:
    worker = house.manage("worker", *WORKER)
    house.ring("publishing.jobs.publish_due")
    wait_for(stands(S.SENDING))
    for publisher in children_of(worker.pid):
        os.kill(publisher, signal.SIGKILL)
    wait_for(stands(S.PUBLISHED), turning=lambda: house.ring("publishing.jobs.sweep"))
    assert (outcomes(), list(house.network_state().accepted.values())) == (["done"], [1])


def test_a_flushed_valkey_loses_nothing(house: House) -> None:
    house.ring("publishing.jobs.publish_due")
    redis.Redis.from_url(house.redis_url).flushall()
    house.manage("worker", *WORKER)
    time.sleep(1)
    assert stands(S.PLANNED)()
    house.ring("publishing.jobs.publish_due")
    wait_for(stands(S.PUBLISHED))
    assert list(house.network_state().accepted.values()) == [1]
