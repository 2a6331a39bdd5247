"""Bluesky under test: a server that remembers what it accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cm_suite.core.errors import Outcome
from cm_suite.ops.bench.fake_network import Fault, FaultKind
from pages.networks.types import Commenter, Metric
from tests.networks.bench import Bench, MemoryPace, Opens
from tests.networks.bluesky.fake import Bluesky, after, before, limits, running
from tests.networks.bluesky.fake_view import BLOCKS
from tests.networks.bluesky.people import NADIA, OURS

HTML: Final = "<html>Bad gateway</html>"
SLOWED: Final[dict[str, Any]] = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
IN_TEN_MINUTES: Final = limits(0, datetime.now(UTC) + timedelta(minutes=10))

FAULTS: Final[dict[str, tuple[Fault, Outcome]]] = {
    "refused": (before(400, {"error": "InvalidRequest", "message": "Invalid record"}), Outcome.NEVER),
    "reset_before": (Fault(FaultKind.RESET_BEFORE), Outcome.UNKNOWN),
    "reset_after": (Fault(FaultKind.RESET_AFTER), Outcome.UNKNOWN),
    "silent_after": (Fault(FaultKind.SILENT_AFTER), Outcome.UNKNOWN),
    "500_after": (after(500, {"error": "InternalServerError"}), Outcome.UNKNOWN),
    "502_after": (after(502, HTML), Outcome.UNKNOWN),
    "unreadable_after": (after(200, "<html>ok</html>"), Outcome.UNKNOWN),
    "not_a_record_after": (after(200, {"uri": "at://somebody/else"}), Outcome.UNKNOWN),
    "429": (before(429, SLOWED, IN_TEN_MINUTES), Outcome.LATER),
    "429_no_header": (before(429, SLOWED), Outcome.LATER),
    "token_expired": (before(400, {"error": "ExpiredToken", "message": "Token has expired"}), Outcome.NEVER),
    "token_revoked": (
        before(400, {"error": "InvalidToken", "message": "Token could not be verified"}),
        Outcome.NEVER,
    ),
}


def mention(server: Bluesky, text: str) -> str:
    """Nadia names us in a post of her own."""
    named = "@maison-lumen.example"
    facet = {
        "index": {"byteStart": 0, "byteEnd": len(named)},
        "features": [{"$type": "app.bsky.richtext.facet#mention", "did": OURS}],
    }
    return server.say(NADIA, f"{named} {text}", facets=[facet])


@contextmanager
def bluesky() -> Iterator[Bench]:
    """A server with the network around it."""
    with running(Bluesky()) as server:
        pace = MemoryPace()

        def plan(fault: Fault) -> Callable[[], None]:
            return lambda: server.fail_next(fault)

        def write(text: str) -> str:
            made = server.chat.say(NADIA, OURS, text)
            return f"{made['convo']}/{made['id']}"

        def answered() -> int:
            said = [each for messages in server.chat.messages.values() for each in messages]
            return sum(each["sender"]["did"] == OURS for each in said)

        def engage(post: str) -> Metric:
            server.view.engaged[post] = {"likeCount": 1}
            return Metric.REACTIONS

        def alts() -> list[str]:
            latest = list(server.posts().values())[-1]
            return [each["alt"] for each in latest["embed"]["images"]]

        yield Bench(
            lambda: server.client(pace=pace, read_timeout=0.5),
            {name: (plan(fault), outcome) for name, (fault, outcome) in FAULTS.items()},
            lambda: len(server.posts()),
            lambda text, to: server.say(NADIA, text, to),
            server.take_down,
            pace=pace,
            calls=lambda: server.served,
            alts=alts,
            mention=lambda text: mention(server, text),
            write=write,
            answered=answered,
            blocked=lambda: len(server.accounts[OURS].of(BLOCKS)),
            engage=engage,
            withhold=lambda: setattr(server.view, "counts", False),
            exhaust=lambda: setattr(server, "left", 0),
            nadia=Commenter(NADIA, "Nadia", "@nadia.example"),
            never=f"at://{NADIA}/app.bsky.feed.post/3kzzzzzzzzzz2",
        )


BENCHES: Final[dict[str, tuple[str, Opens]]] = {"bluesky": ("bluesky", bluesky)}
