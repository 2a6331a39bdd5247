"""A fake LinkedIn for each test, stopped after it."""

from collections.abc import Iterator

import pytest

from tests.networks.linkedin.fake import LinkedIn, running


@pytest.fixture
def linkedin() -> Iterator[LinkedIn]:
    """A company page."""
    with running(LinkedIn()) as fake:
        yield fake
