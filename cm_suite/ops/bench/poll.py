"""How long it takes to hear what people wrote on many pages, and how many ask one account at once."""

from __future__ import annotations

import json
import os
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass
from subprocess import Popen
from typing import Any, Final
from urllib.request import urlopen

from cm_suite.ops.bench.house import ALIAS, WORKER, House, children_of, open_house, resident_mb, say
from moderation.models import Comment, Watch
from pages.models import Brand, Credential, Page

ENGINES: Final = ("sqlite", "postgresql")
NETWORK: Final = "cm_suite.ops.bench.fake_listening"
LATENCY_MS: Final = 50
STARTS: Final = 6.0  # seconds for the worker to start before it is rung for
PATIENCE: Final = 300.0


def add_arguments(parser: ArgumentParser) -> None:
    """Sizes; the figures hold for a network that answers in 50 ms."""
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--comments", type=int, default=20, help="new comments on each page")
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")


def run(options: Mapping[str, Any]) -> dict[str, Any]:
    """One turn of the poller over all pages. Empty where PostgreSQL was asked for and cannot run."""
    pages, comments = options["pages"], options["comments"]
    asked = ("--pages", str(pages), "--comments", str(comments), "--latency-ms", str(LATENCY_MS))
    with open_house(options["engine"], {"LOG_LEVEL": "WARNING"}, asked, module=NETWORK) as house:
        if house is None:
            say(f"{options['engine']}: not available here")
            return {}
        worker = house.manage("worker", *WORKER)
        _seed(house.origin, pages)
        time.sleep(STARTS)
        seconds, memory = _until_heard(house, worker, pages * comments)
        return _result(house, options, seconds, memory)


def _seed(origin: str, count: int) -> None:
    brand = Brand.objects.using(ALIAS).create(name="Bench", slug="bench")
    pages = Page.objects.using(ALIAS).bulk_create(
        Page(brand=brand, network="mastodon", host=origin, remote_id=str(number), name=f"Account {number}")
        for number in range(1, count + 1)
    )
    Credential.objects.using(ALIAS).bulk_create(Credential(page=page, token=page.remote_id) for page in pages)


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory in MB: of the process that polls, and of it with the worker that started it."""

    poller: float = 0.0
    both: float = 0.0

    def at_most(self, worker: int) -> Memory:
        """With what they take now, where that is more."""
        polling = children_of(worker)
        poller = max((resident_mb([pid]) for pid in polling), default=0.0)
        return Memory(max(self.poller, poller), max(self.both, resident_mb([worker, *polling])))


def _until_heard(house: House, worker: Popen[bytes], wanted: int) -> tuple[float, Memory]:
    """Ring once and wait until all is stored and every kind was read: seconds, and the most memory."""
    began = time.monotonic()
    house.ring("moderation.jobs.poll_comments")
    memory = Memory()
    while time.monotonic() - began < PATIENCE and not _heard(wanted):
        memory = memory.at_most(worker.pid)
        time.sleep(0.5)
    return time.monotonic() - began, memory


def _heard(wanted: int) -> bool:
    if Comment.objects.using(ALIAS).count() < wanted:
        return False
    return not Watch.objects.using(ALIAS).filter(polled_at=None).exists()


def _result(house: House, options: Mapping[str, Any], seconds: float, memory: Memory) -> dict[str, Any]:
    with urlopen(f"{house.origin}/__state", timeout=10) as answer:  # noqa: S310 -- our own, on loopback
        said = json.load(answer)
    stored = Comment.objects.using(ALIAS)
    found = {
        "set": "fake Mastodon, 50 ms",
        "engine": options["engine"],
        "pages": options["pages"],
        "comments": options["pages"] * options["comments"],
        "seconds": round(seconds, 1),
        "most_in_flight_per_account": said["most_in_flight"],
        "requests": said["served"],
        "rss_mb": round(memory.poller),
        "rss_with_worker_mb": round(memory.both),
        "n": stored.count(),
        "load": round(os.getloadavg()[0], 1),
    }
    say(str(found))
    return found
