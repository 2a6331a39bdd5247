"""What all workers share through Redis: how long a network asked to wait, and limits on repeated acts.

Redis is a help, not a truth: when it is down, nobody waits, and what must be limited all the same
is counted by each process for itself (`Spare`).
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Final

from redis import Redis
from redis.exceptions import RedisError

from cm_suite.core import clock
from cm_suite.core.crypto import keyed_hash
from cm_suite.core.store import answering, connection

logger = logging.getLogger(__name__)

# Keeps the later of two instants (milliseconds since 1970), until that instant has passed.
_KEEP_LATER: Final = """
local known = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) > known then redis.call('SET', KEYS[1], ARGV[1], 'PXAT', ARGV[1]) end
"""
_COUNT: Final = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count
"""


class RedisPace:
    """`core.http.Pace` in Redis: an account that a network slowed down is slowed for every worker."""

    def __init__(self, connection: Redis) -> None:
        self._redis = connection

    def blocked_until(self, account: str) -> datetime | None:
        """Until when (UTC) this account waits; None when it need not, or when Redis is down."""
        try:
            with answering(self._redis):
                raw = self._redis.get(_pace_key(account))
        except RedisError as error:
            _note(error)
            return None
        return datetime.fromtimestamp(int(raw) / 1000, UTC) if isinstance(raw, bytes | str) else None

    def block(self, account: str, until: datetime) -> None:
        """Make the account wait until then, unless it already waits for longer."""
        if until <= clock.now():
            return
        try:
            with answering(self._redis):
                self._redis.eval(_KEEP_LATER, 1, _pace_key(account), str(int(until.timestamp() * 1000)))
        except RedisError as error:
            _note(error)


class Limiter:
    """Counts repeated acts: sign-in attempts, subscriptions."""

    def __init__(self, connection: Redis) -> None:
        self._redis = connection

    def hit(self, key: str, limit: int, seconds: float) -> bool:
        """Count one act; True while there were at most `limit` in a window of `seconds`.

        The window opens with its first act. The key is stored as a keyed hash: it may hold an address.
        """
        count = self.count(key, seconds)
        return count is None or count <= limit

    def count(self, key: str, seconds: float) -> int | None:
        """Count one act; how many there were in the window with it, or None when Redis is down."""
        try:
            with answering(self._redis):
                count = self._redis.eval(_COUNT, 1, f"cm:limit:{keyed_hash(key)}", str(int(seconds * 1000)))
        except RedisError as error:
            _note(error)
            return None
        return int(str(count))


class Spare:
    """Counts failures in this process alone: what is left of a limit while Redis is away.

    It knows at most `room` keys and forgets the oldest; keys are given hashed.
    """

    def __init__(self, room: int = 10_000) -> None:
        self._room = room
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[int, datetime, bool]] = OrderedDict()

    def fail(self, key: str, limit: int, wait: timedelta) -> None:
        """Count one failure; the one that reaches `limit` within `wait` shuts the key for `wait`."""
        now = clock.now()
        with self._lock:
            count, until, _shut = self._known.pop(key, (0, now, False))
            if until <= now:
                count, until = 0, now + wait
            shut = count + 1 >= limit
            self._known[key] = (count + 1, now + wait if shut else until, shut)
            while len(self._known) > self._room:
                self._known.popitem(last=False)

    def blocked_until(self, key: str) -> datetime | None:
        """Until when (UTC) the key is shut; None when it is open."""
        now = clock.now()
        _count, until, shut = self._known.get(key, (0, now, False))
        return until if shut and until > now else None

    def forget(self) -> None:
        """Start from nothing."""
        with self._lock:
            self._known.clear()


def pace() -> RedisPace:
    """The pace that all workers of this installation share."""
    return RedisPace(connection())


def hit(key: str, limit: int, seconds: float) -> bool:
    """`Limiter.hit` on this installation's Redis."""
    return Limiter(connection()).hit(key, limit, seconds)


def count(key: str, seconds: float) -> int | None:
    """`Limiter.count` on this installation's Redis."""
    return Limiter(connection()).count(key, seconds)


def _pace_key(account: str) -> str:
    """The account as a keyed hash: a door's name may hold an address."""
    return f"cm:pace:{keyed_hash(account)}"


def _note(error: RedisError) -> None:
    logger.warning("no shared pace for now: %s", type(error).__name__)
