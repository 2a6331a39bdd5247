"""Instagram under the common suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from cm_suite.core.errors import Outcome
from cm_suite.ops.bench.fake_network import Fault, Reply
from pages.networks.types import Commenter, Metric
from tests.networks.bench import Bench, MemoryPace, Opens
from tests.networks.graph_words import error
from tests.networks.instagram import fake as fakes
from tests.networks.instagram.fake import Instagram, running
from tests.networks.instagram.words import NADIA

SPENT: Final = (
    '{"17841400000000001": [{"type": "instagram", "call_count": 100, "total_cputime": 20, "total_time": 20, '
    '"estimated_time_to_regain_access": 19}]}'
)
FAULTS: Final[dict[str, tuple[Fault, Outcome]]] = {
    "refused": (fakes.before(error(100, 0, "Invalid parameter")), Outcome.NEVER),
    "reset_before": (fakes.RESET_BEFORE, Outcome.UNKNOWN),
    "reset_after": (fakes.RESET_AFTER, Outcome.UNKNOWN),
    "silent_after": (fakes.SILENT_AFTER, Outcome.UNKNOWN),
    "429": (fakes.before(error(4, headers={"X-Business-Use-Case-Usage": SPENT})), Outcome.LATER),
    "429_no_header": (fakes.before(error(4, status=429)), Outcome.LATER),
    "taken_for_spam": (fakes.before(error(4, 2207051)), Outcome.LATER),
    "not_ready": (fakes.before(error(9007, 2207027)), Outcome.LATER),
    "500_after": (fakes.after(error(2, status=500)), Outcome.UNKNOWN),
    "502_after": (fakes.after(Reply(502, "<html>Bad gateway</html>")), Outcome.UNKNOWN),
    "server_error_after": (fakes.after(error(-1, 2207001)), Outcome.UNKNOWN),
    "passing_after": (fakes.after(error(1, 99)), Outcome.UNKNOWN),
    "unreadable_after": (fakes.after(Reply(200, "<html>ok</html>")), Outcome.UNKNOWN),
    "no_id_after": (fakes.after(Reply(200, {})), Outcome.UNKNOWN),
    "token_expired": (fakes.before(error(190, 463)), Outcome.NEVER),
    "token_revoked": (fakes.before(error(190, 458)), Outcome.NEVER),
    "restricted": (fakes.before(error(25, 2207050)), Outcome.NEVER),
    "no_right": (fakes.before(error(10)), Outcome.NEVER),
}


@contextmanager
def instagram() -> Iterator[Bench]:
    """A professional account."""
    with running(Instagram()) as server:
        pace = MemoryPace()

        def plan(fault: Fault) -> Callable[[], None]:
            return lambda: server.fail_next(fault)

        faults = {name: (plan(fault), outcome) for name, (fault, outcome) in FAULTS.items()}
        faults["media_processing"] = (lambda: setattr(server, "slow", 1), Outcome.LATER)

        def engage(post: str) -> Metric:
            server.insights[post] = {"shares": 1, "likes": 3, "saved": 2}
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
            uploads=lambda: len(server.containers),
            mention=server.tag,
            write=server.write,
            answered=server.answered,
            engage=engage,
            withhold=lambda: setattr(server, "silent", True),
            exhaust=lambda: server.spent.update({"X-App-Usage": '{"call_count": 100, "total_time": 1}'}),
            nadia=Commenter(NADIA, "Nadia"),
        )


BENCHES: Final[dict[str, tuple[str, Opens]]] = {"instagram": ("instagram", instagram)}
