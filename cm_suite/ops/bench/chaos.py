"""What is doubled or lost when the publisher, its worker and Valkey are killed while answers are dropped.

The network honours no Idempotency-Key here, which is the stricter case. Everything that is killed is
started again, as the supervisor would.
"""

from __future__ import annotations

import os
import secrets
import signal
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from subprocess import Popen
from typing import Any, Final

from cm_suite.core import clock
from cm_suite.ops.bench import deliveries
from cm_suite.ops.bench.house import WORKER, House, children_of, open_house, say

WORKERS: Final = 3
SHORTENED: Final = {"CM_SEND_LEASE": "6", "CM_BACKOFF": "1"}
DROPPED: Final = "0.1"
VICTIMS: Final = ("publisher", "publisher", "publisher", "worker", "worker with publisher", "valkey")
LEAD: Final = 6.0
PATIENCE: Final = 420.0
BEAT: Final = 0.05


def add_arguments(parser: ArgumentParser) -> None:
    """Sizes, and the seed that the points of the kills are drawn from."""
    parser.add_argument("--deliveries", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=100.0, help="over which the posts are due")
    parser.add_argument("--seed", type=int, default=None, help="drawn, and printed, when not given")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")


def run(options: Mapping[str, Any]) -> dict[str, Any]:
    """One run; it ends when every delivery has come to rest."""
    seed = options["seed"] if options["seed"] is not None else secrets.randbelow(1_000_000)
    say(f"seed {seed}")
    draw = Random(seed)  # noqa: S311 -- points of kills, not secrets
    network = ("--latency-ms", "50", "--drop-ratio", DROPPED, "--seed", str(seed), "--no-idempotency")
    with open_house(options["engine"], SHORTENED, network) as house:
        if house is None:
            return {"error": f"{options['engine']} is not available here", "seed": seed}
        storm = Storm(house, draw)
        spread = timedelta(seconds=options["seconds"])
        first = clock.now() + timedelta(seconds=LEAD)
        deliveries.seed(house.origin, options["deliveries"], first, spread, draw)
        storm.rage(options["kills"], LEAD, options["seconds"])
        storm.wait()
        return _result(house, storm, options, seed)


@dataclass
class Storm:
    """The programs that are killed and started again."""

    house: House
    draw: Random
    programs: dict[str, Popen[bytes]] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.programs["valkey"] = self.house.running[0]
        self.mend()

    def rage(self, kills: int, lead: float, seconds: float) -> None:
        """Kill at points drawn over `seconds`, each time something that is at work."""
        began = time.monotonic() + lead
        points = sorted(self.draw.uniform(0, seconds) for _kill in range(kills))
        for point in points:
            victim = self.draw.choice(VICTIMS)
            delay = self.draw.uniform(0, 0.2)
            while time.monotonic() < began + point:
                self.mend()
                time.sleep(BEAT)
            self.kill(victim, delay)

    def kill(self, victim: str, delay: float) -> None:
        """Kill one victim by -9. A publisher is waited for, then killed `delay` seconds into its turn."""
        if victim == "valkey":
            pids = [self.programs["valkey"].pid]
        else:
            worker, publisher = self._at_work()
            time.sleep(delay)
            chosen = {
                "publisher": [publisher],
                "worker": [worker],
                "worker with publisher": [worker, publisher],
            }
            pids = chosen[victim]
        for pid in pids:
            _kill(pid)
        self.killed[victim] += 1
        say(f"killed {victim}")
        self.mend()

    def mend(self) -> None:
        """Start again what has died, as the supervisor does."""
        self._keep("valkey", ())
        for number in range(WORKERS):
            self._keep(f"worker{number}", WORKER)
        self._keep("cron", ("cron",))

    def wait(self) -> None:
        """Wait until every delivery has come to rest."""
        deadline = time.monotonic() + PATIENCE
        while (left := deliveries.moving()) and time.monotonic() < deadline:
            self.mend()
            time.sleep(1)
        if left:
            say(f"{left} deliveries have not come to rest")

    def _keep(self, name: str, command: tuple[str, ...]) -> None:
        program = self.programs.get(name)
        if program is not None and program.poll() is None:
            return
        start = self.house.start_valkey if name == "valkey" else None
        self.programs[name] = start() if start else self.house.manage(name, *command)

    def _at_work(self) -> tuple[int, int]:
        """A worker and the publisher it runs; waits until there is one."""
        while True:
            self.mend()
            workers = [self.programs[f"worker{number}"].pid for number in range(WORKERS)]
            self.draw.shuffle(workers)
            for worker in workers:
                for publisher in children_of(worker):
                    return worker, publisher
            time.sleep(BEAT)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _result(house: House, storm: Storm, options: Mapping[str, Any], seed: int) -> dict[str, Any]:
    network = house.network_state()
    accepted = network.accepted
    found = deliveries.outcomes()
    return {
        "deliveries": options["deliveries"],
        "kills": storm.killed.total(),
        "killed": dict(storm.killed),
        "doubled": deliveries.doubled(accepted),
        "lost": deliveries.lost(accepted),
        "unnoticed": deliveries.unnoticed(accepted),
        "needs_person": found.get("needs_person", 0),
        "outcomes": dict(found),
        "sends": deliveries.sends(),
        "answers_dropped": network.dropped,
        "went_unknown": deliveries.went_unknown(),
        "idempotency_honoured": False,
        "engine": options["engine"],
        "seed": seed,
    }
