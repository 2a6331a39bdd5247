"""One turn of each periodic job after another, by one process at a time however many are started."""

import logging
import time
from datetime import UTC, datetime

import redis
from django.utils.module_loading import import_string
from redis import Redis
from redis.lock import Lock
from rq.cron import CronJob, CronScheduler
from rq.queue import Queue

from cm_suite.schedule import PERIODIC, Periodic

logger = logging.getLogger(__name__)

LOCK_NAME = "cm:cron:leader"
LOCK_SECONDS = 30
WAIT_SECONDS = 2.0
FAILURE_SECONDS = 86_400


class LeadLostError(Exception):
    """Another process leads now, or Redis forgot us: this one must stop ringing."""


def try_to_lead(connection: Redis, *, seconds: float = LOCK_SECONDS) -> Lock | None:
    """The lead for `seconds`, to be renewed; None while another has it or Redis is away."""
    lock: Lock = connection.lock(LOCK_NAME, timeout=seconds, thread_local=False)
    try:
        return lock if lock.acquire(blocking=False) else None
    except redis.ConnectionError as failure:
        logger.warning("Redis is away, waiting: %s", failure)
        return None


class Turn(CronJob):
    """A periodic job of which at most one turn waits in its queue."""

    def waiting(self, connection: Redis) -> bool:
        """True while the last turn has not been taken by a worker."""
        last = self.get_job_ids(connection, 0, 0)
        key = Queue(self.queue_name, connection=connection).key
        return bool(last) and connection.lpos(key, last[0]) is not None

    def recall(self, connection: Redis) -> None:
        """Take up the rhythm where the leader before left it, so that a restart does not run everything."""
        newest = connection.zrange(self.job_history_key, 0, 0, desc=True, withscores=True)
        if newest:
            self.set_enqueue_time(datetime.fromtimestamp(float(newest[0][1]), tz=UTC))


class HouseCron(CronScheduler):
    """RQ's scheduler with a leader's lock: renewed at every round, given back on a clean stop."""

    def __init__(self, connection: Redis, lock: Lock) -> None:
        super().__init__(connection=connection)
        self.lock = lock

    def add(self, row: Periodic) -> Turn:
        """Register one line of the schedule. A job that cannot be imported raises ImportError here."""
        turn = Turn(
            queue_name=row.queue,
            func=import_string(row.job),
            interval=row.seconds,
            job_timeout=row.timeout,
            result_ttl=0,
            failure_ttl=FAILURE_SECONDS,
            name=row.job,
        )
        turn.recall(self.connection)
        self._cron_jobs.append(turn)
        return turn

    def enqueue_jobs(self) -> list[CronJob]:
        """Ring for what is due. A turn still waiting counts as rung."""
        now = datetime.now(UTC)
        rung: list[CronJob] = []
        for turn in self._cron_jobs:
            if not turn.should_run():
                continue
            if not (isinstance(turn, Turn) and turn.waiting(self.connection)):
                turn.enqueue(self.connection)
                rung.append(turn)
            turn.set_enqueue_time(now)
        return rung

    def heartbeat(self) -> None:
        """Show life and renew the lead, at every round. Raises LeadLostError."""
        super().heartbeat()
        try:
            self.lock.reacquire()
        except redis.exceptions.LockError as failure:
            raise LeadLostError from failure

    def start(self) -> None:
        """Ring until stopped. Raises LeadLostError, or redis.ConnectionError when Redis drops."""
        try:
            super().start()  # type: ignore[no-untyped-call]  # RQ annotates the rest of this class
        finally:
            self._give_back()

    def _give_back(self) -> None:
        try:
            self.lock.release()
        except (redis.exceptions.LockError, redis.ConnectionError) as failure:
            logger.info("The lead was gone already: %s", failure)


def lead(connection: Redis) -> None:
    """Become the leader, then ring until stopped."""
    while (lock := try_to_lead(connection)) is None:
        time.sleep(WAIT_SECONDS)
    cron = HouseCron(connection, lock)
    for row in PERIODIC:
        cron.add(row)
    cron.start()
