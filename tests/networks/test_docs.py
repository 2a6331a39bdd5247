"""The page about networks says what the networks declare."""

from __future__ import annotations

from pathlib import Path

from pages.networks.docs import DOCS, as_markdown
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability


def section(title: str, page: str = "") -> str:
    """What stands below a heading."""
    return (page or as_markdown()).partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_page_is_the_registry() -> None:
    assert (DOCS / "networks.md").read_text() == as_markdown()


def test_it_names_every_network() -> None:
    head = section("What each can do").strip().splitlines()[0]
    assert head == "|  | " + " | ".join(NETWORKS[code].name for code in sorted(NETWORKS)) + " |"


def test_each_capability_has_a_row_with_a_word_for_each_network() -> None:
    rows = [line.strip("| ").split(" | ") for line in section("What each can do").strip().splitlines()[2:]]
    said = {name: words for name, *words in rows}
    assert list(said) == [*(capability.value for capability in Capability), "longest text"]
    for capability in Capability:
        able = [capability in NETWORKS[code].capabilities for code in sorted(NETWORKS)]
        assert said[capability.value] == ["yes" if each else "no" for each in able]


def test_it_says_where_the_keys_of_an_application_are_made_and_in_which_settings() -> None:
    connecting = section("Connecting a page")
    for spec in NETWORKS.values():
        keys = spec.app
        if keys is not None:
            named = f"`{keys.client_id}` and `{keys.client_secret}`, are made at <{keys.made_at}>"
            assert named in connecting


def test_each_version_stands_with_its_page_and_the_day_it_ends() -> None:
    lines = section("Versions").strip().splitlines()
    versions = {spec.name: spec.version for spec in NETWORKS.values() if spec.version is not None}
    assert len(lines) == 2 + len(versions)
    for name, version in versions.items():
        ends = version.sunset.isoformat() if version.sunset else "not announced"
        assert f"| {name} | `{version.name}` | {ends} | <{version.page}> |" in lines


def test_each_rule_of_images_and_each_price_stands_there() -> None:
    images, prices = section("Images"), section("Prices")
    for spec in NETWORKS.values():
        assert (f"| {spec.name} | up to" in images) == (spec.images is not None)
        assert (f"- **{spec.name}**, in US dollars" in prices) == bool(spec.prices)
    assert "create_with_url 0.2," in prices


def test_what_happened_with_real_servers_is_told_in_the_words_of_who_ran_them(tmp_path: Path) -> None:
    (tmp_path / "networks-real-kite.md").write_text("### Kite\n\nIt flew.\n")
    (tmp_path / "networks-real-drum.md").write_text("### Drum\n\nIt was loud.\n")
    (tmp_path / "runbook.md").write_text("Nothing of it.")
    told = section("Against real servers", as_markdown(tmp_path))
    assert told.index("It was loud.") < told.index("It flew.")
    assert "Nothing of it." not in told
