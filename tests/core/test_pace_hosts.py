"""Turns at a host and remembered robots.txt files, on a real Valkey, without one, and within a process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import pytest
from pytest_django import Settings
from redis import Redis

from cm_suite.core import pace_hosts
from cm_suite.core.errors import Later
from cm_suite.core.fetch import Fetcher, HostTurns, Robots, RobotsCache
from cm_suite.core.guard import Guard
from cm_suite.core.pace_hosts import LocalRobots, LocalTurns, SharedRobots, SharedTurns
from tests.core.faults import answer
from tests.core.sites import AGENT, PAGE, Site, html

type Two[T] = tuple[T, T]

RULES = Robots("User-agent: *\nDisallow: /é")


@pytest.fixture
def redis(redis_url: str) -> Redis:
    """The real Valkey, emptied."""
    return Redis.from_url(redis_url)


@pytest.fixture
def dead() -> Redis:
    """A Redis that is down."""
    return Redis.from_url("redis://127.0.0.1:1/0", retry=None)


@pytest.fixture(params=["shared", "local", "down"])
def two(request: pytest.FixtureRequest) -> Two[HostTurns]:
    """The turns as two workers see them (two threads of one process, where there is no Redis)."""
    if request.param == "local":
        turns = LocalTurns()
        return turns, turns
    spare = LocalTurns()
    if request.param == "down":
        dead = Redis.from_url("redis://127.0.0.1:1/0", retry=None)
        return SharedTurns(dead, spare), SharedTurns(dead, spare)
    url: str = request.getfixturevalue("redis_url")
    return SharedTurns(Redis.from_url(url), LocalTurns()), SharedTurns(Redis.from_url(url), LocalTurns())


def eventually(act: Callable[[], bool]) -> bool:
    """Whether something becomes true within two seconds."""
    end = time.monotonic() + 2
    while time.monotonic() < end:
        if act():
            return True
        time.sleep(0.01)
    return False


def test_a_host_is_taken_once(two: Two[HostTurns]) -> None:
    one, other = two
    token = one.take("a.example", 12)
    assert token
    assert (other.take("a.example", 12), one.take("a.example", 12)) == (None, None)
    assert other.take("b.example", 12)
    assert other.wait("a.example") == 1.0


def test_a_host_rests_after_its_turn(two: Two[HostTurns]) -> None:
    one, other = two
    token = one.take("a.example", 12) or ""
    one.give_back("a.example", token, 5.0)
    assert other.take("a.example", 12) is None
    assert 4.5 < other.wait("a.example") <= 5.0


def test_a_host_that_has_rested_is_free(two: Two[HostTurns]) -> None:
    one, other = two
    one.give_back("a.example", one.take("a.example", 12) or "", 0.05)
    assert eventually(lambda: other.take("a.example", 12) is not None)
    one.give_back("b.example", one.take("b.example", 12) or "", 0.0)
    assert other.wait("b.example") == 0.0
    assert other.take("b.example", 12)


def test_the_turn_of_a_killed_worker_ends_by_itself(two: Two[HostTurns]) -> None:
    one, other = two
    lost = one.take("a.example", 0.05) or ""
    assert eventually(lambda: other.take("a.example", 12) is not None)
    one.give_back("a.example", lost, 0.0)
    assert one.take("a.example", 12) is None


def test_a_turn_is_given_back_by_who_holds_it(two: Two[HostTurns]) -> None:
    one, other = two
    token = one.take("a.example", 12) or ""
    other.give_back("a.example", "another", 0.0)
    assert other.take("a.example", 12) is None
    one.give_back("a.example", token, 0.0)
    one.give_back("a.example", token, 60.0)
    assert other.take("a.example", 12)


def test_of_many_threads_one_gets_the_turn(two: Two[HostTurns]) -> None:
    won: list[str] = []

    def go() -> None:
        token = two[0].take("a.example", 12)
        won.extend([token] if token else [])

    threads = [threading.Thread(target=go) for _each in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(won) == 1


def test_a_host_is_not_stored_in_clear(redis: Redis) -> None:
    turns, robots = SharedTurns(redis, LocalTurns()), SharedRobots(redis, LocalRobots())
    turns.take("secret.example", 12)
    robots.keep("https://secret.example", RULES, 60)
    assert len(redis.keys("*")) == 2
    assert "secret" not in str(redis.keys("*"))
    assert all(0 < redis.pttl(key) <= 60_000 for key in redis.keys("*"))


@pytest.fixture(params=["shared", "local", "down"])
def caches(request: pytest.FixtureRequest) -> Two[RobotsCache]:
    """A robots cache as two workers see it."""
    if request.param == "local":
        cache = LocalRobots()
        return cache, cache
    if request.param == "down":
        spare, dead = LocalRobots(), Redis.from_url("redis://127.0.0.1:1/0", retry=None)
        return SharedRobots(dead, spare), SharedRobots(dead, spare)
    url: str = request.getfixturevalue("redis_url")
    return SharedRobots(Redis.from_url(url), LocalRobots()), SharedRobots(Redis.from_url(url), LocalRobots())


def test_rules_are_shared_and_forgotten_in_time(caches: Two[RobotsCache]) -> None:
    one, other = caches
    assert other.get("https://a.example") is None
    one.keep("https://a.example", RULES, 60)
    one.keep("https://b.example", Robots(reachable=False), 0.05)
    assert other.get("https://a.example") == RULES
    assert other.get("http://a.example") is None
    assert eventually(lambda: other.get("https://b.example") is None)


def test_a_process_remembers_so_many_and_forgets_the_oldest() -> None:
    cache = LocalRobots(room=2)
    for name in ("a", "b", "a", "c"):
        cache.keep(name, RULES, 60)
    assert [cache.get(name) for name in "abc"] == [RULES, None, RULES]


def test_the_turns_of_a_process_do_not_pile_up() -> None:
    turns = LocalTurns()
    for number in range(50):
        turns.take(f"{number}.example", 0.0)
    turns.take("last.example", 12)
    assert list(turns._taken) == ["last.example"]


def test_this_installations_reader_says_who_it_is(redis_url: str, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://suite.example"
    with Site({"/a": html()}) as site:
        settings.CM_ALLOWED_HOSTS = frozenset({("127.0.0.1", site.port)})
        assert pace_hosts.web().get(site.url("/a", "127.0.0.1")).text == PAGE
        assert site.asked[-1].headers["user-agent"] == "cm_suite/1 (+https://suite.example)"
        assert len(Redis.from_url(redis_url).keys("cm:*")) == 2


def test_two_workers_never_meet_at_a_host(redis: Redis) -> None:
    inside, most = [0], [0]
    lock = threading.Lock()

    def busy(conn: socket.socket) -> None:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        time.sleep(0.03)
        with lock:
            inside[0] -= 1
        conn.sendall(html())

    def work(fetcher: Fetcher, url: str) -> None:
        try:
            codes.append(fetcher.get(url).kind.value)
        except Later as error:
            codes.append(error.code)

    codes: list[str] = []
    with Site({"/robots.txt": answer("404 None"), "/a": busy}) as site:
        guard = Guard(frozenset({("127.0.0.1", site.port)}))
        threads = []
        for _each in range(6):
            shared = SharedTurns(redis, LocalTurns()), SharedRobots(redis, LocalRobots())
            fetcher = Fetcher(guard, turns=shared[0], robots=shared[1], user_agent=AGENT)
            threads.append(threading.Thread(target=work, args=(fetcher, site.url("/a", "127.0.0.1"))))
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert (most, sorted(codes)) == ([1], ["host_busy"] * 5 + ["html"])
