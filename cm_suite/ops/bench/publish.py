"""How fast posts that are due at one instant go out, and how late the last ones are."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import timedelta
from random import Random
from subprocess import Popen
from typing import Any, Final

from cm_suite.core import clock
from cm_suite.ops.bench import deliveries
from cm_suite.ops.bench.house import WORKER, House, children_of, open_house, resident_mb, say

ENGINES: Final = ("sqlite", "postgresql")
LEAD: Final = 8.0  # seconds for the workers to start before the posts are due
RING: Final = 1.0
PATIENCE: Final = 300.0


def add_arguments(parser: ArgumentParser) -> None:
    """Sizes; the figures hold for a network that answers in 50 ms."""
    parser.add_argument("--due", type=int, default=400, help="posts due at one instant")
    parser.add_argument("--publishers", type=int, nargs="+", default=[1, 2, 4], help="worker processes")
    parser.add_argument("--engine", choices=ENGINES, nargs="+", default=list(ENGINES))


def run(options: Mapping[str, Any]) -> dict[str, Any]:
    """One run for each engine and number of publishers; PostgreSQL is left out where it cannot run."""
    runs = []
    for engine in options["engine"]:
        for publishers in options["publishers"]:
            found = _measure(engine, options["due"], publishers)
            if found is None:
                say(f"{engine}: not available here")
                break
            runs.append(found)
    return {"runs": runs}


def _measure(engine: str, due: int, publishers: int) -> dict[str, Any] | None:
    with open_house(engine, {"LOG_LEVEL": "WARNING"}, ("--latency-ms", "50")) as house:
        if house is None:
            return None
        workers = [house.manage(f"worker{number}", *WORKER) for number in range(publishers)]
        first = clock.now() + timedelta(seconds=LEAD)
        deliveries.seed(house.origin, due, first, timedelta(0), Random(due))  # noqa: S311 -- texts
        time.sleep(max(0.0, (first - clock.now()).total_seconds()))
        memory = _until_out(house, due, publishers, workers)
        return _result(house, engine, due, publishers, memory)


def _until_out(house: House, due: int, publishers: int, workers: list[Popen[bytes]]) -> float:
    """Ring until every post is out and known to be; the most memory the publishers took together, in MB."""
    memory, rung = 0.0, 0.0
    deadline = time.monotonic() + PATIENCE
    while deliveries.moving() and time.monotonic() < deadline:
        if time.monotonic() - rung >= RING:
            house.ring("publishing.jobs.publish_due", publishers)
            rung = time.monotonic()
        pids = [worker.pid for worker in workers]
        horses = [child for pid in pids for child in children_of(pid)]
        memory = max(memory, resident_mb(pids + horses))
        time.sleep(0.2)
    return memory


def _result(house: House, engine: str, due: int, publishers: int, memory: float) -> dict[str, Any]:
    late = deliveries.lateness()
    accepted = house.network_state().accepted
    p95 = late[max(0, round(len(late) * 0.95) - 1)] if late else None
    found = {
        "engine": engine,
        "due": due,
        "publishers": publishers,
        "posts_per_s": round(len(late) / late[-1], 1) if late else 0.0,
        "lateness_p95_s": round(p95, 2) if p95 is not None else None,
        "doubled": deliveries.doubled(accepted),
        "lost": deliveries.lost(accepted),
        "rss_mb": round(memory),
    }
    say(str(found))
    return found
