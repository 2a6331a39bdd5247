"""A small installation for one benchmark: its own database, Valkey, network and workers, gone after it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import urlopen

import environ
import redis
from django.conf import settings
from django.db import connections
from rq import Queue

from cm_suite.ops import postgres, processes, valkey
from cm_suite.ops.supervise import worker_command

ALIAS: Final = "bench"
WORKER: Final = worker_command("publishing")
NETWORK: Final = "cm_suite.ops.bench.fake_network"
PATIENCE: Final = 60.0


class NotReadyError(RuntimeError):
    """A part of the installation did not start in time."""


@dataclass(frozen=True, slots=True)
class NetworkState:
    """How often each text was accepted, and how many answers were dropped afterwards."""

    accepted: Mapping[str, int]
    dropped: int


@dataclass
class House:
    """A running installation. `environ` is what its processes see; the bench reads its database as ALIAS."""

    folder: Path
    environ: dict[str, str]
    origin: str
    redis_url: str
    valkey_argv: tuple[str, ...]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def launch(self, name: str, argv: tuple[str, ...]) -> subprocess.Popen[bytes]:
        """Start a program of the installation; it is ended with it."""
        child = processes.launch(
            argv, self.folder / f"{name}.log", cwd=settings.BASE_DIR, environ=self.environ
        )
        self.running.append(child)
        return child

    def manage(self, name: str, *args: str) -> subprocess.Popen[bytes]:
        """Start one of the management commands."""
        return self.launch(name, (sys.executable, str(settings.BASE_DIR / "manage.py"), *args))

    def start_valkey(self) -> subprocess.Popen[bytes]:
        """Start Valkey, again after a kill with what it had written."""
        return self.launch("valkey", self.valkey_argv)

    def ring(self, job: str, times: int = 1) -> None:
        """Ask for turns of a job. A Valkey that is away is left alone."""
        try:
            queue = Queue("publishing", connection=redis.Redis.from_url(self.redis_url))
            for _turn in range(times):
                queue.enqueue_call(job, timeout=180, result_ttl=0)
        except redis.RedisError:
            return

    def network_state(self) -> NetworkState:
        """What the network accepted so far, and how many answers it dropped."""
        with urlopen(f"{self.origin}/__state", timeout=10) as answer:  # noqa: S310 -- our own, on loopback
            found = json.load(answer)
        return NetworkState(found["accepted"], found["dropped"])


@contextmanager
def open_house(
    engine: str, shortened: Mapping[str, str], network: tuple[str, ...], *, module: str = NETWORK
) -> Iterator[House | None]:
    """An installation on "sqlite" or "postgresql", or None where PostgreSQL cannot run.

    `module`: the fake network, started with the options `network`.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cm-b-")))
        database_url = _database(stack, engine, folder)
        if database_url is None:
            yield None
            return
        argv, redis_url = valkey.configure(folder / "valkey")
        house = House(
            folder, _environ(folder, database_url, redis_url, shortened), "", redis_url, tuple(argv)
        )
        stack.callback(_close, house)
        house.start_valkey()
        _wait_for_valkey(redis_url)
        house.origin = _start_network(house, module, network)
        house.environ["CM_ALLOWED_HOSTS"] = urlsplit(house.origin).netloc
        _migrate(house)
        stack.enter_context(_reading(database_url))
        yield house


def say(text: str) -> None:
    """Tell the progress; standard output is the result's."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def children_of(pid: int) -> list[int]:
    """Ids of the processes that `pid` started itself."""
    rows = _ps("pid=,ppid=")
    return [child for child, parent in rows if parent == pid]


def resident_mb(pids: list[int]) -> float:
    """Resident memory of these processes together."""
    wanted = set(pids)
    return sum(kilobytes for pid, kilobytes in _ps("pid=,rss=") if pid in wanted) / 1024


def _ps(columns: str) -> list[tuple[int, int]]:
    """Two numbers of every process."""
    listed = subprocess.run(  # noqa: S603 -- a command of ours, no shell
        ["/bin/ps", "-axo", columns], capture_output=True, text=True, check=True
    )
    pairs = (line.split() for line in listed.stdout.splitlines())
    return [(int(first), int(second)) for first, second in pairs]


def _database(stack: ExitStack, engine: str, folder: Path) -> str | None:
    if engine == "sqlite":
        return f"sqlite:///{folder / 'bench.sqlite3'}"
    return stack.enter_context(postgres.server(folder / "postgres.log"))


def _environ(folder: Path, database_url: str, redis_url: str, shortened: Mapping[str, str]) -> dict[str, str]:
    """What the processes see: the keys of this installation, so that both read the same fields."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "cm_suite.settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "CM_FIELD_KEYS": ",".join(settings.CM_FIELD_KEYS),
        "CM_HASH_KEY": settings.CM_HASH_KEY,
        "CM_SIGNING_KEY": settings.CM_SIGNING_KEY,
        "CM_VAR_DIR": str(folder),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "EMAIL_URL": "",
        **shortened,
    }


def _migrate(house: House) -> None:
    child = house.manage("migrate", "migrate", "--run-syncdb", "--verbosity", "0")
    if child.wait(PATIENCE * 3) != 0:
        raise NotReadyError(processes.tail(house.folder / "migrate.log"))


def _wait_for_valkey(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            redis.Redis.from_url(url).ping()
        except redis.RedisError:
            time.sleep(0.05)
        else:
            return
    raise NotReadyError("Valkey did not start")


def _start_network(house: House, module: str, options: tuple[str, ...]) -> str:
    """Start the fake network; its address."""
    house.launch("network", (sys.executable, "-m", module, *options))
    log = house.folder / "network.log"
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        said = log.read_text().strip()
        if said.startswith("http://"):
            return said.splitlines()[0]
        time.sleep(0.05)
    raise NotReadyError(processes.tail(log))


@contextmanager
def _reading(database_url: str) -> Iterator[None]:
    """Let this process read and seed the installation's database under ALIAS."""
    chosen: dict[str, Any] = environ.Env.db_url_config(database_url)
    if chosen["ENGINE"] == "django.db.backends.sqlite3":
        chosen["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20}
    connections.settings[ALIAS] = connections.configure_settings({"default": chosen})["default"]
    try:
        yield
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]


def _close(house: House) -> None:
    for child in reversed(house.running):
        processes.clear_session(child.pid, 5)
        child.wait()
