"""A fake blog for each test, stopped after it."""

from collections.abc import Iterator

import pytest

from tests.networks.feed.fake import Blog, running


@pytest.fixture
def blog() -> Iterator[Blog]:
    """Maison Lumen's blog, in RSS."""
    with running(Blog()) as fake:
        yield fake
