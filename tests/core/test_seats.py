"""Seats at one thing: taken, kept, handed on, given up; without Redis there is always room."""

from __future__ import annotations

import threading
import time

import pytest
from redis import Redis

from cm_suite.core.seats import Seats, seats


@pytest.fixture
def redis(redis_url: str) -> Redis:
    """The real Valkey, emptied."""
    return Redis.from_url(redis_url)


def test_there_are_so_many_and_no_more(redis: Redis) -> None:
    room = Seats(redis, "run:1", 2, 30)
    first, second = room.sit(), room.sit()
    assert 0 not in {first, second}
    assert first != second
    assert [room.sit(), room.sit()] == [0, 0]
    assert Seats(redis, "run:2", 1, 30).sit() != 0


def test_a_seat_is_kept_by_its_number(redis: Redis) -> None:
    room = Seats(redis, "run:1", 1, 30)
    held = room.sit()
    assert [room.sit(held), room.sit(held), room.sit(held + 2)] == [held, held, 0]


def test_keeping_a_seat_makes_it_last(redis: Redis) -> None:
    held = Seats(redis, "run:1", 1, 5).sit()
    Seats(redis, "run:1", 1, 60).sit(held)
    assert 50_000 < redis.pttl("cm:seat:run:1:0") <= 60_000


def test_a_seat_given_up_is_free(redis: Redis) -> None:
    room = Seats(redis, "run:1", 1, 30)
    held = room.sit()
    room.leave(held + 2)
    assert room.sit() == 0
    room.leave(held)
    assert room.sit() not in {0, held}


def test_the_seat_of_a_killed_worker_is_free_again_by_itself(redis: Redis) -> None:
    room = Seats(redis, "run:1", 1, 0.05)
    lost = room.sit()
    time.sleep(0.1)
    other = Seats(redis, "run:1", 1, 30).sit()
    assert other not in {0, lost}
    assert Seats(redis, "run:1", 1, 30).sit(lost) == 0


def test_a_flushed_redis_forgets_who_sat(redis: Redis) -> None:
    room = Seats(redis, "run:1", 1, 30)
    held = room.sit()
    redis.flushall()
    assert room.sit(held) != 0
    assert room.sit(held + 2) == 0


def test_fewer_seats_than_before_send_the_last_away(redis: Redis) -> None:
    wide = Seats(redis, "run:1", 3, 30)
    held = [wide.sit() for _ in range(3)]
    narrow = Seats(redis, "run:1", 1, 30)
    assert [narrow.sit(each) for each in held] == [held[0], 0, 0]


def test_of_many_at_once_so_many_sit(redis: Redis) -> None:
    found: list[int] = []
    room = Seats(redis, "run:1", 3, 30)
    threads = [threading.Thread(target=lambda: found.append(room.sit())) for _ in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    taken = [each for each in found if each]
    assert (len(taken), len(set(taken)), found.count(0)) == (3, 3, 9)


def test_without_redis_everybody_finds_a_seat() -> None:
    dead = Redis.from_url("redis://127.0.0.1:1/0", retry=None)
    room = Seats(dead, "run:1", 1, 30)
    held = room.sit()
    assert held > 0
    assert room.sit(held) == held
    assert room.sit() not in {0, held}
    room.leave(held)


def test_an_installation_has_its_own(redis_url: str) -> None:
    assert seats("run:1", 1, 30).sit() != 0
    assert seats("run:1", 1, 30).sit() == 0
    assert Redis.from_url(redis_url).keys("*") == [b"cm:seat:run:1:0"]
