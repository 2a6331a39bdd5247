"""A fake LinkedIn for each test, stopped after it."""

from collections.abc import Iterator

import pytest

from pages.networks.linkedin import images
from tests.networks.linkedin.fake import LinkedIn, running


@pytest.fixture
def linkedin() -> Iterator[LinkedIn]:
    """A company page."""
    with running(LinkedIn()) as fake:
        yield fake


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for an image."""
    monkeypatch.setattr(images, "LOOKS", (0.0, 0.0))
