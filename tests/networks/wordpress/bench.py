"""WordPress under the common suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from cm_suite.core.errors import Outcome
from cm_suite.ops.bench.fake_network import Fault, FaultKind, Reply
from pages.networks.types import Metric
from tests.networks.bench import Bench, MemoryPace, Opens
from tests.networks.wordpress import fake as fakes
from tests.networks.wordpress.fake import WordPress, error, running

FAULTS: Final[dict[str, tuple[Fault, Outcome]]] = {
    "refused": (fakes.before(error(400, "rest_invalid_param")), Outcome.NEVER),
    "reset_before": (Fault(FaultKind.RESET_BEFORE), Outcome.UNKNOWN),
    "reset_after": (Fault(FaultKind.RESET_AFTER), Outcome.UNKNOWN),
    "silent_after": (Fault(FaultKind.SILENT_AFTER), Outcome.UNKNOWN),
    "429": (fakes.before(Reply(429, "slow down"), Retry_After="120"), Outcome.LATER),
    "429_no_header": (fakes.before(Reply(429, "slow down")), Outcome.LATER),
    "500_after": (fakes.after(Reply(500, "There has been a critical error")), Outcome.UNKNOWN),
    "502_after": (fakes.after(Reply(502, "<html>Bad gateway</html>")), Outcome.UNKNOWN),
    "unreadable_after": (fakes.after(Reply(200, "<html>ok</html>")), Outcome.UNKNOWN),
    "no_post_after": (fakes.after(Reply(201, {"id": None})), Outcome.UNKNOWN),
    "token_expired": (fakes.before(fakes.NOT_SIGNED_IN), Outcome.NEVER),
    "token_revoked": (fakes.before(fakes.WRONG_PASSWORD), Outcome.NEVER),
    "no_right": (fakes.before(error(403, "rest_cannot_publish")), Outcome.NEVER),
    "wall": (fakes.before(Reply(403, "<html>Forbidden</html>")), Outcome.NEVER),
}


@contextmanager
def wordpress() -> Iterator[Bench]:
    """A site with pretty permalinks."""
    with running(WordPress()) as site:
        pace = MemoryPace()

        def plan(fault: Fault) -> Callable[[], None]:
            return lambda: site.script.append(fault)

        def engage(post: str) -> Metric:
            site.hear("Très belle.", post)
            return Metric.COMMENTS

        def named(text: str) -> str:
            return site.hear(text, site.put("Une autre lampe"), kind="pingback")

        yield Bench(
            lambda: site.client(pace=pace, read_timeout=0.5),
            {name: (plan(fault), outcome) for name, (fault, outcome) in FAULTS.items()},
            site.own,
            site.hear,
            site.throw,
            pace=pace,
            calls=lambda: len(site.requests),
            alts=site.alts,
            pending=partial(site.hear, status="hold"),
            hidden=lambda remote_id: site.said[int(remote_id)]["status"] != "approved",
            mention=named,
            engage=engage,
            withhold=lambda: setattr(site, "silent", True),
            never="999999",
        )


BENCHES: Final[dict[str, tuple[str, Opens]]] = {"wordpress": ("wordpress", wordpress)}
