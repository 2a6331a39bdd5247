"""The budgets of many pages at once say what publishing says of each."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from cm_suite.core import clock
from cm_suite.dashboard.lines import brand_lines
from cm_suite.dashboard.selectors import now_of
from pages.enums import PageState
from pages.models import Page, Pause
from pages.selectors.people import memberships_of
from publishing.enums import DeliveryState, HoldReason
from publishing.models import Cap, Delivery, Gap, Post
from publishing.selectors.budget import budget, next_slot
from publishing.selectors.budgets import Budget, budgets_of, next_slots
from publishing.selectors.free import AHEAD
from tests.people import Cast

NOON = datetime(2026, 3, 11, 11, tzinfo=UTC)
S = DeliveryState
COUNTED = (S.PLANNED, S.HELD, S.CLAIMED, S.PUBLISHED, S.UNKNOWN, S.NEEDS_PERSON, S.CANCELLED, S.MISSED)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def plan(page: Page, due_at: datetime, state: str, hold: str = "") -> Delivery:
    post = Post.objects.create(brand=page.brand, text="A post")
    return Delivery.objects.create(
        post=post,
        page=page,
        due_at=due_at,
        state=state,
        hold_reason=hold,
        published_at=due_at if state == S.PUBLISHED else None,
    )


def scatter(page: Page, dice: random.Random) -> list[Delivery]:
    """Some posts around noon, in all kinds of states; gives those that ask for a slot."""
    asking = []
    for _ in range(dice.randint(3, 12)):
        state = dice.choice(COUNTED)
        away = timedelta(minutes=dice.randint(-3000, 3000))
        if state in (S.PUBLISHED, S.UNKNOWN, S.NEEDS_PERSON, S.MISSED):
            away = -abs(away)
        hold = dice.choice([HoldReason.POLICY, HoldReason.PAUSED]) if state == S.HELD else ""
        made = plan(page, NOON + away, state, hold)
        if state in (S.HELD, S.MISSED):
            asking.append(made)
    return asking


@pytest.mark.parametrize("seed", range(8))
def test_slots_for_many_posts_are_those_of_each(cast: Cast, seed: int) -> None:
    dice = random.Random(seed)
    second = Page.objects.create(brand=cast.brand, network="mastodon", remote_id="7", name="Lumen")
    asking = []
    for page in (cast.newsroom, second):
        for hours in dice.sample([6, 24, 72], dice.randint(0, 3)):
            Cap.objects.create(page=page, at_most=dice.randint(1, 3), hours=hours)
        if dice.random() < 0.5:
            Gap.objects.create(page=page, minutes=dice.choice([15, 90]))
        asking += scatter(page, dice)
    expected = {each.pk: next_slot(each.page, clock.now() + AHEAD, without=each.pk) for each in asking}
    assert next_slots(asking) == expected


@pytest.mark.parametrize("seed", range(8))
def test_what_is_used_is_what_publishing_counts(cast: Cast, seed: int) -> None:
    dice = random.Random(seed)
    Cap.objects.create(page=cast.newsroom, at_most=3, hours=24)
    for _ in range(6):
        plan(cast.newsroom, NOON - timedelta(minutes=dice.randint(1, 3000)), S.PUBLISHED)
    [use] = budget(cast.newsroom, clock.now()).uses
    assert budgets_of([cast.newsroom.pk])[cast.newsroom.pk].used == use.used


def test_the_tightest_cap_is_shown(cast: Cast) -> None:
    Cap.objects.create(page=cast.newsroom, at_most=10, hours=168)
    Cap.objects.create(page=cast.newsroom, at_most=2, hours=24)
    assert budgets_of([cast.newsroom.pk])[cast.newsroom.pk].hours == 24
    for hour in range(8):
        plan(cast.newsroom, NOON - timedelta(hours=25 + hour), S.PUBLISHED)
    assert budgets_of([cast.newsroom.pk])[cast.newsroom.pk].hours == 168


@pytest.mark.parametrize(
    ("hours", "words"), [(1, "1 hour"), (24, "24 hours"), (36, "36 hours"), (168, "7 days")]
)
def test_a_window_is_told_as_the_rules_tell_it(hours: int, words: str) -> None:
    with translation.override("en"):
        assert Budget(hours, 2, 0, 0).window == words


def test_over_the_cap_nothing_is_left(cast: Cast) -> None:
    assert Budget(24, 2, 3, 0).left == -0.5


def test_a_window_is_open_at_its_far_end(cast: Cast) -> None:
    Cap.objects.create(page=cast.newsroom, at_most=2, hours=24)
    plan(cast.newsroom, NOON - timedelta(hours=24), S.PUBLISHED)
    plan(cast.newsroom, NOON + timedelta(hours=24), S.PLANNED)
    found = budgets_of([cast.newsroom.pk])[cast.newsroom.pk]
    assert (found.used, found.fullest) == (0, 1)


@pytest.mark.parametrize(
    ("out", "planned", "expected"),
    [
        ((), (), (0, 0)),
        ((1, 2), (), (2, 0)),
        ((1, 23), (), (2, 0)),
        ((1, 23), (0.5,), (2, 3)),
        ((1, 23), (2,), (2, 2)),
        ((), (1, 2, 30, 31, 32), (0, 3)),
        ((1,), (23, 25), (1, 2)),
    ],
)
def test_what_is_planned_is_counted_in_the_fullest_window_not_added_to_another(
    cast: Cast, out: tuple[float, ...], planned: tuple[float, ...], expected: tuple[int, int]
) -> None:
    Cap.objects.create(page=cast.newsroom, at_most=5, hours=24)
    for hours in out:
        plan(cast.newsroom, NOON - timedelta(hours=hours), S.PUBLISHED)
    for hours in planned:
        plan(cast.newsroom, NOON + timedelta(hours=hours), S.PLANNED)
    found = budgets_of([cast.newsroom.pk])[cast.newsroom.pk]
    assert (found.used, found.fullest) == expected


def test_without_caps_one_question_is_asked(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert budgets_of([cast.newsroom.pk]) == {}
    with django_assert_num_queries(0):
        assert next_slots([]) == {}


def test_the_list_of_brands_counts_what_today_names(cast: Cast) -> None:
    shut = Page.objects.create(
        brand=cast.brand, network="mastodon", remote_id="7", name="Lumen", state=PageState.NEEDS_RECONNECT
    )
    Pause.objects.create(brand=cast.brand, reason="a recall", started_by=cast.alice)
    for state in DeliveryState:
        plan(cast.newsroom, NOON, state)
        plan(shut, NOON, state, HoldReason.RECONNECT if state == S.HELD else "")
    [line] = brand_lines(memberships_of(cast.bob))
    now = now_of(cast.brand)
    assert line.trouble == len(now.items) + now.more == 9
