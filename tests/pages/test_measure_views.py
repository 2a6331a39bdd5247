"""The room of one page's followers: its chart, its table, and what it says when there is nothing yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pages.enums import Counted, PageState
from pages.models import AudienceCount, Measuring, Page, Person
from pages.networks.errors import Code
from pages.networks.types import Metric
from pages.newsroom.models import Arrival, Subscriber, SubscriberState
from pages.selectors.followers import FollowerDay, Followers
from pages.services.audience import record_departure
from pages.views.audience import TALL, chart
from tests.people import Cast

pytestmark = pytest.mark.django_db
type SignIn = Callable[[Person], Client]
NOW: Final = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
TODAY: Final = NOW.date()
DAY: Final = timedelta(days=1)


@pytest.fixture(autouse=True)
def now(cast: Cast) -> Iterator[None]:
    Person.objects.update(language="en")
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def page(cast: Cast) -> Page:
    return Page.objects.create(
        brand=cast.brand, network="facebook", remote_id="5515", name="Lumen", followers=1204, checked_at=NOW
    )


@pytest.fixture
def vera(cast: Cast, signed_in: SignIn) -> Client:
    """The viewer, who may see everything."""
    return signed_in(cast.vera)


def count(page: Page, back: int, metric: Metric, value: int, name: str) -> None:
    AudienceCount.objects.create(
        page=page, day=TODAY - back * DAY, metric=metric, value=value, name=name, version="v25.0", at=NOW
    )


def told(page: Page, back: int, gained: int, lost: int) -> None:
    count(page, back, Metric.GAINED, gained, "page_daily_follows_unique")
    count(page, back, Metric.LOST, lost, "page_daily_unfollows_unique")


def at(page: Page) -> str:
    return reverse("pages:audience", args=[page.brand.slug, page.pk])


def room(client: Client, page: Page) -> Tag:
    answer = client.get(at(page))
    assert answer.status_code == 200
    found = BeautifulSoup(answer.content, "lxml").find("main")
    assert isinstance(found, Tag)
    return found


def words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def table(tag: Tag) -> list[list[str]]:
    return [[words(cell) for cell in row.select("th, td")] for row in tag.select("tr")]


def test_gained_and_lost_stand_apart_and_days_untold_are_left_out(page: Page, vera: Client) -> None:
    told(page, 1, 9, 4)
    told(page, 3, 0, 0)
    count(page, 4, Metric.GAINED, 2, "page_daily_follows_unique")
    shown = room(vera, page)
    assert table(shown) == [
        ["Day", "Followers", "Gained", "Lost"],
        ["Thu 19 March", "not told", "9", "4"],
        ["Tue 17 March", "not told", "0", "0"],
        ["Mon 16 March", "not told", "2", "not told"],
    ]
    assert [rect["class"] for rect in shown.select(".audience-chart rect")] == [
        ["is-gained"],
        ["is-gained"],
        ["is-lost"],
        ["is-gained"],
        ["is-lost"],
    ]
    assert "by the days of Facebook" in words(shown)
    assert "page_daily_unfollows_unique · version v25.0" in words(shown)
    assert "1,204 followers now" in words(shown).replace("followers now 1,204", "1,204 followers now")
    assert "Difference" not in words(shown)


def test_differences_are_called_differences(page: Page, vera: Client) -> None:
    for back, total in ((5, 100), (4, 93), (1, 99)):
        count(page, back, Metric.FOLLOWERS, total, "profile")
    shown = room(vera, page)
    assert table(shown) == [
        ["Day", "Followers", "Difference"],
        ["Thu 19 March", "99", "+6 over 3 days"],
        ["Mon 16 March", "93", "-7"],
        ["Sun 15 March", "100", "not known"],
    ]
    assert "ten who came and ten who left make no difference" in words(shown)
    assert [rect["class"] for rect in shown.select(".audience-chart rect")] == [["is-less"]]
    assert shown.find(string="Gained") is None
    assert shown.find(string="Lost") is None


def test_who_left_is_said_to_be_unsaid(page: Page, vera: Client) -> None:
    count(page, 1, Metric.GAINED, 4, "organicFollowerGain")
    said = words(room(vera, page))
    assert "Facebook does not say who left." in said
    assert "Gained, day by day" in said


def test_before_the_first_day_it_says_when_numbers_come(page: Page, vera: Client) -> None:
    shown = room(vera, page)
    assert "the first come within a day of connecting the page" in words(shown)
    assert shown.select("table, .audience-chart") == []
    Page.objects.update(state=PageState.DISCONNECTED)
    assert "Its numbers come within a day of its being connected again." in words(room(vera, page))


def test_a_right_that_is_missing_is_said_beside_what_was_told(page: Page, vera: Client) -> None:
    told(page, 2, 1, 1)
    Measuring.objects.create(page=page, kind=Counted.AUDIENCE, code=Code.NOT_ALLOWED_HERE)
    Measuring.objects.create(page=page, kind=Counted.POSTS, code=Code.BUDGET_SPENT)
    shown = room(vera, page)
    assert "Ask those who run the page on the network for a role that may." in words(shown)
    assert "money" not in words(shown)
    assert len(table(shown)) == 2


def test_the_newsroom_shows_its_own_days(cast: Cast, vera: Client) -> None:
    Subscriber.objects.create(
        page=cast.newsroom,
        email="",
        email_hash="1",
        state=SubscriberState.ACTIVE,
        asked_at=NOW,
        confirmed_at=NOW,
    )
    Arrival.objects.create(page=cast.newsroom, at=NOW)
    record_departure(cast.newsroom, "too_often", NOW)
    shown = room(vera, cast.newsroom)
    assert table(shown)[:2] == [["Day", "Gained", "Lost"], ["Fri 20 March", "1", "1"]]
    assert len(table(shown)) == 31
    assert shown.select_one("a[href$='/fans/']") is not None


def test_one_day_or_twenty_cost_the_same(page: Page, vera: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            room(vera, page)
        return len(queries)

    told(page, 1, 1, 1)
    one = asked()
    for back in range(2, 21):
        told(page, back, back, 1)
    assert asked() == one


def test_others_do_not_come_in(cast: Cast, page: Page, signed_in: SignIn, client: Client) -> None:
    assert signed_in(cast.charlie).get(at(page)).status_code == 404
    assert client.get(at(page)).status_code == 302
    other = Page.objects.create(brand=cast.other_brand, network="facebook", remote_id="1", name="Roche")
    address = reverse("pages:audience", args=[cast.brand.slug, other.pk])
    assert signed_in(cast.alice).get(address).status_code == 404


def test_ways_lead_there(cast: Cast, page: Page, vera: Client) -> None:
    of_page = vera.get(reverse("pages:page", args=[cast.brand.slug, page.pk])).content.decode()
    fans = vera.get(reverse("pages:fans", args=[cast.brand.slug])).content.decode()
    assert at(page) in of_page
    assert at(page) in fans
    assert reverse("publishing:counter", args=[cast.brand.slug]) in fans


# --- the chart


def drawn(*days: FollowerDay, gained: bool = True, lost: bool = True) -> Any:
    page = Page(name="Lumen")
    return chart(Followers(page, "x", None, None, days, gained, lost, (), None))


def day(number: int, **more: int) -> FollowerDay:
    return FollowerDay(date(2026, 3, number), **more)


def test_bars_stay_inside_and_grow_with_their_numbers() -> None:
    found = drawn(day(1, gained=40, lost=10), day(2, gained=20, lost=0), day(3))
    heights = [float(bar.height) for bar in found.bars]
    assert heights[0] == pytest.approx(4 * heights[1], abs=0.05)
    assert heights[0] == pytest.approx(2 * heights[2], abs=0.05)
    assert 0 < heights[3] < heights[1]
    for bar in found.bars:
        assert float(bar.y) >= 0
        assert float(bar.y) + float(bar.height) <= TALL
        assert float(bar.x) + float(bar.width) <= TALL


def test_above_the_line_and_below_it() -> None:
    found = drawn(day(1, gained=4, lost=2))
    gained, lost = found.bars
    assert float(gained.y) + float(gained.height) == pytest.approx(float(found.axis), abs=0.02)
    assert lost.y == found.axis


def test_days_that_are_compared_over_a_gap_are_not_drawn() -> None:
    days = (day(1, total=5, difference=5, over=1), day(2, total=9, difference=4, over=3))
    found = drawn(*days, gained=False, lost=False)
    assert [(bar.kind, bar.value) for bar in found.bars] == [("is-more", 5)]


def test_nothing_is_drawn_of_nothing() -> None:
    assert drawn(day(1), day(2)) is None


# --- among the brand's fans


def line_of(client: Client, page: Page) -> str:
    answer = client.get(reverse("pages:fans", args=[page.brand.slug]))
    found = BeautifulSoup(answer.content, "lxml").select_one(f"[aria-labelledby=page-{page.pk}]")
    assert isinstance(found, Tag)
    return words(found)


def test_a_page_elsewhere_is_not_taken_for_an_empty_one_of_ours(page: Page, vera: Client) -> None:
    said = line_of(vera, page)
    assert "followers now 1,204" in said
    assert "This network says how many follow the page, not who came" in said
    assert "Nobody follows this page yet" not in said


def test_a_page_without_any_number_says_no_more(page: Page, vera: Client) -> None:
    Page.objects.filter(pk=page.pk).update(followers=None)
    said = line_of(vera, page)
    assert "No number of this page is known" in said
    assert "This network says how many follow the page" not in said


def test_what_a_network_told_is_summed_over_the_days_it_told_of(page: Page, vera: Client) -> None:
    told(page, 1, 9, 4)
    told(page, 3, 2, 1)
    told(page, 40, 100, 100)
    said = line_of(vera, page)
    assert "gained 11 over 2 days that the network told of" in said
    assert "lost 5 over 2 days that the network told of" in said
    assert "This network does not say why they left." in said
    assert "told of" not in line_of(vera, page.brand.pages.get(network="newsroom"))


def test_who_left_is_not_zero_where_nobody_says_so(page: Page, vera: Client) -> None:
    count(page, 1, Metric.GAINED, 4, "organicFollowerGain")
    count(page, 1, Metric.GAINED, 2, "paidFollowerGain")
    said = line_of(vera, page)
    assert "gained 6 over 1 day that the network told of" in said
    assert "lost" not in said
    assert "This network does not say who left, nor why." in said
