"""The queue worker of the house."""

from typing import Any

from redis.client import Pipeline
from rq import worker_registration
from rq.worker import Worker

WORKER_SECONDS = 90  # without a sign of life, a worker counts as gone


class HouseWorker(Worker):
    """Forks for each job and comes back within 5 s when Redis does. Whatever the command says, its heartbeat
    shows at least every 75 s.

    It runs no scheduler of RQ's: the database holds what is due, and `manage.py cron` rings the bell.
    """

    max_connection_wait_time = 5.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["worker_ttl"] = WORKER_SECONDS
        super().__init__(*args, **kwargs)

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Also registers again: a Redis that was flushed has forgotten who works."""
        super().heartbeat(timeout, pipeline)
        if pipeline is not None or self.birth_date is None:
            return
        with self.connection.pipeline() as again:
            again.hset(self.key, mapping=self.serialize())
            worker_registration.register(self, again)
            again.execute()

    def _start_scheduler(self, *_args: object, **_kwargs: object) -> None:
        return
