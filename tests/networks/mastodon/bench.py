"""Mastodon under test: a server that remembers what it accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from cm_suite.core.errors import Outcome
from cm_suite.ops.bench.fake_network import Fault
from pages.networks.types import Metric
from tests.networks import fake_mastodon as fakes
from tests.networks.bench import Bench, MemoryPace, Opens
from tests.networks.fake_mastodon import ACCOUNT, NADIA, Mastodon, running

RETRY: Final = {"X-RateLimit-Reset": "2099-01-01T00:00:00.000000Z"}
REVOKED: Final = {"error": "The access token was revoked"}
EXPIRED: Final = {"error": "The access token expired"}

FAULTS: Final[dict[str, tuple[Fault, Outcome]]] = {
    "refused": (fakes.answer_before(422), Outcome.NEVER),
    "reset_before": (fakes.RESET_BEFORE, Outcome.UNKNOWN),
    "reset_after": (fakes.RESET_AFTER, Outcome.UNKNOWN),
    "silent_after": (fakes.SILENT_AFTER, Outcome.UNKNOWN),
    "500_before": (fakes.answer_before(500), Outcome.UNKNOWN),
    "500_after": (fakes.answer_after(500), Outcome.UNKNOWN),
    "502_after": (fakes.answer_after(502, "<html>Bad gateway</html>"), Outcome.UNKNOWN),
    "503_after": (fakes.answer_after(503), Outcome.UNKNOWN),
    "unreadable_after": (fakes.answer_after(200, "<html>ok</html>"), Outcome.UNKNOWN),
    "not_a_status_after": (fakes.answer_after(200, {"id": ""}), Outcome.UNKNOWN),
    "429": (fakes.answer_before(429, headers=RETRY), Outcome.LATER),
    "429_no_header": (fakes.answer_before(429), Outcome.LATER),
    "token_expired": (fakes.answer_before(401, EXPIRED), Outcome.NEVER),
    "token_revoked": (fakes.answer_before(401, REVOKED), Outcome.NEVER),
    "403": (fakes.answer_before(403), Outcome.NEVER),
}


@contextmanager
def mastodon(idempotent: bool = True) -> Iterator[Bench]:
    """A Mastodon server, with or without a memory for idempotency keys."""
    with running(Mastodon(idempotent=idempotent)) as server:
        pace = MemoryPace()

        def plan(fault: Fault) -> Callable[[], None]:
            return lambda: server.fail_next(fault)

        def hear(text: str, to: str) -> str:
            made: str = server.say(NADIA, f"@maison_lumen {text}", to)["id"]
            return made

        planned = {name: (plan(fault), outcome) for name, (fault, outcome) in FAULTS.items()}
        yield Bench(
            lambda: server.client(pace=pace, read_timeout=0.5),
            planned | {"media_processing": (lambda: setattr(server, "processing", 1), Outcome.LATER)},
            lambda: len(server.of(ACCOUNT.id)),
            hear,
            lambda remote_id: server.take_down(server.everything()[remote_id]),
            pace=pace,
            calls=lambda: server.served,
            alts=lambda: server.alts(),
            uploads=lambda: len(server.uploads),
            mention=lambda text: server.say(NADIA, f"@maison_lumen {text}")["id"],
            write=lambda text: server.whisper(NADIA, text),
            answered=lambda: len([each for each in server.of(ACCOUNT.id) if each["visibility"] == "direct"]),
            blocked=lambda: len(server.blocks),
            engage=lambda remote_id: _favoured(server, remote_id),
            withhold=lambda: setattr(server, "counts", False),
            exhaust=lambda: setattr(server, "left", "0"),
        )


def _favoured(server: Mastodon, remote_id: str) -> Metric:
    server.everything()[remote_id]["favourites_count"] += 1
    return Metric.REACTIONS


BENCHES: Final[dict[str, tuple[str, Opens]]] = {
    "mastodon": ("mastodon", mastodon),
    "mastodon, keys forgotten": ("mastodon", lambda: mastodon(idempotent=False)),
}
