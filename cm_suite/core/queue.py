"""The doorbell: tells a worker, after the commit, that there is work. The database remains the truth."""

from __future__ import annotations

import logging
from functools import lru_cache, partial
from typing import Final

import django_rq
from django.conf import settings
from django.db import transaction
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

CONNECT_SECONDS: Final = 1.0
ANSWER_SECONDS: Final = 2.0


def enqueue(job: str, *ids: int) -> None:
    """Queue a job, by its dotted path, once the current transaction has committed.

    It goes to the queue named after the path's first component (`default` if there is none), with the
    time limit of CM_JOB_TIMEOUTS if one is set. A Redis that is down is logged, never raised: the
    sweepers find the row later.
    """
    transaction.on_commit(partial(_ring, job, ids), robust=True)


def connection() -> Redis:
    """This process's connections to Redis; one that is down is noticed at once, not after many tries."""
    return _connection(settings.RQ_QUEUES["default"]["URL"])


@lru_cache(maxsize=4)
def _connection(url: str) -> Redis:
    """One more try without waiting: a connection kept from before Redis restarted is not a fault."""
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )


def _ring(job: str, ids: tuple[int, ...]) -> None:
    name = job.partition(".")[0]
    timeouts = getattr(settings, "CM_JOB_TIMEOUTS", {})
    try:
        queue = django_rq.get_queue(
            name if name in settings.RQ_QUEUES else "default", connection=connection(), commit_mode="auto"
        )
        queue.enqueue_call(job, args=ids, timeout=timeouts.get(job))
    except (RedisError, OSError) as error:
        logger.warning("%s waits for its sweeper: %s", job, type(error).__name__)
