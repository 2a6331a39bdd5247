"""The migration that counts the followers gained before arrivals were kept."""

from __future__ import annotations

import importlib
from datetime import datetime, timedelta

import pytest
from django.apps import apps

from pages.models import Departure, Page
from pages.newsroom.models import Arrival, Subscriber, SubscriberState
from tests.newsroom.helpers import NOON
from tests.people import Cast

DAY = timedelta(days=1)
count_the_past = importlib.import_module("pages.newsroom.migrations.0004_arrivals").count_the_past


def row(page: Page, number: int, state: SubscriberState, confirmed_at: datetime | None) -> None:
    Subscriber.objects.create(
        page=page, email_hash=str(number), state=state, asked_at=NOON - 9 * DAY, confirmed_at=confirmed_at
    )


def figures(page: Page) -> tuple[list[datetime], list[datetime]]:
    came = Arrival.objects.filter(page=page).order_by("at").values_list("at", flat=True)
    left = Departure.objects.filter(page=page).order_by("at").values_list("at", flat=True)
    return list(came), list(left)


def test_who_is_here_or_left_once_came_when_they_confirmed(cast: Cast) -> None:
    row(cast.newsroom, 1, SubscriberState.ACTIVE, NOON - 8 * DAY)
    row(cast.newsroom, 2, SubscriberState.LEFT, NOON - 7 * DAY)
    row(cast.newsroom, 3, SubscriberState.PENDING, None)
    row(cast.newsroom, 4, SubscriberState.LEFT, None)
    Departure.objects.create(page=cast.newsroom, at=NOON - 2 * DAY + timedelta(hours=7, microseconds=3))
    count_the_past(apps, None)
    assert figures(cast.newsroom) == ([NOON - 8 * DAY, NOON - 7 * DAY], [NOON - 2 * DAY])
    assert figures(cast.other_newsroom) == ([], [])


def test_of_who_came_back_or_was_forgotten_the_departure_tells(cast: Cast) -> None:
    row(cast.newsroom, 1, SubscriberState.ACTIVE, NOON - DAY)  # once here, left, and here again
    for days, cause in ((5, ""), (3, "too_often")):  # the second is of somebody forgotten since
        Departure.objects.create(page=cast.newsroom, at=NOON - days * DAY, cause=cause)
    count_the_past(apps, None)
    came, left = figures(cast.newsroom)
    assert came == [NOON - 5 * DAY, NOON - 3 * DAY, NOON - DAY]
    assert left == [NOON - 5 * DAY, NOON - 3 * DAY]
    assert sorted(Departure.objects.values_list("cause", flat=True)) == ["", "too_often"]


@pytest.mark.parametrize("confirmed_at", [None, NOON])
def test_each_page_adds_up(cast: Cast, confirmed_at: datetime | None) -> None:
    for page in (cast.newsroom, cast.other_newsroom):
        row(page, 1, SubscriberState.ACTIVE, confirmed_at)
        row(page, 2, SubscriberState.PENDING, NOON)  # left, and asked again
        Departure.objects.create(page=page, at=NOON)
    count_the_past(apps, None)
    for page in (cast.newsroom, cast.other_newsroom):
        came, left = figures(page)
        assert (len(came), len(left)) == (2, 1)
