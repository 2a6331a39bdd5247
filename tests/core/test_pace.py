"""Pace and limits, on a real Valkey and without one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from cm_suite.core import pace as shared
from cm_suite.core.clock import now
from cm_suite.core.pace import Limiter, RedisPace


@pytest.fixture
def redis(redis_url: str) -> Redis:
    """The real Valkey, emptied."""
    return Redis.from_url(redis_url)


@pytest.fixture
def dead() -> Redis:
    """A Redis that is down."""
    return Redis.from_url("redis://127.0.0.1:1/0", retry=None)


def rounded(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def test_every_worker_sees_the_block(redis: Redis, redis_url: str) -> None:
    until = now() + timedelta(seconds=90)
    RedisPace(redis).block("mastodon:7", until)
    other = RedisPace(Redis.from_url(redis_url))
    assert other.blocked_until("mastodon:7") == rounded(until)
    assert other.blocked_until("mastodon:8") is None
    assert shared.pace().blocked_until("mastodon:7") == rounded(until)


def test_the_longer_block_stays(redis: Redis) -> None:
    pace = RedisPace(redis)
    short, long = now() + timedelta(seconds=30), now() + timedelta(seconds=90)
    pace.block("a", long)
    pace.block("a", short)
    assert pace.blocked_until("a") == rounded(long)
    pace.block("a", long + timedelta(seconds=1))
    assert pace.blocked_until("a") == rounded(long + timedelta(seconds=1))


def test_a_block_goes_away_by_itself(redis: Redis) -> None:
    pace = RedisPace(redis)
    pace.block("a", now() + timedelta(hours=1))
    pace.block("b", datetime(2001, 1, 1, tzinfo=UTC))
    (key,) = redis.keys("cm:pace:*")
    assert 0 < redis.pttl(key) <= 3_600_000


def test_acts_are_counted_up_to_the_limit(redis: Redis) -> None:
    limiter = Limiter(redis)
    assert [limiter.hit("sign-in:10.0.0.1", 3, 60) for _each in range(5)] == [True, True, True, False, False]
    assert limiter.hit("sign-in:10.0.0.2", 3, 60) is True


def test_the_window_does_not_move_with_each_act(redis: Redis) -> None:
    limiter = Limiter(redis)
    limiter.hit("k", 1, 60)
    (key,) = redis.keys("cm:limit:*")
    redis.pexpire(key, 1000)
    limiter.hit("k", 1, 60)
    assert 0 < redis.pttl(key) <= 1000
    redis.delete(key)
    assert limiter.hit("k", 1, 60) is True


def test_a_key_that_holds_an_address_is_not_stored_in_clear(redis: Redis) -> None:
    assert shared.hit("subscribe:vera@example.org", 1, 60) is True
    assert shared.hit("subscribe:vera@example.org", 1, 60) is False
    shared.pace().block("sign-in:vera@example.org", now() + timedelta(hours=1))
    assert len(redis.keys("*")) == 2
    assert "vera" not in str(redis.keys("*"))


def test_without_redis_nobody_waits_and_nobody_is_limited(
    dead: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    pace = RedisPace(dead)
    pace.block("a", now() + timedelta(hours=1))
    assert pace.blocked_until("a") is None
    assert [Limiter(dead).hit("k", 1, 60) for _each in range(3)] == [True, True, True]
    assert {record.getMessage() for record in caplog.records} == {"no shared pace for now: ConnectionError"}
