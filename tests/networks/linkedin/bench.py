"""LinkedIn under the common suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from cm_suite.core.errors import Outcome
from cm_suite.ops.bench.fake_network import Fault
from pages.networks.types import Commenter, Metric
from tests.networks.bench import Bench, MemoryPace, Opens
from tests.networks.linkedin import fake as fakes
from tests.networks.linkedin.fake import NADIA, LinkedIn, running

FAULTS: Final[dict[str, tuple[Fault, Outcome]]] = {
    "refused": (fakes.before(fakes.error(400, "FIELD_LENGTH_TOO_LONG", "commentary")), Outcome.NEVER),
    "reset_before": (fakes.RESET_BEFORE, Outcome.UNKNOWN),
    "reset_after": (fakes.RESET_AFTER, Outcome.UNKNOWN),
    "silent_after": (fakes.SILENT_AFTER, Outcome.UNKNOWN),
    "429": (fakes.before(fakes.SPENT, Retry_After="120"), Outcome.LATER),
    "429_no_header": (fakes.before(fakes.error(429, "TOO_MANY_REQUESTS", "throttled")), Outcome.LATER),
    "409": (fakes.before(fakes.error(409, "CONFLICT", "Retry the request.")), Outcome.LATER),
    "500_after": (fakes.after(500), Outcome.UNKNOWN),
    "502_after": (fakes.after(502, "<html>Bad gateway</html>"), Outcome.UNKNOWN),
    "unreadable_after": (fakes.after(200, "<html>ok</html>"), Outcome.UNKNOWN),
    "no_header_after": (fakes.after(201, {}), Outcome.UNKNOWN),
    "token_expired": (fakes.before(fakes.EXPIRED), Outcome.NEVER),
    "token_revoked": (fakes.before(fakes.REVOKED), Outcome.NEVER),
    "version_gone": (fakes.before(fakes.error(426, "NONEXISTENT_VERSION", "not active")), Outcome.NEVER),
    "no_right": (fakes.before(fakes.DENIED), Outcome.NEVER),
}
DUPLICATE: Final = fakes.before(fakes.duplicate("urn:li:share:6844785523593134080"))


@contextmanager
def linkedin() -> Iterator[Bench]:
    """A company page."""
    with running(LinkedIn()) as server:
        pace = MemoryPace()

        def plan(fault: Fault) -> Callable[[], None]:
            return lambda: server.fail_next(fault)

        faults = {name: (plan(fault), outcome) for name, (fault, outcome) in FAULTS.items()}
        faults["duplicate"] = (plan(DUPLICATE), Outcome.NEVER)
        faults["media_processing"] = (lambda: setattr(server, "slow_images", 1), Outcome.LATER)

        def engage(post: str) -> Metric:
            server.counts[post] = {"clickCount": 1, "likeCount": 0}
            return Metric.CLICKS

        yield Bench(
            lambda: server.client(pace=pace, read_timeout=0.5),
            faults,
            server.own,
            server.say,
            server.take_down,
            pace=pace,
            calls=lambda: len(server.requests),
            alts=server.alts,
            uploads=lambda: len(server.images),
            mention=server.name,
            engage=engage,
            withhold=lambda: setattr(server, "silent", True),
            nadia=Commenter(NADIA, "Nadia"),
            never="urn:li:share:999",
        )


BENCHES: Final[dict[str, tuple[str, Opens]]] = {"linkedin": ("linkedin", linkedin)}
