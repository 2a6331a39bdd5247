"""Each network under test: its client, what breaks it, what it holds, and who speaks to it there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

from cm_suite.core.errors import Outcome
from cm_suite.ops.bench.fake_network import Fault
from pages.networks.newsroom.client import NewsroomClient
from tests.networks import fake_mastodon as fakes
from tests.networks.bench import Bench, Opens
from tests.networks.fake_mastodon import ACCOUNT, NADIA, Mastodon, running
from tests.networks.memory_store import MemoryStore


@contextmanager
def newsroom(store: MemoryStore | None = None) -> Iterator[Bench]:
    """The newsroom on a store in memory."""
    store = store or MemoryStore()

    def plan(fault: str) -> Callable[[], None]:
        return lambda: setattr(store, "fault", fault)

    yield Bench(
        NewsroomClient(store),
        {"before": (plan("before"), Outcome.LATER), "after": (plan("after"), Outcome.UNKNOWN)},
        lambda: len(store.posts) + len(store.replies),
        store.hear,
        store.withdraw,
    )


FAULTS: Final[dict[str, tuple[Fault, Outcome]]] = {
    "reset_before": (fakes.RESET_BEFORE, Outcome.UNKNOWN),
    "reset_after": (fakes.RESET_AFTER, Outcome.UNKNOWN),
    "silent_after": (fakes.SILENT_AFTER, Outcome.UNKNOWN),
    "500_before": (fakes.answer_before(500), Outcome.UNKNOWN),
    "502_after": (fakes.answer_after(502, "<html>Bad gateway</html>"), Outcome.UNKNOWN),
    "503_after": (fakes.answer_after(503), Outcome.UNKNOWN),
    "unreadable_after": (fakes.answer_after(200, "<html>ok</html>"), Outcome.UNKNOWN),
    "not_a_status_after": (fakes.answer_after(200, {"id": ""}), Outcome.UNKNOWN),
    "429": (fakes.answer_before(429), Outcome.LATER),
    "401": (fakes.answer_before(401), Outcome.NEVER),
    "403": (fakes.answer_before(403), Outcome.NEVER),
    "422": (fakes.answer_before(422), Outcome.NEVER),
}


@contextmanager
def mastodon(idempotent: bool = True) -> Iterator[Bench]:
    """A Mastodon server, with or without a memory for idempotency keys."""
    with running(Mastodon(idempotent=idempotent)) as server:

        def plan(fault: Fault) -> Callable[[], None]:
            return lambda: server.fail_next(fault)

        def hear(text: str, to: str) -> str:
            made: str = server.say(NADIA, f"@maison_lumen {text}", to)["id"]
            return made

        yield Bench(
            server.client(read_timeout=0.5),
            {name: (plan(fault), outcome) for name, (fault, outcome) in FAULTS.items()},
            lambda: len(server.of(ACCOUNT.id)),
            hear,
            lambda remote_id: server.take_down(server.everything()[remote_id]),
        )


def _discovered() -> dict[str, tuple[str, Opens]]:
    """The `BENCHES` of each folder beside this file that has a `bench.py`."""
    found: dict[str, tuple[str, Opens]] = {}
    for path in sorted(Path(__file__).parent.glob("*/bench.py")):
        found |= import_module(f"tests.networks.{path.parent.name}.bench").BENCHES
    return found


OURS: Final[dict[str, tuple[str, Opens]]] = {
    "newsroom": ("newsroom", newsroom),
    "mastodon": ("mastodon", mastodon),
    "mastodon, keys forgotten": ("mastodon", lambda: mastodon(idempotent=False)),
}
BENCHES: Final = OURS | _discovered()
