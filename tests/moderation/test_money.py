"""Listening where every answer costs money: what a quiet day costs, and what is kept for publishing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db.models import Sum
from pytest_django import Settings

from moderation import jobs
from moderation.enums import Decided
from moderation.models import Comment, Watch
from moderation.services import recheck
from moderation.services.assign import ask_review
from pages.models import Budget, Page, Spending
from publishing import jobs as publishing
from publishing.enums import DeliveryState
from tests.moderation.makers import HARMLESS, INSULT, decided
from tests.people import Cast
from tests.publishing.houses import House, house
from tests.publishing.makers import due, fresh

DOLLAR = 1_000_000
QUARTER = timedelta(minutes=15)


@pytest.fixture(autouse=True)
def still(noon: time_machine.Traveller, redis_url: str, settings: Settings) -> time_machine.Traveller:
    settings.PUBLIC_URL = "https://pages.exemple.fr"
    return noon


@pytest.fixture
def net(still: time_machine.Traveller) -> Iterator[House]:
    with house("x") as opened:
        yield opened


@pytest.fixture
def page(net: House, cast: Cast) -> Page:
    """A page with a post that went out, and twenty dollars a month."""
    connected = net.connect(cast.brand)
    Budget.objects.update(microdollars=20 * DOLLAR)
    return connected


def posted(page: Page, text: str = "Une vitrine") -> str:
    row = due(page, text)
    publishing.publish_due()
    return str(fresh(row).remote_id)


def spent() -> int:
    return Spending.objects.aggregate(sum=Sum("microdollars"))["sum"] or 0


def read(page: Page, still: time_machine.Traveller, after: timedelta = QUARTER) -> None:
    still.shift(after)
    Page.objects.update(paced_until=None)
    jobs.poll_page(page.pk)


def test_ten_insults_that_wait_cost_little_a_day(
    net: House, page: Page, still: time_machine.Traveller
) -> None:
    below = posted(page)
    read(page, still)
    for number in range(10):
        net.hear(f"{INSULT} {number}", below)
    read(page, still)
    assert Comment.objects.filter(by_page=False).count() == 10
    before = spent()
    for _turn in range(96):
        read(page, still)
    assert spent() - before <= 10 * (5_000 + 10_000) + 2 * 5_000
    assert posted(page, "Encore une vitrine") != ""


def test_what_nobody_is_to_decide_is_not_asked_about_again(
    net: House, page: Page, still: time_machine.Traveller
) -> None:
    below = posted(page)
    net.hear(HARMLESS, below)
    net.hear(INSULT, below)
    read(page, still)
    assert list(recheck.due(page)) == []
    still.shift(timedelta(hours=25))
    assert [each.text for each in recheck.due(page)] == [INSULT]


def test_a_turn_reads_the_list_once_for_comments_and_mentions(
    net: House, page: Page, still: time_machine.Traveller
) -> None:
    below = posted(page)
    read(page, still)
    net.hear(HARMLESS, below)
    before = spent()
    read(page, still)
    assert set(Watch.objects.values_list("kind", flat=True)) == {"comments", "messages"}
    assert spent() - before == 2 * 5_000 + 2 * 10_000  # her words and our post; she and the account


def test_reading_leaves_what_publishing_needs(
    net: House, page: Page, still: time_machine.Traveller, cast: Cast
) -> None:
    below = posted(page)
    net.hear("Vous ouvrez à quelle heure ?", below)
    read(page, still)
    comment = Comment.objects.get(by_page=False)
    Budget.objects.update(microdollars=spent() + 20_000)
    net.hear(INSULT, below)
    read(page, still)
    watch = Watch.objects.get(kind="comments")
    assert (watch.code, Comment.objects.filter(by_page=False).count()) == ("reserve_kept", 1)
    assert ask_review(comment, cast.mona) is not None
    action = decided(comment, cast.mona, Decided.REPLY, text="À dix heures !").action
    assert action is not None
    jobs.carry_out()
    assert action.attempts.get().outcome == "done"


def test_a_post_goes_out_when_reading_has_ended(
    net: House, page: Page, still: time_machine.Traveller
) -> None:
    below = posted(page)
    Budget.objects.update(microdollars=spent() + 15_000)
    net.hear(INSULT, below)
    read(page, still)
    assert Watch.objects.get(kind="comments").code == "reserve_kept"
    row = due(page, "Encore une vitrine")
    publishing.publish_due()
    assert fresh(row).state == DeliveryState.PUBLISHED
