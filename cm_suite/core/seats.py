"""How many jobs at once go on with one thing: as many as it has seats, however often it is rung for.

A job that rings for its own next turn hands its seat on, as a number; one that was rung for besides finds
no seat and ends. Redis is a help here, not a truth: while it is away everybody finds a seat, and a seat
that nobody gave up is free again by itself.
"""

from __future__ import annotations

import logging
import secrets
from typing import Final

from redis import Redis
from redis.exceptions import RedisError

from cm_suite.core.store import answering, connection

logger = logging.getLogger(__name__)

# Keeps the seat that is held, else takes a free one. ARGV: the number held (0: none), a new one, how long.
_SIT: Final = """
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('PEXPIRE', key, ARGV[3]) return ARGV[1] end
end
for _, key in ipairs(KEYS) do
  if redis.call('SET', key, ARGV[2], 'NX', 'PX', ARGV[3]) then return ARGV[2] end
end
return '0'
"""
_LEAVE: Final = """
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end
return 0
"""


class Seats:
    """The seats at one thing, `most` of them; each is free again `seconds` after it was taken or kept."""

    def __init__(self, connection: Redis, thing: str, most: int, seconds: float) -> None:
        self._redis = connection
        self._keys = [f"cm:seat:{thing}:{place}" for place in range(most)]
        self._milliseconds = str(max(1, int(seconds * 1000)))

    def sit(self, held: int = 0) -> int:
        """Keep the seat of this number, or take a free one: its number; 0 when all are taken."""
        new = secrets.randbits(62) | 1
        try:
            with answering(self._redis):
                found = self._redis.eval(
                    _SIT, len(self._keys), *self._keys, str(held), str(new), self._milliseconds
                )
        except RedisError as error:
            logger.warning("everybody has a seat for now: %s", type(error).__name__)
            return held or new
        return int(found if isinstance(found, bytes | str) else 0)

    def leave(self, held: int) -> None:
        """Give a seat up."""
        try:
            with answering(self._redis):
                self._redis.eval(_LEAVE, len(self._keys), *self._keys, str(held))
        except RedisError as error:
            logger.warning("a seat is left to itself: %s", type(error).__name__)


def seats(thing: str, most: int, seconds: float) -> Seats:
    """Seats that all workers of this installation share. `thing` is its name, with nothing secret in it."""
    return Seats(connection(), thing, most, seconds)
