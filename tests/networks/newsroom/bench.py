"""The newsroom under test, on a store in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from cm_suite.core.errors import Outcome
from pages.networks.newsroom.client import NewsroomClient
from pages.networks.types import CommentPresence
from tests.networks.bench import Bench, Opens
from tests.networks.memory_store import MemoryStore


@contextmanager
def newsroom(store: MemoryStore | None = None) -> Iterator[Bench]:
    """The newsroom on a store in memory."""
    store = store or MemoryStore()

    def plan(fault: str) -> Callable[[], None]:
        return lambda: setattr(store, "fault", fault)

    yield Bench(
        lambda: NewsroomClient(store),
        {"before": (plan("before"), Outcome.LATER), "after": (plan("after"), Outcome.UNKNOWN)},
        lambda: len(store.posts) + len(store.replies),
        store.hear,
        store.withdraw,
        alts=store.alts,
        pending=lambda text, to: store.hear(text, to, CommentPresence.PENDING),
    )


BENCHES: Final[dict[str, tuple[str, Opens]]] = {"newsroom": ("newsroom", newsroom)}
