"""Several threads that take turns from one list, each with a database connection of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from threading import Lock, Thread

from django.db import close_old_connections, connections

from moderation.models import Watch

type Take = Callable[[Collection[int]], Watch | None]
type Work = Callable[[Watch], None]


class _List:
    """What is left to do: one claim at a time, and none twice."""

    def __init__(self, take: Take, stop_at: float) -> None:
        self._take = take
        self._stop_at = stop_at
        self._lock = Lock()
        self._seen: list[int] = []

    def next(self) -> Watch | None:
        """Claim the next one; None when nothing is due or time is up."""
        with self._lock:
            watch = self._take(self._seen) if time.monotonic() < self._stop_at else None
            if watch is not None:
                self._seen.append(watch.pk)
            return watch


def side_by_side(take: Take, work: Work, threads: int, seconds: float) -> None:
    """Work on watches, `threads` at once, until none is due or time is up. One thread means this one.

    `take` claims one watch, none of those named to it; `work` handles its own faults.
    """
    left = _List(take, time.monotonic() + seconds)
    if threads == 1:
        _run(left, work)
        return
    crew = [Thread(target=_apart, args=(left, work), name=f"listening-{n}") for n in range(threads)]
    for each in crew:
        each.start()
    for each in crew:
        each.join()


def _run(left: _List, work: Work) -> None:
    while (watch := left.next()) is not None:
        work(watch)


def _apart(left: _List, work: Work) -> None:
    """In a thread of its own, whose connection is closed with it."""
    try:
        close_old_connections()
        _run(left, work)
    finally:
        connections.close_all()
