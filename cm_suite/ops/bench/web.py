"""What reading the open web costs, and whether everything that goes wrong is called by its name."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from django.conf import settings

from cm_suite.core.errors import OutcomeError
from cm_suite.core.fetch import Fetcher
from cm_suite.core.guard import Guard
from cm_suite.core.pace_hosts import LocalRobots, LocalTurns
from cm_suite.ops.bench.fake_web import FAULTS

DEADLINE: Final = 2.0  # seconds for a page: the faults that hang take all of it
HANDS: Final = 8


@dataclass(frozen=True, slots=True)
class WebFigures:
    """CPU for a page in ms, its robots.txt included; how many faults were called by their name."""

    cpu_ms: float
    named: int
    faults: int
    wrong: tuple[str, ...]


def measure(page: bytes, pages: int) -> WebFigures:
    """Read `page` from so many hosts, then every fault. Raises OutcomeError when a good page is not read."""
    with _web(page) as port:
        names = [f"h{number}.localhost" for number in range(pages)]
        reader = _reader({*names, *(f"{name}.localhost" for name in FAULTS)}, port)
        began = time.process_time()
        for name in names:
            reader.get(f"http://{name}:{port}/")
        spent = time.process_time() - began
        with ThreadPoolExecutor(HANDS) as hands:
            codes = dict(zip(FAULTS, hands.map(partial(_code, reader, port), FAULTS), strict=True))
    wrong = tuple(f"{name}: {code}" for name, code in codes.items() if code != FAULTS[name][1])
    return WebFigures(spent * 1000 / pages, len(FAULTS) - len(wrong), len(FAULTS), wrong)


def _reader(names: set[str], port: int) -> Fetcher:
    allowed = Guard(frozenset((name, port) for name in names))
    agent = "cm_suite/1 (+http://localhost)"
    return Fetcher(allowed, turns=LocalTurns(), robots=LocalRobots(), user_agent=agent, deadline=DEADLINE)


def _code(reader: Fetcher, port: int, name: str) -> str:
    """The code a fault is given; empty when it passed for a page."""
    try:
        reader.get(f"http://{name}.localhost:{port}/{name}")
    except OutcomeError as error:
        return error.code
    return ""


@contextmanager
def _web(page: bytes) -> Iterator[int]:
    """The small web in a process of its own, so that its work is not counted as ours."""
    with tempfile.TemporaryDirectory(prefix="cm-web-") as folder:
        (Path(folder) / "page.html").write_bytes(page)
        argv = [sys.executable, "-m", "cm_suite.ops.bench.fake_web", str(Path(folder) / "page.html")]
        child = subprocess.Popen(argv, stdout=subprocess.PIPE, cwd=settings.BASE_DIR)  # noqa: S603 -- ours
        try:
            assert child.stdout is not None  # noqa: S101 -- as asked for
            yield int(child.stdout.readline())
        finally:
            child.kill()
            child.wait()
