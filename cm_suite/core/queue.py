"""The doorbell: tells a worker, after the commit, that there is work. The database remains the truth."""

from __future__ import annotations

import logging
from functools import partial

import django_rq
from django.conf import settings
from django.db import transaction
from redis.exceptions import RedisError

from cm_suite.core.store import answering, connection

logger = logging.getLogger(__name__)


def enqueue(job: str, *ids: int) -> None:
    """Queue a job, by its dotted path, once the current transaction has committed.

    It goes to the queue named after the path's first component (`default` if there is none), with the
    time limit that CM_JOB_TIMEOUTS gives it, else the queue's. A Redis that is down is logged, never raised:
    the sweepers find the row later.
    """
    transaction.on_commit(partial(_ring, job, ids), robust=True)


def _ring(job: str, ids: tuple[int, ...]) -> None:
    name = job.partition(".")[0]
    limit = settings.CM_JOB_TIMEOUTS.get(job)
    bell = connection()
    try:
        with answering(bell):
            queue = django_rq.get_queue(
                name if name in settings.RQ_QUEUES else "default", connection=bell, commit_mode="auto"
            )
            queue.enqueue_call(job, args=ids, timeout=limit)
    except (RedisError, OSError) as error:
        logger.warning("%s waits for its sweeper: %s", job, type(error).__name__)
