"""X under test: a server that remembers what it accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from cm_suite.core.errors import Outcome
from cm_suite.ops.bench.fake_network import Fault, FaultKind, Reply
from pages.networks.types import Commenter, Metric
from tests.networks.bench import Bench, MemoryPace, Opens
from tests.networks.x.fake import LUMEN, NADIA, FakeX, MemoryPurse, answering, running
from tests.networks.x.problems import DUPLICATE, REFUSED, UNAUTHORIZED, problem

SLOW: Final = {
    "title": "Too Many Requests",
    "detail": "Too Many Requests",
    "type": "about:blank",
    "status": 429,
}
RESET: Final = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "4102444800"}
EXPIRED: Final = problem(401, "Unauthorized", "unauthorized")

FAULTS: Final[dict[str, tuple[Fault, Outcome]]] = {
    "refused": (answering(REFUSED), Outcome.NEVER),
    "reset_before": (Fault(FaultKind.RESET_BEFORE), Outcome.UNKNOWN),
    "reset_after": (Fault(FaultKind.RESET_AFTER), Outcome.UNKNOWN),
    "silent_after": (Fault(FaultKind.SILENT_AFTER), Outcome.UNKNOWN),
    "429": (answering(Reply(429, SLOW, RESET)), Outcome.LATER),
    "429_no_header": (answering(Reply(429, SLOW)), Outcome.LATER),
    "500_after": (answering(problem(500, "Internal error"), after=True), Outcome.UNKNOWN),
    "502_after": (answering(Reply(502, "<html>Bad gateway</html>"), after=True), Outcome.UNKNOWN),
    "unreadable_after": (answering(Reply(200, "<html>ok</html>"), after=True), Outcome.UNKNOWN),
    "not_a_post_after": (answering(Reply(201, {"data": {"id": ""}}), after=True), Outcome.UNKNOWN),
    "token_expired": (answering(EXPIRED), Outcome.NEVER),
    "token_revoked": (answering(UNAUTHORIZED), Outcome.NEVER),
    "duplicate": (answering(DUPLICATE), Outcome.NEVER),
}


@contextmanager
def x() -> Iterator[Bench]:
    """X, paid from a full purse."""
    with running() as server:
        pace, purse = MemoryPace(), MemoryPurse()
        faults = {name: (_plan(server, fault), outcome) for name, (fault, outcome) in FAULTS.items()}
        faults["media_processing"] = (lambda: setattr(server, "slow_uploads", 1), Outcome.LATER)
        yield Bench(
            lambda: server.client(pace=pace, purse=purse, read_timeout=0.5),
            faults,
            lambda: len(server.of(LUMEN)),
            lambda text, to: str(server.say(NADIA, text, to)["id"]),
            lambda remote_id: server.posts.__delitem__(remote_id),
            pace=pace,
            calls=lambda: server.served,
            alts=lambda: [server.media[each]["alt"] for each in server.of(LUMEN)[-1]["media"]],
            uploads=lambda: len(server.media),
            hidden=lambda remote_id: remote_id in server.hidden,
            mention=lambda text: str(server.say(NADIA, f"{text} @maison_lumen")["id"]),
            write=lambda text: str(server.write(NADIA, text)["id"]),
            answered=lambda: sum(1 for each in server.events if each["sender_id"] == LUMEN.id),
            engage=lambda post: _liked(server, post),
            withhold=lambda: setattr(server, "counting", False),
            exhaust=lambda: setattr(server, "exhausted", True),
            nadia=Commenter(NADIA.id, NADIA.name, f"@{NADIA.username}"),
        )


def _plan(server: FakeX, fault: Fault) -> Callable[[], None]:
    return lambda: server.fail_next(fault)


def _liked(server: FakeX, post: str) -> Metric:
    server.posts[post]["public_metrics"]["like_count"] += 1
    return Metric.REACTIONS


BENCHES: Final[dict[str, tuple[str, Opens]]] = {"x": ("x", x)}
