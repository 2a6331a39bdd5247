"""Facebook under the common suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from cm_suite.core.errors import Outcome
from cm_suite.ops.bench.fake_network import Fault, Reply
from pages.networks.types import Commenter, Metric
from tests.networks.bench import Bench, MemoryPace, Opens
from tests.networks.facebook import fake as fakes
from tests.networks.facebook.fake import Facebook, running
from tests.networks.facebook.words import NADIA, PAGE
from tests.networks.graph_words import error

SPENT: Final = (
    '{"5515": [{"type": "pages", "call_count": 100, "total_cputime": 20, "total_time": 20, '
    '"estimated_time_to_regain_access": 19}]}'
)
FAULTS: Final[dict[str, tuple[Fault, Outcome]]] = {
    "refused": (fakes.before(error(100, 0, "Invalid parameter")), Outcome.NEVER),
    "reset_before": (fakes.RESET_BEFORE, Outcome.UNKNOWN),
    "reset_after": (fakes.RESET_AFTER, Outcome.UNKNOWN),
    "silent_after": (fakes.SILENT_AFTER, Outcome.UNKNOWN),
    "429": (fakes.before(error(32, headers={"X-Business-Use-Case-Usage": SPENT})), Outcome.LATER),
    "429_no_header": (fakes.before(error(4, status=429)), Outcome.LATER),
    "too_fast": (fakes.before(error(368, 1390008)), Outcome.LATER),
    "500_after": (fakes.after(error(2, status=500)), Outcome.UNKNOWN),
    "502_after": (fakes.after(Reply(502, "<html>Bad gateway</html>")), Outcome.UNKNOWN),
    "passing_after": (fakes.after(error(1, 1363047)), Outcome.UNKNOWN),
    "unreadable_after": (fakes.after(Reply(200, "<html>ok</html>")), Outcome.UNKNOWN),
    "no_id_after": (fakes.after(Reply(200, {"post_supports_client_mutation_id": True})), Outcome.UNKNOWN),
    "token_expired": (fakes.before(error(190, 463)), Outcome.NEVER),
    "token_revoked": (fakes.before(error(190, 458)), Outcome.NEVER),
    "checkpoint": (fakes.before(error(190, 459)), Outcome.NEVER),
    "no_right": (fakes.before(error(200)), Outcome.NEVER),
}
DUPLICATE: Final = fakes.before(error(506, 1366051))


@contextmanager
def facebook() -> Iterator[Bench]:
    """A Page."""
    with running(Facebook()) as server:
        pace = MemoryPace()

        def plan(fault: Fault) -> Callable[[], None]:
            return lambda: server.fail_next(fault)

        faults = {name: (plan(fault), outcome) for name, (fault, outcome) in FAULTS.items()}
        faults["duplicate"] = (plan(DUPLICATE), Outcome.NEVER)

        def engage(post: str) -> Metric:
            server.insights[post] = {"shares": 1, "post_clicks": 3}
            return Metric.RESHARES

        yield Bench(
            lambda: server.client(pace=pace, read_timeout=0.5),
            faults,
            server.own,
            server.say,
            server.take_down,
            pace=pace,
            calls=lambda: len(server.requests),
            alts=server.alts,
            mention=server.name,
            write=server.write,
            answered=lambda: len([each for each in server.messages if each["from"] == PAGE]),
            blocked=lambda: len(server.kept_away),
            engage=engage,
            withhold=lambda: setattr(server, "silent", True),
            exhaust=lambda: server.spent.update({"X-App-Usage": '{"call_count": 100, "total_time": 1}'}),
            nadia=Commenter(NADIA, "Nadia"),
            never="5515_999",
        )


BENCHES: Final[dict[str, tuple[str, Opens]]] = {"facebook": ("facebook", facebook)}
