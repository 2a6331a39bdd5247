"""The worker of the house on a real Valkey: it finishes what it began, and comes back after a flush."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis
from rq.queue import Queue
from rq.worker import Worker

from cm_suite.ops import boot, processes
from cm_suite.ops.supervise import worker_command
from cm_suite.ops.workers import HouseWorker
from tests.ops.copies import environ

pytestmark = pytest.mark.slow  # the whole house, walked or run


@pytest.fixture
def bell(redis_url: str) -> Redis:
    """The emptied Valkey of this test."""
    return Redis.from_url(redis_url)


@pytest.fixture
def worker(redis_url: str, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The very command the supervisor keeps alive."""
    more = {"DJANGO_SETTINGS_MODULE": "tests.settings", "CM_VAR_DIR": str(tmp_path), "REDIS_URL": redis_url}
    child = subprocess.Popen(
        [sys.executable, "manage.py", *worker_command("publishing")],
        cwd=boot.ROOT,
        env=environ(**more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    yield child
    processes.clear_session(child.pid, 5)
    child.wait()


def soon(question: Callable[[], object], seconds: float = 20) -> bool:
    """True when the answer is yes within some seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if question():
            return True
        time.sleep(0.05)
    return False


def test_a_stopped_worker_lets_the_running_job_end(
    bell: Redis, worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    Queue("publishing", connection=bell).enqueue("tests.ops.jobs.slow", str(tmp_path), 1.5)
    assert soon((tmp_path / "begun").exists)
    os.kill(worker.pid, signal.SIGTERM)
    assert worker.wait(timeout=20) == 0
    assert (tmp_path / "ended").exists()


def test_a_worker_that_a_flush_forgot_is_known_again(
    bell: Redis, worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    assert soon(lambda: Worker.count(connection=bell) == 1)
    bell.flushall()
    assert Worker.count(connection=bell) == 0
    Queue("publishing", connection=bell).enqueue("tests.ops.jobs.slow", str(tmp_path), 0)
    assert soon((tmp_path / "ended").exists)
    assert soon(lambda: Worker.count(connection=bell) == 1)
    (again,) = Worker.all(connection=Redis.from_url(str(bell_url(bell))))
    assert again.queue_names() == ["publishing"]
    assert worker.poll() is None


def bell_url(bell: Redis) -> str:
    """Where a client is connected to."""
    found = bell.connection_pool.connection_kwargs
    return f"redis://{found['host']}:{found['port']}"


def test_a_silent_worker_is_missed_within_minutes(bell: Redis) -> None:
    worker = HouseWorker(["publishing"], connection=bell)
    assert worker.dequeue_timeout == 75
    worker.register_birth()  # type: ignore[no-untyped-call]  # RQ
    assert bell.ttl(worker.key) <= 150


def test_a_worker_starts_no_scheduler_of_rqs(bell: Redis) -> None:
    worker = HouseWorker(["publishing"], connection=bell)
    worker._start_scheduler()
    assert worker.scheduler is None
