"""An account has one worker at a time: what is read is not counted, and what is counted is not read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cm_suite.core import clock
from moderation.models import Watch
from moderation.services import watching
from pages.enums import Counted
from pages.models import Measuring, Page
from pages.services import turns
from tests.moderation.makers import lapse
from tests.people import Cast


@pytest.fixture
def page(cast: Cast) -> Page:
    """An account on a network that gives comments and counts."""
    return Page.objects.create(
        brand=cast.brand, network="mastodon", host="https://social.example", remote_id="7", name="Lumen"
    )


def reading(page: Page) -> Watch | None:
    """Begin to read the page, if that may be."""
    return watching.take_page(page.pk)


def test_a_page_that_is_counted_is_not_read(page: Page) -> None:
    Measuring.objects.create(page=page, kind=Counted.POSTS)
    with turns.held(page) as ours:
        assert ours is True
        assert reading(page) is None
        assert Watch.objects.filter(state=watching.POLLING).count() == 0
    assert reading(page) is not None


def test_a_page_that_is_read_is_not_counted(page: Page) -> None:
    watch = reading(page)
    assert watch is not None
    Measuring.objects.create(page=page, kind=Counted.AUDIENCE, next_at=clock.now() - timedelta(hours=1))
    with turns.held(page) as ours:
        assert ours is False
    assert turns.take(Counted.AUDIENCE, ["mastodon"]) is None
    lapse(watch)
    assert turns.take(Counted.AUDIENCE, ["mastodon"]) is not None
