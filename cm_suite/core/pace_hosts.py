"""What the readers of the open web share: whose turn it is at each host, and the robots.txt read lately.

Redis holds both for all workers. While it is away, or in a process that works alone, the process keeps its
own (`LocalTurns`, `LocalRobots`): then a host is asked by one thread of each process, not by one in all.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from collections import OrderedDict
from typing import Final

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from cm_suite.core.crypto import keyed_hash
from cm_suite.core.fetch import Fetcher
from cm_suite.core.fetch_types import HostTurns, Robots, RobotsCache
from cm_suite.core.guard import Guard
from cm_suite.core.store import answering, connection

logger = logging.getLogger(__name__)

BUSY_SECONDS: Final = 1.0  # when to ask again for a host that another worker is reading
RESTING: Final = "rest"

# A token becomes the rest of its host, unless the turn was lost meanwhile. ARGV: token, pause in ms.
_GIVE_BACK: Final = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if tonumber(ARGV[2]) > 0 then redis.call('SET', KEYS[1], 'rest', 'PX', ARGV[2])
else redis.call('DEL', KEYS[1]) end
return 1
"""


class LocalTurns:
    """`HostTurns` within one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: dict[str, tuple[str, float]] = {}

    def take(self, host: str, seconds: float) -> str | None:
        """A token when the host is free; the host is free again by itself after `seconds`."""
        now = time.monotonic()
        with self._lock:
            if self._taken.get(host, ("", 0.0))[1] > now:
                return None
            self._taken = {name: held for name, held in self._taken.items() if held[1] > now}
            token = uuid.uuid4().hex
            self._taken[host] = (token, now + seconds)
        return token

    def give_back(self, host: str, token: str, pause: float) -> None:
        """End one's turn; the host rests for `pause` seconds."""
        with self._lock:
            if self._taken.get(host, ("", 0.0))[0] == token:
                self._taken[host] = (RESTING, time.monotonic() + pause)

    def wait(self, host: str) -> float:
        """In how many seconds it is worth asking again."""
        with self._lock:
            token, until = self._taken.get(host, ("", 0.0))
        left = max(0.0, until - time.monotonic())
        return left if token == RESTING else min(left, BUSY_SECONDS)


class SharedTurns:
    """`HostTurns` in Redis; the turns of a process of its own while Redis is away."""

    def __init__(self, connection: Redis, spare: HostTurns) -> None:
        self._redis = connection
        self._spare = spare

    def take(self, host: str, seconds: float) -> str | None:
        """A token when the host is free; the host is free again by itself after `seconds`."""
        token = uuid.uuid4().hex
        try:
            with answering(self._redis):
                taken = self._redis.set(_turn_key(host), token, nx=True, px=max(1, int(seconds * 1000)))
        except RedisError as error:
            _note(error)
            return self._spare.take(host, seconds)
        return token if taken else None

    def give_back(self, host: str, token: str, pause: float) -> None:
        """End one's turn; the host rests for `pause` seconds."""
        self._spare.give_back(host, token, pause)
        try:
            with answering(self._redis):
                self._redis.eval(_GIVE_BACK, 1, _turn_key(host), token, str(int(pause * 1000)))
        except RedisError as error:
            _note(error)

    def wait(self, host: str) -> float:
        """In how many seconds it is worth asking again."""
        key = _turn_key(host)
        try:
            with answering(self._redis):
                held, left = self._redis.get(key), self._redis.pttl(key)
        except RedisError as error:
            _note(error)
            return self._spare.wait(host)
        seconds = max(0.0, int(str(left)) / 1000)
        return seconds if held == RESTING.encode() else min(seconds, BUSY_SECONDS)


class LocalRobots:
    """`RobotsCache` within one process; it keeps at most `room` and forgets the oldest."""

    def __init__(self, room: int = 500) -> None:
        self._room = room
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[Robots, float]] = OrderedDict()

    def get(self, origin: str) -> Robots | None:
        """What was kept, or None."""
        with self._lock:
            robots, until = self._kept.get(origin, (None, 0.0))
        return robots if until > time.monotonic() else None

    def keep(self, origin: str, robots: Robots, seconds: float) -> None:
        """Keep it for so long."""
        with self._lock:
            self._kept.pop(origin, None)
            self._kept[origin] = (robots, time.monotonic() + seconds)
            while len(self._kept) > self._room:
                self._kept.popitem(last=False)


class SharedRobots:
    """`RobotsCache` in Redis; that of the process while Redis is away."""

    def __init__(self, connection: Redis, spare: RobotsCache) -> None:
        self._redis = connection
        self._spare = spare

    def get(self, origin: str) -> Robots | None:
        """What was kept, or None."""
        try:
            with answering(self._redis):
                raw = self._redis.get(_robots_key(origin))
        except RedisError as error:
            _note(error)
            return self._spare.get(origin)
        return Robots(**json.loads(raw)) if isinstance(raw, bytes | str) else None

    def keep(self, origin: str, robots: Robots, seconds: float) -> None:
        """Keep it for so long."""
        raw = json.dumps({"text": robots.text, "reachable": robots.reachable})
        try:
            with answering(self._redis):
                self._redis.set(_robots_key(origin), raw, px=max(1, int(seconds * 1000)))
        except RedisError as error:
            _note(error)
            self._spare.keep(origin, robots, seconds)


_local_turns: Final = LocalTurns()
_local_robots: Final = LocalRobots()


def turns() -> HostTurns:
    """The turns that all workers of this installation share."""
    return SharedTurns(connection(), _local_turns)


def robots() -> RobotsCache:
    """The robots.txt files that all workers of this installation share."""
    return SharedRobots(connection(), _local_robots)


def web() -> Fetcher:
    """This installation's way to read the open web; sites see the product's name and where to reach us."""
    return Fetcher(
        Guard(settings.CM_ALLOWED_HOSTS),
        turns=turns(),
        robots=robots(),
        user_agent=f"cm_suite/1 (+{settings.PUBLIC_URL})",
    )


def _turn_key(host: str) -> str:
    return f"cm:turn:{keyed_hash(host)}"


def _robots_key(origin: str) -> str:
    return f"cm:robots:{keyed_hash(origin)}"


def _note(error: RedisError) -> None:
    logger.warning("no shared turns for now: %s", type(error).__name__)
