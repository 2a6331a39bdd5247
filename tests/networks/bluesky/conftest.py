"""A server for each test, stopped after it."""

from collections.abc import Iterator

import pytest

from tests.networks.bluesky.fake import Bluesky, running


@pytest.fixture
def server() -> Iterator[Bluesky]:
    """A server with the network around it."""
    with running(Bluesky()) as fake:
        yield fake


@pytest.fixture
def alone() -> Iterator[Bluesky]:
    """A server without the network around it."""
    with running(Bluesky(network=False)) as fake:
        yield fake
