"""`docs/networks.md`, written from the registry: `python -m pages.networks.docs > docs/networks.md`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from pages.networks.registry import NETWORKS, NetworkSpec
from pages.networks.spec import ImageRules
from pages.networks.types import Capability, ConnectKind, WhyNot

DOCS: Final = Path(__file__).parents[2] / "docs"
REAL: Final = "networks-real-*.md"

HEAD: Final = """# Networks

Written by `python -m pages.networks.docs` from each network's SPEC in `pages/networks/<network>/`, and from
`docs/networks-real-*.md`; `./cm check` holds this page to them. Deleting a network is deleting its folder.

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
    WhyNot.SITE_ALONE: (
        "the core has no call for it: the list of refused words, names and addresses is a setting of the "
        "site (`disallowed_keys`) that its API does not show; plugins may have calls of their own."
    ),
    WhyNot.TOLD_TO_SERVERS: "notices go to those who run the servers, and never reach us.",
}

REAL_HEAD: Final = """
## Against real servers

Tests that run only where a server is named (`CM_TEST_BLUESKY_URL`, `CM_TEST_WORDPRESS_URL`,
`CM_TEST_MASTODON_URL`, each with its credentials), and say in one line what they lack elsewhere.
"""

TAIL: Final = """
## Writing another one

A folder under `pages/networks/` with a `SPEC` in its `__init__.py`, found by the registry. The client takes
and gives the dataclasses of `types.py`, promises the protocols of `base.py` that its capabilities name, and
knows no Django and nothing else of `pages`. It crosses the fence once, right before the one call that creates
([ADR 0006](adr/0006-fence-before-the-call.md)). What goes wrong ends in `Later`, `Never` or `Unknown`; a
refusal becomes a code of `errors.py`, which `pages/messages.py` puts into words.
`tests/networks/test_contract.py` puts every network through the same faults, `test_contract_comments.py`
through the same conversations and `test_contract_figures.py` through the same counts: what its SPEC says
decides which. Its own `tests/networks/<network>/bench.py` holds `BENCHES`, found by the suite.
"""


def as_markdown(docs: Path = DOCS) -> str:
    """The whole page; `docs` is where the texts about real servers lie."""
    specs = sorted(NETWORKS.values(), key=lambda spec: spec.code)
    parts = [
        HEAD,
        *_table(specs),
        "\n## What one cannot do, and why\n",
        *(line for spec in specs for line in _lacking(spec)),
        "\n## Did it go out?\n",
        *_each(specs, lambda spec: spec.reconciles),
        "\n## What is heard\n",
        *_each(specs, lambda spec: f"{spec.listens} Asked every {_lasting(spec.polls_every)}.{_kept(spec)}"),
        "\n## Connecting a page\n",
        *_each(specs, _account),
        "\n## Versions\n",
        *_versions(specs),
        "\n## Images\n",
        *_images(specs),
        "\n## Prices\n",
        *_prices(specs),
        REAL_HEAD,
        *_real(docs),
        TAIL,
    ]
    return "\n".join(parts)


def _table(specs: list[NetworkSpec]) -> Iterator[str]:
    yield _line("", *(spec.name for spec in specs))
    yield "|---" * (len(specs) + 1) + "|"
    for capability in Capability:
        yield _line(capability.value, *("yes" if capability in spec.capabilities else "no" for spec in specs))
    yield _line("longest text", *map(_limit, specs))


def _line(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _kept(spec: NetworkSpec) -> str:
    """What the network's terms say of keeping it."""
    if spec.keeps is None or spec.keeps_names is None:
        return ""
    words, names = (round(each.total_seconds() / 3600) for each in (spec.keeps, spec.keeps_names))
    return (
        f" Its terms let what people wrote be kept for {words} h, and who they are for {names} h: both are "
        "forgotten within an hour of that, save what a legal review, a notice, an act under way or sealed "
        "evidence needs. Words that changed since are read again all the same."
    )


def _each(specs: list[NetworkSpec], say: Callable[[NetworkSpec], str]) -> Iterator[str]:
    return (f"- **{spec.name}**: {say(spec)}" for spec in specs)


def _limit(spec: NetworkSpec) -> str:
    by_server = spec.connect is ConnectKind.TOKEN
    return (
        f"{spec.default_text_limit}, or what the server says" if by_server else str(spec.default_text_limit)
    )


def _lacking(spec: NetworkSpec) -> list[str]:
    return [
        f"- **{spec.name}**, {capability.value} (`{why}`): {WHY[why]}"
        for capability, why in sorted(spec.why_not.items(), key=lambda each: list(Capability).index(each[0]))
    ]


def _account(spec: NetworkSpec) -> str:
    match spec.connect:
        case ConnectKind.NONE:
            return "needs no account; every brand has one."
        case ConnectKind.ADDRESS:
            return "an address that anybody may read; nothing is signed in to."
        case ConnectKind.LOGIN:
            return f"a name and an application password{_made(spec)}{_given(spec)}.{_also(spec)}"
        case ConnectKind.TOKEN:
            return f"a token{_made(spec)}{_given(spec)}.{_also(spec)}"
        case ConnectKind.OAUTH:
            return f"the network's own page, where a person says yes{_given(spec)}.{_keys(spec)}"


def _made(spec: NetworkSpec) -> str:
    return f" made on the server at `{spec.settings_page}`" if spec.settings_page else ""


def _given(spec: NetworkSpec) -> str:
    return f", allowing {', '.join(f'`{scope}`' for scope in spec.scopes)}" if spec.scopes else ""


def _also(spec: NetworkSpec) -> str:
    if spec.door is None:
        return ""
    return " Or the server's own page, where a person says yes: this installation registers there by itself."


def _keys(spec: NetworkSpec) -> str:
    if spec.app is None:
        return ""
    names = f"`{spec.app.client_id}` and `{spec.app.client_secret}`"
    return f" The agency's own application keys, {names}, are made at <{spec.app.made_at}>."


def _versions(specs: list[NetworkSpec]) -> Iterator[str]:
    yield _line("", "version", "stops answering", "page")
    yield "|---" * 4 + "|"
    for spec in specs:
        if spec.version is not None:
            ends = spec.version.sunset.isoformat() if spec.version.sunset else "not announced"
            yield _line(spec.name, f"`{spec.version.name}`", ends, f"<{spec.version.page}>")


def _images(specs: list[NetworkSpec]) -> Iterator[str]:
    yield _line("", "a post", "each", "kinds", "alternative text", "besides")
    yield "|---" * 6 + "|"
    for spec in specs:
        if spec.images is not None:
            yield _line(spec.name, *_rules(spec.images))


def _rules(rules: ImageRules) -> tuple[str, ...]:
    kinds = ", ".join(sorted(kind.removeprefix("image/") for kind in rules.types))
    besides = [
        "a post needs one" if rules.required else "",
        "the network fetches them: this installation needs a public https address" if rules.fetched else "",
    ]
    size = f"{rules.most_bytes / 1_000_000:g} MB"
    return (
        f"up to {rules.most}",
        size,
        kinds,
        f"up to {rules.alt} characters",
        "; ".join(filter(None, besides)) or "-",
    )


def _prices(specs: list[NetworkSpec]) -> Iterator[str]:
    priced = [spec for spec in specs if spec.prices]
    if not priced:
        yield "No call costs anything."
    for spec in priced:
        calls = ", ".join(f"{name} {price / 1_000_000:g}" for name, price in sorted(spec.prices.items()))
        yield f"- **{spec.name}**, in US dollars a call: {calls}. A brand's budget for a month is kept to."


def _lasting(seconds: int) -> str:
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"


def _real(docs: Path) -> Iterator[str]:
    """What happened with each server, in the words of whoever ran it."""
    for path in sorted(docs.glob(REAL)):
        yield path.read_text().strip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
