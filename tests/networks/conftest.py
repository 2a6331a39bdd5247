"""A fake server for each test, stopped after it."""

from collections.abc import Iterator

import pytest

from tests.networks.fake_mastodon import Mastodon, running


@pytest.fixture
def mastodon() -> Iterator[Mastodon]:
    """A Mastodon server that keeps idempotency keys."""
    with running(Mastodon()) as fake:
        yield fake
