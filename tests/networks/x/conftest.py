"""A fake X for each test, stopped after it."""

from collections.abc import Iterator

import pytest

from tests.networks.x.fake import FakeX, MemoryPurse, running


@pytest.fixture
def x() -> Iterator[FakeX]:
    """X, remembering."""
    with running() as fake:
        yield fake


@pytest.fixture
def purse() -> MemoryPurse:
    """A full purse that counts."""
    return MemoryPurse()
