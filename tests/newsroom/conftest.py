"""The newsroom of the tests at noon, with a post to speak under."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from pytest_django import Settings

from pages.newsroom.models import NewsroomPost
from tests.newsroom.helpers import NOON, make_post
from tests.newsroom.talk import Visitor
from tests.people import Cast


@pytest.fixture
def noon(settings: Settings) -> Iterator[time_machine.Traveller]:
    """Noon in Paris; time passes only when it is told to."""
    settings.PUBLIC_URL = "https://pages.exemple.fr"
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def post(cast: Cast, noon: time_machine.Traveller) -> NewsroomPost:
    """A post that has just been published."""
    return make_post(cast.newsroom, "Une nouvelle lampe")


@pytest.fixture
def visitor(noon: time_machine.Traveller) -> Visitor:
    """Somebody who reads the page."""
    return Visitor(noon)
