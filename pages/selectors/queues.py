"""What waits in the queues, for those who run the installation."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.conf import settings
from redis.exceptions import RedisError
from rq.queue import Queue

from cm_suite.core.store import answering, connection

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """How many jobs of one queue wait, run, wait for their hour, or ended in a fault."""

    name: str
    waiting: int
    started: int
    scheduled: int
    failed: int


def queue_figures() -> list[QueueFigures] | None:
    """The figures of every queue; None when Redis does not answer."""
    bell = connection()
    try:
        with answering(bell):
            return [_figures(Queue(name, connection=bell)) for name in settings.RQ_QUEUES]
    except (RedisError, OSError) as error:
        logger.warning("no figures of the queues: %s", type(error).__name__)
        return None


def _figures(queue: Queue) -> QueueFigures:
    return QueueFigures(
        name=queue.name,
        waiting=queue.count,
        started=queue.started_job_registry.count,
        scheduled=queue.scheduled_job_registry.count,
        failed=queue.failed_job_registry.count,
    )
