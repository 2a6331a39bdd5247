"""This process's way to Redis, which may be down or, worse, hang: it costs people half a second at most.

After one failure Redis is left alone for PAUSE_SECONDS; meanwhile every use fails at once, and its caller
does what it does without Redis. The queue workers have connections of their own and know nothing of this.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Unreachable
from redis.exceptions import TimeoutError as Silent
from redis.retry import Retry

CONNECT_SECONDS: Final = 0.5
ANSWER_SECONDS: Final = 0.5
PAUSE_SECONDS: Final = 5.0

# When each pool of connections failed last, on the monotonic clock; those that answer are not here.
_failed: WeakKeyDictionary[Any, float] = WeakKeyDictionary()


def connection() -> Redis:
    """This process's connections to Redis; one that is down is noticed at once, not after many tries."""
    return _connection(settings.RQ_QUEUES["default"]["URL"])


@lru_cache(maxsize=4)
def _connection(url: str) -> Redis:
    """One more try without waiting: a connection kept from before Redis restarted is not a fault.

    What did not answer in time is not asked again.
    """
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1, supported_errors=(Unreachable,)),
    )


@contextmanager
def answering(store: Redis) -> Iterator[None]:
    """Use Redis inside. Raises redis' ConnectionError at once when it failed a moment ago.

    Once the pause is over, the first use tries again while the others go on without.
    """
    pool, now = store.connection_pool, time.monotonic()
    failed = _failed.get(pool)
    if failed is not None:
        if 0 <= now - failed < PAUSE_SECONDS:
            raise Unreachable("Redis did not answer a moment ago")
        _failed[pool] = now
    try:
        yield
    except (Unreachable, Silent):
        _failed[pool] = time.monotonic()
        raise
    _failed.pop(pool, None)
