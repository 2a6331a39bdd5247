"""A Graph API for each test, stopped after it."""

from collections.abc import Iterator

import pytest

from tests.networks.facebook.fake import Facebook, running


@pytest.fixture
def facebook() -> Iterator[Facebook]:
    """One Page."""
    with running(Facebook()) as fake:
        yield fake
