"""What networks hold for a delivery before it is shown: kept for its time, each delivery its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from cm_suite.core import clock
from cm_suite.core.errors import Outcome
from pages.models import Page
from publishing import jobs
from publishing.models import Attempt, Delivery, PreparedMedia
from publishing.services import prepared
from publishing.services.outgoing import outgoing_of
from publishing.services.prepared import DeliveryShelf
from tests.people import Cast
from tests.publishing.makers import due

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def still(noon: time_machine.Traveller) -> time_machine.Traveller:
    return noon


@pytest.fixture
def row(mastodon: Page) -> Delivery:
    return due(mastodon)


@pytest.fixture
def shelf(row: Delivery) -> DeliveryShelf:
    return DeliveryShelf(row.pk)


def test_what_is_kept_is_there_for_any_worker_until_its_time(
    row: Delivery, shelf: DeliveryShelf, still: time_machine.Traveller
) -> None:
    assert shelf.kept("image 1") == ""
    shelf.keep("image 1", "r1", clock.now() + HOUR)
    assert (shelf.kept("image 1"), DeliveryShelf(row.pk).kept("image 1")) == ("r1", "r1")
    still.shift(HOUR)
    assert shelf.kept("image 1") == ""


def test_the_latest_takes_the_place_of_what_had_the_name(shelf: DeliveryShelf) -> None:
    shelf.keep("image 1", "r1", clock.now() + HOUR)
    shelf.keep("image 1", "r2", clock.now() + HOUR)
    shelf.keep("image 2", "r3", clock.now() + HOUR)
    assert [shelf.kept("image 1"), shelf.kept("image 2")] == ["r2", "r3"]
    assert PreparedMedia.objects.count() == 2


def test_what_is_dropped_is_gone_and_nothing_else(shelf: DeliveryShelf) -> None:
    shelf.keep("image 1", "r1", clock.now() + HOUR)
    shelf.keep("image 2", "r2", clock.now() + HOUR)
    for _time in range(2):
        shelf.drop("image 1")
    assert [shelf.kept("image 1"), shelf.kept("image 2")] == ["", "r2"]


def test_another_delivery_has_its_own(shelf: DeliveryShelf, mastodon: Page) -> None:
    shelf.keep("image 1", "r1", clock.now() + HOUR)
    other = due(mastodon, "Une autre")
    assert DeliveryShelf(other.pk).kept("image 1") == ""
    prepared.forget(other)
    assert shelf.kept("image 1") == "r1"


def test_a_post_that_leaves_has_the_shelf_of_its_delivery(row: Delivery, mastodon: Page) -> None:
    outgoing_of(row, mastodon).shelf.keep("image 1", "r1", clock.now() + HOUR)
    assert outgoing_of(row, mastodon).shelf.kept("image 1") == "r1"
    assert outgoing_of(row, mastodon) == outgoing_of(row, mastodon)


def test_what_was_about_to_be_shown_is_told_of_sends_without_a_clear_answer(
    row: Delivery, shelf: DeliveryShelf
) -> None:
    for number, (outcome, held) in enumerate(
        [
            (Outcome.UNKNOWN, "c1"),
            (Outcome.LATER, "c2"),
            (Outcome.NEVER, "c3"),
            (Outcome.UNKNOWN, ""),
            (Outcome.UNKNOWN, "c1"),
            ("", "c4"),
        ]
    ):
        Attempt.objects.create(
            delivery=row,
            number=number,
            fingerprint="x",
            started_at=clock.now(),
            outcome=outcome,
            prepared=held,
        )
    shelf.press("c5")  # no fence has written it yet
    assert DeliveryShelf(row.pk).pressed() == shelf.pressed() == ("c1", "c4")


@pytest.mark.parametrize(("worked", "wait"), [(0, 3), (4, 3), (10, 5), (60, 30), (120, 60), (7200, 60)])
def test_the_longer_a_network_works_the_longer_it_is_left_alone(
    row: Delivery, shelf: DeliveryShelf, worked: int, wait: int
) -> None:
    shelf.keep("image 1", "r1", clock.now() + 9 * HOUR)
    assert prepared.pause(row, clock.now() + timedelta(seconds=worked)) == timedelta(seconds=wait)


def test_without_anything_kept_it_is_asked_soon(row: Delivery) -> None:
    assert prepared.pause(row, clock.now()) == prepared.SHORTEST


def test_what_is_old_is_forgotten_once_a_day(
    shelf: DeliveryShelf, cast: Cast, still: time_machine.Traveller
) -> None:
    shelf.keep("image 1", "r1", clock.now() + HOUR)
    shelf.keep("image 2", "r2", clock.now() + 2 * HOUR)
    still.shift(HOUR)
    assert jobs.tidy_images() == 1
    assert list(PreparedMedia.objects.values_list("name", flat=True)) == ["image 2"]
