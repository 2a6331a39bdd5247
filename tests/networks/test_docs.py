"""The page about networks says what the networks declare."""

from pathlib import Path

from pages.networks.docs import as_markdown
from pages.networks.registry import NETWORKS

PAGE = Path(__file__).parents[2] / "docs" / "networks.md"


def test_the_page_is_the_registry() -> None:
    assert PAGE.read_text() == as_markdown()


def test_it_names_every_network() -> None:
    assert all(f"| {spec.name} |" in as_markdown() for spec in NETWORKS.values())
