"""Fans: how many, gained and lost day by day in the brand's zone, and why people left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pages.enums import DepartureCause, PageState
from pages.models import Departure, Page, Person
from pages.newsroom.models import Arrival, Subscriber, SubscriberState
from pages.selectors.audience import audience
from pages.services.audience import GainedLost, gained_lost, record_departure, set_cause
from tests.people import Cast

pytestmark = pytest.mark.django_db

type SignIn = Callable[[Person], Client]
# Paris is two hours ahead: this is 31 March 2026, 10:00 there; summer time began on the 29th.
NOW = datetime(2026, 3, 31, 8, 0, tzinfo=UTC)


def follow(page: Page, at: datetime | None, state: SubscriberState = SubscriberState.ACTIVE) -> None:
    """One subscriber, confirmed at an instant."""
    if at is not None:
        Arrival.objects.create(page=page, at=at)
    Subscriber.objects.create(
        page=page,
        email="",
        email_hash=str(Subscriber.objects.count()),
        state=state,
        asked_at=at or NOW,
        confirmed_at=at,
    )


def address(cast: Cast) -> str:
    """The page of fans."""
    return reverse("pages:fans", args=[cast.brand.slug])


@time_machine.travel(NOW, tick=False)
def test_days_are_the_brands_own(cast: Cast) -> None:
    follow(cast.newsroom, datetime(2026, 3, 30, 21, 59, tzinfo=UTC))  # 23:59 on the 30th
    follow(cast.newsroom, datetime(2026, 3, 30, 22, 1, tzinfo=UTC))  # 00:01 on the 31st
    follow(cast.newsroom, datetime(2026, 3, 28, 22, 59, tzinfo=UTC))  # 23:59 on the 28th, winter
    follow(cast.newsroom, datetime(2026, 3, 28, 23, 1, tzinfo=UTC))  # 00:01 on the 29th, winter
    record_departure(cast.newsroom, DepartureCause.TOO_OFTEN, datetime(2026, 3, 29, 22, 30, tzinfo=UTC))
    [line] = audience(cast.brand)
    assert [day.day for day in line.days] == [date(2026, 3, 2) + timedelta(days=n) for n in range(30)]
    moved = [(day.day.day, day.gained, day.lost) for day in line.days if day.gained or day.lost]
    assert moved == [(28, 1, 0), (29, 1, 0), (30, 1, 1), (31, 1, 0)]
    assert (line.gained, line.lost, line.moved) == (4, 1, True)


@time_machine.travel(NOW, tick=False)
def test_the_window_has_edges(cast: Cast) -> None:
    follow(cast.newsroom, datetime(2026, 3, 1, 22, 59, tzinfo=UTC))  # the last minute before the window
    follow(cast.newsroom, datetime(2026, 3, 1, 23, 0, tzinfo=UTC))  # its first instant
    follow(cast.newsroom, datetime(2026, 3, 31, 22, 0, tzinfo=UTC))  # tomorrow
    [line] = audience(cast.brand)
    assert (line.gained, line.days[0].gained, line.fans) == (1, 1, 3)


@time_machine.travel(NOW, tick=False)
def test_fans_are_those_who_confirmed_and_stayed(cast: Cast) -> None:
    follow(cast.newsroom, NOW)
    follow(cast.newsroom, NOW, SubscriberState.LEFT)
    follow(cast.newsroom, None, SubscriberState.PENDING)
    follow(cast.other_newsroom, NOW)
    [line] = audience(cast.brand)
    assert (line.fans, line.gained) == (1, 2)


@time_machine.travel(NOW, tick=False)
def test_reasons_are_counted_and_the_silent_come_last(cast: Cast) -> None:
    given = ["too_often"] * 5 + ["one_offer"] + [""] * 2
    for cause in given:
        record_departure(cast.newsroom, cause, NOW)
    [line] = audience(cast.brand)
    assert [(each.cause, each.count, each.percent) for each in line.causes] == [
        ("too_often", 5, 62),
        ("one_offer", 1, 12),
        ("", 2, 25),
    ]
    assert line.top_cause == line.causes[0]


@time_machine.travel(NOW, tick=False)
def test_nobody_said_why(cast: Cast) -> None:
    record_departure(cast.newsroom, "", NOW)
    [line] = audience(cast.brand)
    assert line.top_cause is None


def test_a_departure_takes_its_reason_later(cast: Cast) -> None:
    left = record_departure(cast.newsroom, "", NOW)
    set_cause(left, DepartureCause.REPETITIVE)
    set_cause(left, DepartureCause.TOO_COMMERCIAL)
    assert list(Departure.objects.values_list("cause", "at")) == [("too_commercial", NOW)]
    with pytest.raises(ValueError):
        set_cause(left, "boredom")
    with pytest.raises(ValueError):
        record_departure(cast.newsroom, "boredom", NOW)
    assert Departure.objects.get().cause == "too_commercial"


def test_gained_and_lost_between_two_instants(cast: Cast) -> None:
    hour = timedelta(hours=1)
    for at in (NOW, NOW + hour, NOW + 2 * hour):
        follow(cast.newsroom, at)
        record_departure(cast.newsroom, "", at)
    assert gained_lost(cast.newsroom, NOW, NOW + 2 * hour) == GainedLost(2, 2)
    assert gained_lost(cast.other_newsroom, NOW, NOW + 2 * hour) == GainedLost(0, 0)


@time_machine.travel(NOW, tick=False)
def test_what_a_network_does_not_say_is_not_zero(cast: Cast) -> None:
    page = Page.objects.create(
        brand=cast.brand, network="mastodon", host="https://m.example", remote_id="1", name="M"
    )
    lines = {line.page.pk: line for line in audience(cast.brand)}
    assert (lines[page.pk].fans, lines[page.pk].named) == (None, False)
    Page.objects.filter(pk=page.pk).update(followers=120)
    lines = {line.page.pk: line for line in audience(cast.brand)}
    assert lines[page.pk].fans == 120
    assert (lines[cast.newsroom.pk].fans, lines[cast.newsroom.pk].named) == (0, True)


def test_a_disconnected_page_is_left_out(cast: Cast, signed_in: SignIn) -> None:
    Page.objects.filter(pk=cast.newsroom.pk).update(state=PageState.DISCONNECTED)
    assert audience(cast.brand) == []
    client = signed_in(cast.alice)
    assert reverse("pages:connect", args=[cast.brand.slug]) in client.get(address(cast)).content.decode()


@time_machine.travel(NOW, tick=False)
def test_the_page_reads_in_plain_words(cast: Cast, signed_in: SignIn) -> None:
    cast.bob.language = "en"
    cast.bob.save()
    for cause in ["too_often"] * 5 + ["other"] * 3:
        record_departure(cast.newsroom, cause, NOW)
    page = signed_in(cast.bob).get(address(cast)).content.decode()
    assert "5 of 8 left because of frequency." in page
    assert page.count("<polyline") == 2


@pytest.mark.parametrize("cause", [*DepartureCause.values, ""])
@time_machine.travel(NOW, tick=False)
def test_every_reason_has_its_sentence(cast: Cast, signed_in: SignIn, cause: str) -> None:
    record_departure(cast.newsroom, cause, NOW)
    page = signed_in(cast.bob).get(address(cast))
    assert page.status_code == 200
    assert ("1 of 1" in page.content.decode() or "1 sur 1" in page.content.decode()) == bool(cause)


def test_an_empty_page_says_the_next_step(cast: Cast, signed_in: SignIn) -> None:
    page = signed_in(cast.vera).get(address(cast)).content.decode()
    assert reverse("newsroom:home", args=[cast.brand.slug]) in page
    assert "<polyline" not in page


def test_who_sees_the_fans(cast: Cast, signed_in: SignIn) -> None:
    for role, person in cast.by_role().items():
        assert signed_in(person).get(address(cast)).status_code == (404 if role == "outsider" else 200)


@time_machine.travel(NOW, tick=False)
def test_the_page_costs_the_same_at_one_and_three(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    costs = []
    for turns in (1, 2):
        for number in range(turns):
            page = Page.objects.create(
                brand=cast.brand, network="newsroom", remote_id=f"{turns}{number}", name="N"
            )
            follow(page, NOW)
            record_departure(page, "other", NOW)
        with CaptureQueriesContext(connection) as queries:
            client.get(address(cast))
        costs.append(len(queries))
    assert costs[0] == costs[1]
