"""An Instagram account for each test, stopped after it; nobody waits for an image."""

from collections.abc import Iterator

import pytest

from pages.networks.instagram import containers
from tests.networks.instagram.fake import Instagram, running


@pytest.fixture
def instagram(monkeypatch: pytest.MonkeyPatch) -> Iterator[Instagram]:
    """One account."""
    monkeypatch.setattr(containers, "PAUSES", (0.0, 0.0))
    with running(Instagram()) as fake:
        yield fake
