"""`docs/networks.md`, written from the registry: `python -m pages.networks.docs > docs/networks.md`."""

from __future__ import annotations

import sys
from typing import Final

from pages.networks.registry import NETWORKS, NetworkSpec
from pages.networks.types import Capability, ConnectKind

HEAD: Final = """# Networks

Written by `python -m pages.networks.docs` from each network's SPEC in `pages/networks/<network>/`; a test
holds this page to it. Deleting a network is deleting its folder.

## What each can do
"""

TAIL: Final = """
## Writing another one

A folder under `pages/networks/` with a `SPEC` in its `__init__.py`, found by the registry. The client takes
and gives the dataclasses of `types.py`, promises the protocols of `base.py` that its capabilities name, and
knows no Django and nothing else of `pages`. It crosses the fence once, right before the one call that creates
([ADR 0006](adr/0006-fence-before-the-call.md)). What goes wrong ends in `Later`, `Never` or `Unknown`; a
refusal becomes a code of `errors.py`, which `pages/messages.py` puts into words.
`tests/networks/test_contract.py` puts every network that publishes through the same faults: add it to its
`BENCHES`.
"""


def as_markdown() -> str:
    """The whole page."""
    specs = sorted(NETWORKS.values(), key=lambda spec: spec.code)
    columns = [capability.value for capability in Capability]
    rows = ["| network | " + " | ".join(columns) + " | longest text |", "|---" * (len(columns) + 2) + "|"]
    rows += [_row(spec) for spec in specs]
    answers = [f"- **{spec.name}**: {spec.reconciles}" for spec in specs]
    accounts = [f"- **{spec.name}**: {_account(spec)}" for spec in specs]
    return "\n".join(
        [
            HEAD,
            *rows,
            "\n## Did it go out?\n",
            *answers,
            "\n## Connecting a page\n",
            *accounts,
            TAIL,
        ]
    )


def _row(spec: NetworkSpec) -> str:
    marks = ["yes" if capability in spec.capabilities else "no" for capability in Capability]
    limit = f"{spec.default_text_limit}, or what the server says"
    if spec.connect is ConnectKind.NONE:
        limit = str(spec.default_text_limit)
    return f"| {spec.name} | " + " | ".join(marks) + f" | {limit} |"


def _account(spec: NetworkSpec) -> str:
    if spec.connect is ConnectKind.NONE:
        return "needs no account; every brand has one."
    scopes = ", ".join(f"`{scope}`" for scope in spec.scopes)
    return f"a token made on the server at `{spec.settings_page}`, allowing {scopes}."


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
