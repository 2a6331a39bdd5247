"""Today: what needs a person, what goes out in the brand's two days, how each page does."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cm_suite.dashboard.selectors import SHOWN, NowKind, health, now_of, outlook
from pages.enums import DepartureCause, PageState
from pages.models import AudienceCount, Brand, Departure, Page, Pause, Person
from pages.networks.types import Metric
from pages.newsroom.models import Arrival, Subscriber, SubscriberState
from publishing.enums import DeliveryState, HoldReason
from publishing.models import Cap, Delivery, Gap, Post
from tests.people import Cast

SignIn = Callable[[Person], Client]
NOON = datetime(2026, 3, 11, 11, tzinfo=UTC)  # a Wednesday, noon in Paris
S = DeliveryState


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def plan(page: Page, due_at: datetime, state: str = S.PLANNED, **fields: object) -> Delivery:
    post = Post.objects.create(brand=page.brand, text=f"Post of {due_at:%d %H:%M}")
    if state == S.PUBLISHED:
        fields.setdefault("published_at", due_at)
    return Delivery.objects.create(post=post, page=page, due_at=due_at, state=state, **fields)


def second_page(brand: Brand, **fields: str) -> Page:
    return Page.objects.create(brand=brand, network="mastodon", remote_id="7", name="Lumen", **fields)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_what_needs_a_person_comes_by_deadline(cast: Cast) -> None:
    late = plan(cast.newsroom, NOON + hours(3), S.HELD, hold_reason=HoldReason.POLICY)
    lost = plan(cast.newsroom, NOON - hours(2), S.MISSED)
    refused = plan(cast.newsroom, NOON - hours(1), S.REJECTED)
    asks = plan(cast.newsroom, NOON - hours(5), S.NEEDS_PERSON)
    for state in (S.PLANNED, S.PUBLISHED, S.UNKNOWN, S.SENDING, S.CANCELLED, S.REMOVED):
        plan(cast.newsroom, NOON, state)
    plan(cast.other_newsroom, NOON, S.NEEDS_PERSON)
    now = now_of(cast.brand)
    assert [item.delivery for item in now.items] == [asks, lost, refused, late]
    assert now.more == 0


def test_a_cause_is_named_once_with_what_it_holds(cast: Cast) -> None:
    shut = second_page(cast.brand, state=PageState.NEEDS_RECONNECT)
    for hour in (4, 2):
        plan(shut, NOON + hours(hour), S.HELD, hold_reason=HoldReason.RECONNECT)
    plan(cast.newsroom, NOON + hours(6))
    pause = Pause.objects.create(brand=cast.brand, reason="a recall", started_by=cast.alice)
    items = now_of(cast.brand).items
    assert [(item.kind, item.page, item.pause, item.at, item.waits) for item in items] == [
        (NowKind.PAUSE, None, pause, NOON, 3),
        (NowKind.RECONNECT, shut, None, NOON + hours(2), 2),
    ]


def test_a_pause_of_one_page_holds_that_page_only(cast: Cast) -> None:
    page = second_page(cast.brand)
    plan(page, NOON + hours(1))
    plan(cast.newsroom, NOON + hours(1))
    Pause.objects.create(brand=cast.brand, page=page, reason="a typo", started_by=cast.alice)
    Pause.objects.create(
        brand=cast.brand, page=cast.newsroom, reason="done", started_by=cast.alice, ended_at=NOON
    )
    assert [(item.page, item.waits) for item in now_of(cast.brand).items] == [(page, 1)]


def test_a_held_post_is_offered_the_next_free_slot(cast: Cast) -> None:
    Cap.objects.create(page=cast.newsroom, at_most=1, hours=24)
    Gap.objects.create(page=cast.newsroom, minutes=30)
    plan(cast.newsroom, NOON - hours(4), S.PUBLISHED)
    plan(cast.newsroom, NOON, S.HELD, hold_reason=HoldReason.POLICY)
    [item] = now_of(cast.brand).items
    assert item.slot == NOON + hours(20)


def test_without_rules_a_missed_post_is_offered_a_slot_soon(cast: Cast) -> None:
    plan(cast.newsroom, NOON - hours(1), S.MISSED)
    assert [item.slot for item in now_of(cast.brand).items] == [NOON + timedelta(minutes=10)]


def test_no_slot_is_offered_where_nothing_could_leave(cast: Cast) -> None:
    shut = second_page(cast.brand, state=PageState.NEEDS_RECONNECT)
    for page in (shut, cast.newsroom):
        plan(page, NOON - hours(1), S.MISSED)
    Pause.objects.create(brand=cast.brand, page=cast.newsroom, reason="a typo", started_by=cast.alice)
    assert [item.slot for item in now_of(cast.brand).items] == [None] * 4


def test_a_long_list_is_cut_and_says_so(cast: Cast, signed_in: SignIn) -> None:
    for minute in range(SHOWN + 3):
        plan(cast.newsroom, NOON - timedelta(minutes=minute), S.NEEDS_PERSON)
    now = now_of(cast.brand)
    assert (len(now.items), now.more) == (SHOWN, 3)
    Person.objects.update(language="en")
    assert "3 more in the plan" in signed_in(cast.bob).get("/b/maison-lumen/").content.decode()


def test_two_days_are_those_of_the_brand_s_zone(cast: Cast) -> None:
    Brand.objects.filter(pk=cast.brand.pk).update(zone="Pacific/Auckland")  # there, it is already Thursday
    cast.brand.refresh_from_db()
    midnight = datetime(2026, 3, 11, 11, tzinfo=UTC)
    plan(cast.newsroom, midnight - timedelta(minutes=1))
    first = plan(cast.newsroom, midnight)
    last = plan(cast.newsroom, midnight + hours(48) - timedelta(minutes=1))
    plan(cast.newsroom, midnight + hours(48))
    found = outlook(cast.brand)
    assert (found.today.isoformat(), found.tomorrow.isoformat()) == ("2026-03-12", "2026-03-13")
    [lane] = found.lanes
    assert (lane.today, lane.tomorrow) == ([first], [last])
    assert found.count == 2


def test_the_day_the_clocks_change_has_twenty_three_hours(cast: Cast) -> None:
    with time_machine.travel(datetime(2026, 3, 28, 12, tzinfo=UTC), tick=False):
        inside = plan(cast.newsroom, datetime(2026, 3, 29, 21, 59, tzinfo=UTC))
        plan(cast.newsroom, datetime(2026, 3, 29, 22, 0, tzinfo=UTC))
        assert [lane.tomorrow for lane in outlook(cast.brand).lanes] == [[inside]]


def test_every_page_has_its_lane_and_what_is_gone_is_left_out(cast: Cast) -> None:
    page = second_page(cast.brand)
    left = Page.objects.create(
        brand=cast.brand, network="mastodon", remote_id="8", name="Old", state=PageState.DISCONNECTED
    )
    shown = plan(page, NOON + hours(1), S.HELD)
    plan(page, NOON + hours(2), S.CANCELLED)
    plan(cast.newsroom, NOON + hours(3), S.REMOVED)
    assert {lane.page: list(lane.today) for lane in outlook(cast.brand).lanes} == {
        page: [shown],
        cast.newsroom: [],
    }
    waiting = plan(left, NOON + hours(1), S.HELD)
    assert {lane.page: list(lane.today) for lane in outlook(cast.brand).lanes}[left] == [waiting]


def follow(page: Page, number: int, when: datetime) -> None:
    Arrival.objects.create(page=page, at=when)
    Subscriber.objects.create(
        page=page,
        email_hash=str(number),
        state=SubscriberState.ACTIVE,
        asked_at=when,
        confirmed_at=when,
    )


def test_a_page_s_line_says_fans_and_budget(cast: Cast) -> None:
    for number in range(3):
        follow(cast.newsroom, number, NOON - timedelta(days=number))
    follow(cast.newsroom, 9, NOON - timedelta(days=40))
    Departure.objects.create(page=cast.newsroom, cause=DepartureCause.TOO_OFTEN, at=NOON - timedelta(days=1))
    Cap.objects.create(page=cast.newsroom, at_most=5, hours=168)
    Cap.objects.create(page=cast.newsroom, at_most=2, hours=24)
    plan(cast.newsroom, NOON - hours(2), S.PUBLISHED)
    plan(cast.newsroom, NOON - hours(25), S.PUBLISHED)
    plan(cast.newsroom, NOON + hours(3))
    plan(cast.newsroom, NOON + hours(30))
    [line] = health(cast.brand)
    assert (line.audience.fans, line.audience.gained, line.audience.lost) == (4, 3, 1)
    assert line.budget is not None
    assert (line.budget.hours, line.budget.limit, line.budget.used, line.budget.fullest) == (24, 2, 1, 2)


def test_a_page_elsewhere_says_what_its_network_told(cast: Cast, signed_in: SignIn) -> None:
    Person.objects.update(language="en")
    page = second_page(cast.brand)
    told = {Metric.GAINED: 12, Metric.LOST: 5}
    for metric, value in told.items():
        AudienceCount.objects.create(page=page, day=NOON.date(), metric=metric, value=value, at=NOON)

    def said() -> str:
        html = signed_in(cast.vera).get("/b/maison-lumen/").content.decode()
        return " ".join(html.split())

    assert "+12 gained, −5 lost" in said()
    assert "over 1 day that the network told of" in said()
    AudienceCount.objects.filter(metric=Metric.LOST).delete()
    assert "+12 gained" not in said()
    assert "that the network told of" not in said()


def test_what_a_cap_holds_uses_no_budget(cast: Cast) -> None:
    Cap.objects.create(page=cast.newsroom, at_most=2, hours=24)
    plan(cast.newsroom, NOON + hours(1), S.HELD, hold_reason=HoldReason.POLICY)
    plan(cast.newsroom, NOON + hours(2), S.HELD, hold_reason=HoldReason.PAUSED)
    [line] = health(cast.brand)
    assert line.budget is not None
    assert (line.budget.used, line.budget.fullest) == (0, 1)


def test_without_caps_there_is_no_budget(cast: Cast) -> None:
    assert [line.budget for line in health(cast.brand)] == [None]


def test_the_page_offers_each_act_to_those_who_may(cast: Cast, signed_in: SignIn) -> None:
    shut = second_page(cast.brand, state=PageState.NEEDS_RECONNECT)
    held = plan(cast.newsroom, NOON, S.HELD, hold_reason=HoldReason.POLICY)
    pause = Pause.objects.create(brand=cast.brand, page=shut, reason="a recall", started_by=cast.alice)
    acts = {
        "slot": f"/b/maison-lumen/deliveries/{held.pk}/move/",
        "reconnect": f"/b/maison-lumen/pages/{shut.pk}/reconnect/",
        "resume": f"/b/maison-lumen/pause/{pause.pk}/resume/",
    }
    offered = {}
    for person in (cast.vera, cast.bob, cast.ada, cast.alice):
        html = signed_in(person).get("/b/maison-lumen/").content.decode()
        offered[person.name] = [name for name, url in acts.items() if f'"{url}"' in html]
    assert offered == {
        "Vera": [],
        "Bob": ["slot"],
        "Ada": ["slot", "resume"],
        "Alice": ["slot", "reconnect", "resume"],
    }


def test_the_count_is_of_what_the_reader_may_do(cast: Cast, signed_in: SignIn) -> None:
    Person.objects.update(language="en")
    second_page(cast.brand, state=PageState.NEEDS_RECONNECT)
    plan(cast.newsroom, NOON, S.NEEDS_PERSON)
    Pause.objects.create(brand=cast.brand, reason="a recall", started_by=cast.alice)
    counts = {}
    for person in (cast.vera, cast.mona, cast.bob, cast.ada, cast.alice):
        page = BeautifulSoup(signed_in(person).get("/b/maison-lumen/").content, "lxml")
        [count] = page.select("section[aria-labelledby=now] .card-head .count")
        counts[person.name] = (count.get_text(), "is-risk" in count["class"])
    assert counts == {
        "Vera": ("3", False),
        "Mona": ("3", False),
        "Bob": ("1", True),
        "Ada": ("2", True),
        "Alice": ("3", True),
    }


def test_pages_of_one_name_are_told_apart_in_now(cast: Cast, signed_in: SignIn) -> None:
    Person.objects.update(language="en")
    other = second_page(cast.brand, host="https://social.example")
    Page.objects.filter(brand=cast.brand).update(name="Lumen")
    for page in (cast.newsroom, other):
        plan(page, NOON, S.NEEDS_PERSON)
    html = BeautifulSoup(signed_in(cast.bob).get("/b/maison-lumen/").content, "lxml")
    names = [" ".join(each.stripped_strings) for each in html.select("[aria-labelledby=now] .page-name")]
    assert names == ["Lumen Public page", "Mastodon: Lumen social.example"]


def test_one_click_takes_the_slot(cast: Cast, signed_in: SignIn) -> None:
    held = plan(cast.newsroom, NOON - hours(1), S.HELD, hold_reason=HoldReason.POLICY)
    slot = (NOON + timedelta(minutes=10)).isoformat()
    data = {"take": slot, "next": "/b/maison-lumen/"}
    response = signed_in(cast.bob).post(f"/b/maison-lumen/deliveries/{held.pk}/move/", data)
    assert response.headers["Location"] == "/b/maison-lumen/"
    held.refresh_from_db()
    assert (held.state, held.due_at) == (S.PLANNED, NOON + timedelta(minutes=10))


def test_an_empty_brand_says_the_next_step(cast: Cast, signed_in: SignIn) -> None:
    Person.objects.update(language="en")
    html = signed_in(cast.bob).get("/b/maison-lumen/").content.decode()
    assert "Nothing needs you" in html
    assert "Nothing goes out today or tomorrow" in html
    cast.newsroom.delete()
    assert "No page yet" in signed_in(cast.bob).get("/b/maison-lumen/").content.decode()


def fill(cast: Cast, page: Page, number: int) -> None:
    """One more row of everything the page shows."""
    plan(page, NOON + hours(number), S.PLANNED)
    plan(page, NOON - hours(number), S.NEEDS_PERSON)
    plan(page, NOON - hours(number), S.HELD, hold_reason=HoldReason.POLICY)
    Cap.objects.create(page=page, at_most=2, hours=24)
    follow(page, number, NOON)
    Departure.objects.create(page=page, at=NOON)
    aside = Page.objects.create(
        brand=cast.brand, network="mastodon", remote_id=f"aside {number}", state=PageState.DISCONNECTED
    )
    Pause.objects.create(brand=cast.brand, page=aside, reason="a recall", started_by=cast.alice)


def test_the_page_asks_as_many_questions_for_three_rows_as_for_one(
    cast: Cast, signed_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(cast.alice)
    fill(cast, cast.newsroom, 1)
    with django_assert_num_queries(QUERIES):
        client.get("/b/maison-lumen/")
    for number in (2, 3):
        page = Page.objects.create(
            brand=cast.brand, network="mastodon", remote_id=str(number), name=f"Page {number}"
        )
        fill(cast, page, number)
    with django_assert_num_queries(QUERIES + 1):  # what networks tell, once for all pages elsewhere
        response = client.get("/b/maison-lumen/")
    assert len(response.context["now"].items) == 9
    assert len(response.context["health"]) == 3


QUERIES = 26
