"""Fixtures of reputation: a small web, nobody who waits between two pages of it, workers of their own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as configured
from django.db import connection
from pytest_django import Settings

from cm_suite.core import fetch, pace_hosts
from tests.people import Cast, make_cast
from tests.reputation.web import Web


@pytest.fixture
def web(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A web on loopback that audits may read; its hosts need no rest and nothing is known of them."""
    monkeypatch.setattr(fetch, "PAUSE", 0.0)
    monkeypatch.setattr(pace_hosts, "_local_robots", pace_hosts.LocalRobots())
    monkeypatch.setattr(pace_hosts, "_local_turns", pace_hosts.LocalTurns())
    with Web() as running:
        settings.CM_ALLOWED_HOSTS = running.pairs
        yield running


@pytest.fixture
def crowd(transactional_db: None) -> Cast:
    """The cast in a database that threads and other processes see."""
    return make_cast()


class Child:
    """A process of ours: `run_audit` with its arguments; what it printed once it has ended."""

    def __init__(self, environ: dict[str, str], folder: Path, *arguments: str) -> None:
        argv = [sys.executable, str(configured.BASE_DIR / "manage.py"), "run_audit", *arguments]
        self._out, self._err = folder / "out", folder / "err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._process = subprocess.Popen(argv, env=environ, stdout=out, stderr=err)
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """How it ended, None while it runs."""
        return self._process.poll()

    def wait(self, seconds: float = 60) -> int:
        """How it ended, once it has."""
        return self._process.wait(seconds)

    def interrupt(self) -> None:
        """Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def end(self) -> None:
        """Kill it, unless it has ended."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(10)

    @property
    def most_memory(self) -> int:
        """The most it ever held, in megabytes; 0 where the system does not say, or once it has ended."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return 0
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found[1]) // 1024 if found else 0

    @property
    def said(self) -> str:
        """What it wrote to its output."""
        return self._out.read_text()

    @property
    def told(self) -> str:
        """What it wrote to its errors."""
        return self._err.read_text()


@pytest.fixture
def worker(web: Web, tmp_path: Path, settings: Settings) -> Iterator[Callable[..., Child]]:
    """Start `run_audit` in a process of its own on the tests' database and the tests' Redis."""
    started: list[Child] = []

    def start(*arguments: str) -> Child:
        folder = tmp_path / str(len(started))
        folder.mkdir()
        environ = os.environ | {
            "DJANGO_SETTINGS_MODULE": "cm_suite.settings",
            "DATABASE_URL": _database_url(),
            "REDIS_URL": settings.REDIS_URL,
            "CM_VAR_DIR": str(folder),
            "CM_ALLOWED_HOSTS": ",".join(f"{host}:{port}" for host, port in web.pairs),
        }
        started.append(Child(environ, folder, *arguments))
        return started[-1]

    yield start
    for each in started:
        each.end()


def _database_url() -> str:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
