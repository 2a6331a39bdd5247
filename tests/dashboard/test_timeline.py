"""The time line: where each post stands on its two days, what is hatched, and what a reader is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cm_suite.dashboard.selectors import now_of, outlook
from cm_suite.dashboard.timeline import MARK, STEP, WIDTH, TimeLine, timeline
from pages.enums import PageState
from pages.models import Brand, Page, Pause, Person
from publishing import rules
from publishing.enums import DeliveryState, HoldReason
from publishing.models import Delivery, Post
from tests.people import Cast

SignIn = Callable[[Person], Client]
S = DeliveryState
MIDNIGHT = datetime(2026, 3, 10, 23, tzinfo=UTC)  # in Paris, where Wednesday begins
NOON = MIDNIGHT + timedelta(hours=12)
FIRST, LAST = MARK // 2, WIDTH - MARK // 2


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def plan(page: Page, due_at: datetime, state: str = S.PLANNED, text: str = "A post") -> Delivery:
    post = Post.objects.create(brand=page.brand, text=text)
    hold = HoldReason.POLICY if state == S.HELD else ""
    return Delivery.objects.create(post=post, page=page, due_at=due_at, state=state, hold_reason=hold)


def second_page(brand: Brand, **fields: str) -> Page:
    return Page.objects.create(brand=brand, network="mastodon", remote_id="7", name="Lumen social", **fields)


def drawn(brand: Brand) -> TimeLine:
    return timeline(outlook(brand), now_of(brand).pauses)


def centres(line: TimeLine) -> list[int]:
    return [mark.x + MARK // 2 for track in line.tracks for mark in track.marks]


@pytest.mark.parametrize(
    ("hours", "x"),
    [
        (0, FIRST),
        (12, FIRST + (LAST - FIRST) // 4),
        (24, WIDTH // 2),
        (36, FIRST + (LAST - FIRST) * 3 // 4),
    ],
)
def test_a_post_stands_at_the_share_of_the_two_days_before_it(cast: Cast, hours: int, x: int) -> None:
    plan(cast.newsroom, MIDNIGHT + timedelta(hours=hours))
    assert centres(drawn(cast.brand)) == [x]


def test_a_mark_at_either_end_is_inside_the_drawing(cast: Cast) -> None:
    plan(cast.newsroom, MIDNIGHT)
    plan(cast.newsroom, MIDNIGHT + timedelta(hours=47, minutes=59))
    [track] = drawn(cast.brand).tracks
    assert [mark.x for mark in track.marks] == [0, WIDTH - MARK]


def test_this_instant_stands_where_a_post_due_now_would(cast: Cast) -> None:
    plan(cast.newsroom, NOON)
    line = drawn(cast.brand)
    assert centres(line) == [line.now]
    assert line.now + line.ahead == WIDTH


@pytest.mark.parametrize(
    ("minutes", "rows", "height"),
    [
        ((0,), [0], STEP),
        ((0, 1, 2, 3), [0, 1, 2, 3], 4 * STEP),
        ((0, 0), [0, 1], 2 * STEP),
        ((0, 10, 600, 610), [0, 1, 0, 1], 2 * STEP),
        ((0, 600, 601), [0, 0, 1], 2 * STEP),
    ],
)
def test_no_mark_covers_another(cast: Cast, minutes: tuple[int, ...], rows: list[int], height: int) -> None:
    for minute in minutes:
        plan(cast.newsroom, NOON + timedelta(minutes=minute))
    [track] = drawn(cast.brand).tracks
    assert [(mark.y - 1) // STEP for mark in track.marks] == rows
    assert track.height == height
    places = [(mark.x, mark.y) for mark in track.marks]
    apart = [
        abs(one[0] - other[0]) >= MARK or abs(one[1] - other[1]) >= MARK
        for index, one in enumerate(places)
        for other in places[:index]
    ]
    assert all(apart)


def walls(line: TimeLine, zone: str) -> list[str]:
    return [f"{tick.at.astimezone(ZoneInfo(zone)):%d %H:%M}" for tick in line.ticks]


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2026-03-11", "Europe/Paris", 48),
        ("2026-03-11", "Asia/Kathmandu", 48),
        ("2026-03-29", "Europe/Paris", 47),
        ("2026-10-25", "Europe/Paris", 49),
        ("2026-03-08", "America/New_York", 47),
        ("2026-11-01", "America/New_York", 49),
    ],
)
def test_the_hours_are_those_of_the_brand_s_wall(cast: Cast, day: str, zone: str, hours: int) -> None:
    Brand.objects.filter(pk=cast.brand.pk).update(zone=zone)
    cast.brand.refresh_from_db()
    at = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo(zone))
    with time_machine.travel(at, tick=False):
        days, line = outlook(cast.brand), drawn(cast.brand)
    number = int(day[-2:])
    assert walls(line, zone) == [
        f"{number + ahead:02} {hour:02}:00" for ahead in (0, 1) for hour in (0, 8, 12, 16, 20)
    ]
    assert days.end - days.first == timedelta(hours=hours)
    xs = [tick.x for tick in line.ticks]
    assert xs == sorted(set(xs))
    assert [tick.starts_day for tick in line.ticks] == [True, *[False] * 4] * 2
    assert [tick.tomorrow for tick in line.ticks] == [False] * 5 + [True] * 5


def test_an_hour_is_as_long_before_a_change_of_the_clocks_as_after(cast: Cast) -> None:
    with time_machine.travel(datetime(2026, 3, 29, 10, tzinfo=UTC), tick=False):
        for hour in (0, 2, 4):  # 01:00, then 04:00 and 06:00 on the wall: 02:00 does not exist
            plan(cast.newsroom, datetime(2026, 3, 29, hour, tzinfo=UTC))
        first, second, third = centres(drawn(cast.brand))
    assert abs((second - first) - (third - second)) <= 1


def test_a_page_with_nothing_in_the_two_days_has_no_line(cast: Cast) -> None:
    second_page(cast.brand)
    plan(cast.newsroom, MIDNIGHT - timedelta(minutes=1))
    plan(cast.newsroom, MIDNIGHT + timedelta(hours=48))
    plan(cast.other_newsroom, NOON)
    assert drawn(cast.brand).tracks == []


@pytest.mark.parametrize("state", DeliveryState)
def test_what_ended_is_not_drawn_and_all_else_is(cast: Cast, state: str) -> None:
    made = plan(cast.newsroom, NOON, state)
    found = [mark.delivery for track in drawn(cast.brand).tracks for mark in track.marks]
    assert found == ([] if state in rules.ENDED else [made])


@pytest.mark.parametrize(
    ("state", "paused", "ended", "stopped"),
    [
        (PageState.CONNECTED, "", False, [False, False]),
        (PageState.CONNECTED, "brand", False, [True, True]),
        (PageState.CONNECTED, "page", False, [True, False]),
        (PageState.CONNECTED, "page", True, [False, False]),
        (PageState.NEEDS_RECONNECT, "", False, [True, False]),
        (PageState.DISCONNECTED, "", False, [True, False]),
    ],
)
def test_what_stops_a_page_hatches_its_line_only(
    cast: Cast, state: str, paused: str, ended: bool, stopped: list[bool]
) -> None:
    page = second_page(cast.brand, state=state)
    if paused:
        Pause.objects.create(
            brand=cast.brand,
            page=page if paused == "page" else None,
            reason="a recall",
            started_by=cast.alice,
            ended_at=NOON if ended else None,
        )
    Pause.objects.create(brand=cast.other_brand, reason="theirs", started_by=cast.charlie)
    for each in (page, cast.newsroom):
        plan(each, NOON)
    line = drawn(cast.brand)
    assert [(track.lane.page, track.stopped) for track in line.tracks] == list(
        zip((page, cast.newsroom), stopped, strict=True)
    )


def shown(client: Client) -> Tag:
    page = BeautifulSoup(client.get("/b/maison-lumen/").content, "lxml")
    found = page.select_one(".timeline")
    assert found is not None
    return found


def marks(figure: Tag) -> list[tuple[str, str]]:
    return [(str(link["href"]), str(link["aria-label"])) for link in figure.select("a.timeline-mark")]


def test_each_mark_leads_to_its_post_and_says_what_it_is(cast: Cast, signed_in: SignIn) -> None:
    Person.objects.update(language="en")
    sent = plan(cast.newsroom, NOON, S.PUBLISHED, "Fresh <b>bread</b>")
    held = plan(cast.newsroom, NOON + timedelta(hours=30, minutes=7), S.HELD, "Late news")
    figure = shown(signed_in(cast.vera))
    assert marks(figure) == [
        (f"/b/maison-lumen/posts/{sent.post_id}/", "12:00 · Published · Fresh <b>bread</b>"),
        (f"/b/maison-lumen/posts/{held.post_id}/", "18:07 · Held · Late news"),
    ]
    assert [title.get_text() for title in figure.select("title")] == [said for _, said in marks(figure)]
    shapes = [str(use["href"]).partition("#")[2] for use in figure.select("use")]
    assert shapes == ["state-published", "state-held"]
    assert len(figure.select(".is-hatch")) == 1
    assert figure.select(".is-stopped") == []


def test_the_list_names_what_the_line_draws(cast: Cast, signed_in: SignIn) -> None:
    for hour, state in enumerate((S.PUBLISHED, S.PLANNED, S.HELD, S.NEEDS_PERSON)):
        plan(cast.newsroom, NOON + timedelta(hours=hour * 9), state)
    html = BeautifulSoup(signed_in(cast.bob).get("/b/maison-lumen/").content, "lxml")
    listed = [str(link["href"]) for link in html.select(".timeline-list a")]
    assert listed == [href for href, _said in marks(shown(signed_in(cast.bob)))]
    assert len(listed) == 4


def test_two_pages_of_one_name_are_told_apart(cast: Cast, signed_in: SignIn) -> None:
    Person.objects.update(language="en")
    for page in (cast.newsroom, second_page(cast.brand)):
        Page.objects.filter(pk=page.pk).update(name="Lumen")
        plan(page, NOON)
    names = [
        " · ".join(each.stripped_strings) for each in shown(signed_in(cast.bob)).select(".timeline-name")
    ]
    assert names == ["Lumen · Mastodon", "Lumen · Public page"]


def test_a_tower_of_marks_is_listed_in_place_of_drawn(cast: Cast, signed_in: SignIn) -> None:
    for minute in range(3):
        plan(cast.newsroom, NOON + timedelta(minutes=minute))
    assert drawn(cast.brand).crowded is True
    html = BeautifulSoup(signed_in(cast.bob).get("/b/maison-lumen/").content, "lxml")
    assert (html.select(".timeline"), html.select("details.timeline-list")) == ([], [])
    assert len(html.select(".timeline-list a")) == 3
    Delivery.objects.order_by("due_at").last().delete()  # type: ignore[union-attr]  # there are three
    assert drawn(cast.brand).crowded is False
    assert len(marks(shown(signed_in(cast.bob)))) == 2


@pytest.mark.parametrize("language", ["fr", "en"])
def test_geometry_is_written_in_whole_numbers_in_any_language(
    cast: Cast, signed_in: SignIn, language: str
) -> None:
    Person.objects.update(language=language)
    Pause.objects.create(brand=cast.brand, reason="a recall", started_by=cast.alice)
    for hour in range(12):
        plan(cast.newsroom, NOON + timedelta(hours=hour * 3))
    figure = shown(signed_in(cast.bob))
    written = [
        str(shape[name])
        for shape in figure.select("rect, line, text, use")
        for name in ("x", "y", "x1", "x2", "y1", "y2", "width", "height")
        if name in shape.attrs
    ]
    assert [value for value in written if not value.isdecimal()] == []
    assert STEP < max(int(value) for value in written) < WIDTH


def test_drawing_asks_nothing_of_the_database(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for hour in range(3):
        plan(cast.newsroom, NOON + timedelta(hours=hour))
    days, pauses = outlook(cast.brand), now_of(cast.brand).pauses
    with django_assert_num_queries(0):
        assert len(centres(timeline(days, pauses))) == 3
