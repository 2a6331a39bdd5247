"""A network under test, or a fake server, for each test; stopped after it."""

from collections.abc import Iterator

import pytest

from tests.networks.bench import Bench
from tests.networks.benches import opened
from tests.networks.fake_mastodon import Mastodon, running


@pytest.fixture
def mastodon() -> Iterator[Mastodon]:
    """A Mastodon server that keeps idempotency keys."""
    with running(Mastodon()) as fake:
        yield fake


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The bench of the network whose turn it is."""
    with opened(request.param) as found:
        yield found
