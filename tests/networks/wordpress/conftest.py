"""A fake site for each test, stopped after it."""

from collections.abc import Iterator

import pytest

from tests.networks.wordpress.fake import WordPress, running


@pytest.fixture
def site() -> Iterator[WordPress]:
    """Maison Lumen's site."""
    with running(WordPress()) as fake:
        yield fake
