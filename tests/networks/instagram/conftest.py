"""An Instagram account for each test, stopped after it."""

from collections.abc import Iterator

import pytest

from tests.networks.instagram.fake import Instagram, running


@pytest.fixture
def instagram() -> Iterator[Instagram]:
    """One account."""
    with running(Instagram()) as fake:
        yield fake
