"""`docs/networks.md`, written from the registry: `python -m pages.networks.docs > docs/networks.md`."""

from __future__ import annotations

import sys
from typing import Final

from pages.networks.registry import NETWORKS, NetworkSpec
from pages.networks.types import Capability, ConnectKind, WhyNot

HEAD: Final = """# Networks

Written by `python -m pages.networks.docs` from each network's SPEC in `pages/networks/<network>/`; a test
holds this page to it. Deleting a network is deleting its folder.

## What each can do
"""

WHY: Final = {
    WhyNot.TOTAL_ONLY: "it says how many follow, and nothing of who left.",
    WhyNot.AUTHORS_OWN: (
        "an answer stays on its author's page and server: its author, or those who run a server, take it "
        "away."
    ),
    WhyNot.SHOWN_AT_ONCE: "an answer is shown at once; nothing waits for us.",
    WhyNot.READ_ONLY: "we only read there.",
    WhyNot.NO_CALL: "its API has no such call.",
    WhyNot.NOT_OPEN: "its API has such a call for chosen partners only.",
    WhyNot.NEVER_ENDS: "its token has no end to renew.",
    WhyNot.NO_COUNT: "it counts nothing of the kind.",
    WhyNot.IN_COMMENTS: "it comes among the comments.",
    WhyNot.TOLD_TO_SERVERS: "notices go to those who run the servers, and never reach us.",
}

TAIL: Final = """
## Writing another one

A folder under `pages/networks/` with a `SPEC` in its `__init__.py`, found by the registry. The client takes
and gives the dataclasses of `types.py`, promises the protocols of `base.py` that its capabilities name, and
knows no Django and nothing else of `pages`. It crosses the fence once, right before the one call that creates
([ADR 0006](adr/0006-fence-before-the-call.md)). What goes wrong ends in `Later`, `Never` or `Unknown`; a
refusal becomes a code of `errors.py`, which `pages/messages.py` puts into words.
`tests/networks/test_contract.py` puts every network that publishes through the same faults, and
`tests/networks/test_contract_comments.py` every one that listens and answers: add it to `BENCHES` in
`tests/networks/benches.py`.
"""


def as_markdown() -> str:
    """The whole page."""
    specs = sorted(NETWORKS.values(), key=lambda spec: spec.code)
    names = [spec.name for spec in specs]
    rows = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    rows += [_row(capability, specs) for capability in Capability]
    rows += ["| longest text | " + " | ".join(_limit(spec) for spec in specs) + " |"]
    answers = [f"- **{spec.name}**: {spec.reconciles}" for spec in specs]
    listening = [f"- **{spec.name}**: {spec.listens}" for spec in specs]
    lacking = [line for spec in specs for line in _lacking(spec)]
    accounts = [f"- **{spec.name}**: {_account(spec)}" for spec in specs]
    return "\n".join(
        [
            HEAD,
            *rows,
            "\n## What one cannot do, and why\n",
            *lacking,
            "\n## Did it go out?\n",
            *answers,
            "\n## What is heard\n",
            *listening,
            "\n## Connecting a page\n",
            *accounts,
            TAIL,
        ]
    )


def _row(capability: Capability, specs: list[NetworkSpec]) -> str:
    marks = ["yes" if capability in spec.capabilities else "no" for spec in specs]
    return f"| {capability.value} | " + " | ".join(marks) + " |"


def _limit(spec: NetworkSpec) -> str:
    by_server = spec.connect is ConnectKind.TOKEN
    return (
        f"{spec.default_text_limit}, or what the server says" if by_server else str(spec.default_text_limit)
    )


def _lacking(spec: NetworkSpec) -> list[str]:
    return [
        f"- **{spec.name}**, {capability.value} (`{why}`): {WHY[why]}"
        for capability, why in spec.why_not.items()
    ]


def _account(spec: NetworkSpec) -> str:
    if spec.connect is ConnectKind.NONE:
        return "needs no account; every brand has one."
    scopes = ", ".join(f"`{scope}`" for scope in spec.scopes)
    return f"a token made on the server at `{spec.settings_page}`, allowing {scopes}."


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
