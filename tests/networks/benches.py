"""Each network under test, chosen by what its SPEC says that it can do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

from cm_suite.core.errors import Outcome
from pages.networks.base import (
    Answers,
    Approves,
    Blocks,
    CountsFollowers,
    CountsPosts,
    CountsUrls,
    Deletes,
    DeletesComments,
    Finds,
    Hides,
    Identifies,
    Listens,
    Mentions,
    Messages,
    Publishes,
    Refreshes,
    TellsReporters,
)
from pages.networks.registry import NETWORKS
from pages.networks.spec import NetworkSpec
from pages.networks.types import Capability, ConnectKind
from tests.networks.bench import Bench, Opens

PROTOCOLS: Final[dict[Capability, type]] = {
    Capability.PUBLISH: Publishes,
    Capability.FIND: Finds,
    Capability.DELETE: Deletes,
    Capability.PROFILE: Identifies,
    Capability.AUDIENCE: CountsFollowers,
    Capability.POST_FIGURES: CountsPosts,
    Capability.URL_FIGURES: CountsUrls,
    Capability.COMMENTS: Listens,
    Capability.MENTIONS: Mentions,
    Capability.MESSAGES: Messages,
    Capability.REPLY: Answers,
    Capability.HIDE: Hides,
    Capability.DELETE_COMMENT: DeletesComments,
    Capability.APPROVE: Approves,
    Capability.BLOCK: Blocks,
    Capability.TELL: TellsReporters,
    Capability.REFRESH: Refreshes,
}
"""What a client is when its network has the capability. Images are said by `SPEC.images`."""

FAULTS: Final[dict[str, Outcome]] = {
    "refused": Outcome.NEVER,
    "reset_before": Outcome.UNKNOWN,
    "reset_after": Outcome.UNKNOWN,
    "silent_after": Outcome.UNKNOWN,
    "429": Outcome.LATER,
    "429_no_header": Outcome.LATER,
    "500_after": Outcome.UNKNOWN,
    "502_after": Outcome.UNKNOWN,
    "unreadable_after": Outcome.UNKNOWN,
    "token_expired": Outcome.NEVER,
    "token_revoked": Outcome.NEVER,
}
"""What every network that publishes over the wire goes through, and how it ends."""

WHERE_THEY_APPLY: Final = {"duplicate": Outcome.NEVER, "media_processing": Outcome.LATER}
"""Planned by networks that say of themselves that they refuse a text they have, or work on what went up."""

POSTS_ONLY: Final = frozenset(WHERE_THEY_APPLY)
"""Faults that only a post meets, and no reply."""

FIELDS: Final[dict[Capability, tuple[str, ...]]] = {
    Capability.IMAGES: ("alts",),
    Capability.APPROVE: ("pending",),
    Capability.MENTIONS: ("mention",),
    Capability.MESSAGES: ("write", "answered"),
    Capability.BLOCK: ("blocked",),
    Capability.POST_FIGURES: ("engage", "withhold"),
}
"""What a bench fills in when its network has the capability."""


def _discovered() -> dict[str, tuple[str, Opens]]:
    """The `BENCHES` of each folder beside this file that has a `bench.py`."""
    found: dict[str, tuple[str, Opens]] = {}
    for path in sorted(Path(__file__).parent.glob("*/bench.py")):
        found |= import_module(f"tests.networks.{path.parent.name}.bench").BENCHES
    return found


BENCHES: Final = _discovered()


def spec_of(name: str) -> NetworkSpec:
    """The SPEC of the network that a bench is of."""
    return NETWORKS[BENCHES[name][0]]


def able(*capabilities: Capability, wired: bool = False) -> list[str]:
    """The benches of networks with all of these capabilities; `wired`: that are reached over a network."""
    return [
        name
        for name in BENCHES
        if set(capabilities) <= spec_of(name).capabilities
        and not (wired and spec_of(name).connect is ConnectKind.NONE)
    ]


def refusing_twins() -> list[str]:
    """The benches of networks that say in their SPEC that they refuse a text which they have already."""
    return [name for name in able(Capability.PUBLISH) if "duplicate" in spec_of(name).reconciles.lower()]


def working_on_images() -> list[str]:
    """The benches of networks that may still work on an image that went up."""
    found = [(name, spec_of(name).images) for name in able(Capability.PUBLISH)]
    return [name for name, rules in found if rules is not None and rules.waits]


def on(names: list[str]) -> pytest.MarkDecorator:
    """Run a test with each of these benches in turn, as `bench`."""
    return pytest.mark.parametrize("bench", names, indirect=True)


@contextmanager
def opened(name: str) -> Iterator[Bench]:
    """A bench, knowing its SPEC."""
    with BENCHES[name][1]() as bench:
        bench.spec = spec_of(name)
        yield bench
