"""What became of posts: when it is counted, what is kept, and who has to wait."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from cm_suite.core import clock, queue
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from pages.enums import Counted, PageState
from pages.measuring import IDLE, READING
from pages.models import Credential, Measuring, Page, Pause
from pages.networks.errors import Code
from pages.networks.types import Capability, Figure, Metric, Profile
from pages.services import turns
from publishing import jobs
from publishing.enums import DeliveryState
from publishing.models import Delivery, PostFigure
from publishing.services.metrics import HOUR, USUAL, WHERE_PAID, last_moment
from tests.networks.facebook.fake import KEYS, Facebook, running
from tests.networks.facebook.words import PAGE, TOKEN
from tests.networks.graph_words import error
from tests.pages import salon as invented
from tests.people import Cast
from tests.publishing.conftest import NOON
from tests.publishing.makers import published

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Told = dict[str, tuple[Figure, ...]]


def figure(metric: Metric, value: int, name: str = "likes") -> Figure:
    return Figure(metric, value, name, "7")


@dataclass
class Counter:
    """A network in memory that counts posts."""

    told: Told = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)
    fails: list[OutcomeError] = field(default_factory=list)

    def profile(self) -> Profile:
        raise AssertionError

    def figures(self, remote_ids: Sequence[str]) -> Told:
        self.asked.append(list(remote_ids))
        if self.fails:
            raise self.fails.pop(0)
        return {each: self.told[each] for each in remote_ids if each in self.told}


CAN = invented.CAN | {Capability.POST_FIGURES, Capability.PUBLISH}


def install(monkeypatch: pytest.MonkeyPatch, counter: Counter, **more: Any) -> None:
    spec = replace(invented.SPEC, build=lambda _access, _tools: counter, capabilities=CAN, **more)
    invented.install(monkeypatch, spec)


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    found = Counter()
    install(monkeypatch, found)
    return found


@pytest.fixture
def page(cast: Cast) -> Page:
    return page_of(cast)


def page_of(cast: Cast, remote_id: str = "1") -> Page:
    made = Page.objects.create(brand=cast.brand, network="salon", remote_id=remote_id, name="Salon de Lumen")
    Credential.objects.create(page=made, token="t")
    return made


def out(page: Page, remote_id: str, age: timedelta = timedelta(hours=2), **more: Any) -> Delivery:
    return published(page, clock.now() - age, remote_id=remote_id, text=f"Post {remote_id}", **more)


def rows() -> list[tuple[str, str, str, int]]:
    kept = PostFigure.objects.order_by("day", "delivery", "metric", "name")
    return [(each.day.isoformat(), each.metric, each.name, each.value) for each in kept]


def turn_of(page: Page) -> Measuring:
    return Measuring.objects.get(page=page, kind=Counted.POSTS)


# --- when


@pytest.mark.parametrize(
    ("age", "wanted"),
    [
        (timedelta(minutes=59), None),
        (timedelta(minutes=61), HOUR),
        (timedelta(hours=23, minutes=30), 23 * HOUR),
        (timedelta(hours=26), 24 * HOUR),
        (timedelta(hours=28), 27 * HOUR),
        (timedelta(days=3, hours=23), 3 * DAY),
        (timedelta(days=4, hours=1), 4 * DAY),
        (timedelta(days=36), 30 * DAY),
        (timedelta(days=38), 37 * DAY),
        (timedelta(days=400), 86 * DAY),
    ],
)
def test_often_at_first_then_daily_then_weekly(age: timedelta, wanted: timedelta | None) -> None:
    assert last_moment(NOON - age, NOON) == (wanted and NOON - age + wanted)


def test_where_it_costs_money_a_day_is_the_least() -> None:
    assert last_moment(NOON - 23 * HOUR, NOON, WHERE_PAID) is None
    assert last_moment(NOON - 25 * HOUR, NOON, WHERE_PAID) == NOON - HOUR


@given(st.integers(0, 200 * 24 * 60), st.integers(0, 24 * 60), st.sampled_from([USUAL, WHERE_PAID]))
def test_moments_never_lie_ahead_and_never_go_back(minutes: int, more: int, stages: Any) -> None:
    born = datetime(2026, 1, 1, tzinfo=UTC)
    now = born + timedelta(minutes=minutes)
    first, later = last_moment(born, now, stages), last_moment(born, now + timedelta(minutes=more), stages)
    if first is not None:
        assert born < first <= now
        assert later is not None
        assert first <= later


@pytest.mark.usefixtures("noon")
def test_what_is_too_young_or_too_old_or_not_out_is_not_asked(page: Page, counter: Counter) -> None:
    out(page, "young", timedelta(minutes=20))
    out(page, "old", timedelta(days=120))
    out(page, "", timedelta(hours=5))
    out(page, "removed", state=DeliveryState.REMOVED)
    out(page, "planned", state=DeliveryState.PLANNED)
    out(page, "due")
    assert jobs.measure() == 1
    assert counter.asked == [["due"]]


def test_a_post_is_counted_when_its_time_has_come_and_not_before(
    page: Page, counter: Counter, noon: time_machine.Traveller
) -> None:
    out(page, "a", timedelta(minutes=90))
    counter.told = {"a": (figure(Metric.REACTIONS, 3),)}
    jobs.measure()
    jobs.measure()
    noon.shift(timedelta(minutes=29))
    jobs.measure()
    assert counter.asked == [["a"]]
    noon.shift(timedelta(minutes=5))
    counter.told = {"a": (figure(Metric.REACTIONS, 4),)}
    jobs.measure()
    assert counter.asked == [["a"], ["a"]]
    assert rows() == [("2026-03-02", "reactions", "likes", 4)]


def test_a_post_that_is_told_nothing_of_is_not_asked_at_every_turn(
    page: Page, counter: Counter, noon: time_machine.Traveller
) -> None:
    out(page, "gone", timedelta(days=5, hours=1))
    for _turn in range(4):
        jobs.measure()
        noon.shift(timedelta(minutes=31))
    assert counter.asked == [["gone"]]


# --- what is kept


@pytest.mark.usefixtures("noon")
def test_missing_is_not_zero_and_zero_is_not_missing(page: Page, counter: Counter) -> None:
    out(page, "a")
    counter.told = {"a": (figure(Metric.REACTIONS, 0), figure(Metric.VIEWS, 9, "views"))}
    jobs.measure()
    assert rows() == [("2026-03-02", "reactions", "likes", 0), ("2026-03-02", "views", "views", 9)]


def test_each_day_keeps_its_last_count_and_nothing_is_deleted(
    page: Page, counter: Counter, noon: time_machine.Traveller
) -> None:
    out(page, "a")
    counter.told = {"a": (figure(Metric.REACTIONS, 3), figure(Metric.SAVES, 1, "saved"))}
    jobs.measure()
    noon.shift(DAY)
    counter.told = {"a": (figure(Metric.REACTIONS, 2),)}
    jobs.measure()
    noon.shift(DAY)
    counter.told = {}
    jobs.measure()
    assert rows() == [
        ("2026-03-02", "reactions", "likes", 3),
        ("2026-03-02", "saves", "saved", 1),
        ("2026-03-03", "reactions", "likes", 2),
    ]


@pytest.mark.usefixtures("noon")
def test_one_metric_under_two_names_is_two_rows(page: Page, counter: Counter) -> None:
    out(page, "a")
    counter.told = {"a": (figure(Metric.VIEWS, 5, "plays"), figure(Metric.VIEWS, 7, "impressions"))}
    jobs.measure()
    assert [row[2:] for row in rows()] == [("impressions", 7), ("plays", 5)]


@pytest.mark.usefixtures("noon")
def test_posts_go_in_batches(page: Page, counter: Counter) -> None:
    for number in range(23):
        out(page, f"p{number}", timedelta(hours=3, minutes=number))
    jobs.measure()
    assert [len(some) for some in counter.asked] == [20, 3]
    assert len({each for some in counter.asked for each in some}) == 23


# --- the four outcomes


def test_a_later_waits_as_long_as_it_says(page: Page, counter: Counter, noon: time_machine.Traveller) -> None:
    out(page, "a")
    counter.fails = [Later("rate_limited", retry_at=NOON + timedelta(hours=2))]
    jobs.measure()
    noon.shift(timedelta(minutes=119))
    jobs.measure()
    assert (len(counter.asked), turn_of(page).code, turn_of(page).tries) == (1, "rate_limited", 1)
    noon.shift(timedelta(minutes=2))
    counter.told = {"a": (figure(Metric.REACTIONS, 1),)}
    jobs.measure()
    assert (len(counter.asked), turn_of(page).code, turn_of(page).tries) == (2, "", 0)
    assert len(rows()) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        Never(Code.NOT_ALLOWED_HERE, step=NextStep.CONTACT),
        Never(Code.SCOPE_MISSING, step=NextStep.RECONNECT),
        Never(Code.ACCESS_REFUSED, step=NextStep.RECONNECT),
        Unknown("no_answer"),
    ],
)
def test_what_is_refused_is_noted_and_the_page_stays_connected(
    page: Page, counter: Counter, noon: time_machine.Traveller, refusal: OutcomeError
) -> None:
    out(page, "a")
    counter.fails = [refusal]
    jobs.measure()
    page.refresh_from_db()
    assert (page.state, page.health_code) == (PageState.CONNECTED, "")
    assert (turn_of(page).code, turn_of(page).state, turn_of(page).measured_at) == (refusal.code, IDLE, None)
    noon.shift(timedelta(minutes=5))
    jobs.measure()
    assert (len(counter.asked), rows()) == (1, [])


@pytest.mark.usefixtures("noon")
def test_money_that_is_spent_stops_and_keeps_what_was_told(page: Page, counter: Counter) -> None:
    for number in range(21):
        out(page, f"p{number}", timedelta(hours=3, minutes=number))
    counter.told = {f"p{number}": (figure(Metric.REACTIONS, number),) for number in range(21)}
    asked = counter.figures

    def figures(remote_ids: Sequence[str]) -> Told:
        if counter.asked:
            counter.asked.append([])
            raise Never(Code.BUDGET_SPENT, step=NextStep.PAY)
        return asked(remote_ids)

    counter.figures = figures  # type: ignore[method-assign]
    jobs.measure()
    assert (len(counter.asked), len(rows()), turn_of(page).code) == (2, 20, Code.BUDGET_SPENT)


@pytest.mark.usefixtures("noon")
def test_a_fault_of_ours_is_raised_and_the_other_pages_have_their_turn_at_once(
    cast: Cast, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(Counter):
        def figures(self, remote_ids: Sequence[str]) -> Told:
            super().figures(remote_ids)
            raise KeyError(remote_ids[0])

    broken = Broken()
    install(monkeypatch, broken)
    other = page_of(cast, "2")
    out(page, "a")
    out(other, "b")
    rung: list[str] = []
    monkeypatch.setattr(queue, "enqueue", rung.append)
    for _turn in range(2):
        with pytest.raises(KeyError):
            jobs.measure()
    assert (rung, jobs.measure()) == (["publishing.jobs.measure"] * 2, 0)
    assert sorted(broken.asked) == [["a"], ["b"]]
    assert {turn_of(page).code, turn_of(other).code} == {turns.UNEXPECTED}


# --- who has to wait


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("whole_brand", [True, False])
def test_a_pause_is_respected(cast: Cast, page: Page, counter: Counter, whole_brand: bool) -> None:
    out(page, "a")
    pause = Pause.objects.create(brand=cast.brand, page=None if whole_brand else page, reason="x")
    assert jobs.measure() == 0
    assert counter.asked == []
    Pause.objects.filter(pk=pause.pk).update(ended_at=NOON)
    assert jobs.measure() == 1


def test_a_rest_is_respected(page: Page, counter: Counter, noon: time_machine.Traveller) -> None:
    out(page, "a")
    Page.objects.filter(pk=page.pk).update(paced_until=NOON + HOUR)
    assert jobs.measure() == 0
    noon.shift(HOUR)
    assert jobs.measure() == 1
    assert counter.asked == [["a"]]


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("state", [PageState.NEEDS_RECONNECT, PageState.DISCONNECTED])
def test_a_page_that_is_not_connected_is_not_asked(page: Page, counter: Counter, state: str) -> None:
    out(page, "a")
    Page.objects.filter(pk=page.pk).update(state=state)
    assert (jobs.measure(), counter.asked) == (0, [])


@pytest.mark.usefixtures("noon")
def test_an_account_is_never_asked_twice_at_once(page: Page, counter: Counter) -> None:
    out(page, "a")
    until = datetime.now(UTC) + timedelta(days=9000)
    audience = Measuring.objects.create(page=page, kind=Counted.AUDIENCE, state=READING, lease_until=until)
    assert jobs.measure() == 0
    Measuring.objects.filter(pk=audience.pk).update(state=IDLE)
    leaving = out(page, "", state=DeliveryState.SENDING, lease_until=until)
    assert jobs.measure() == 0
    Delivery.objects.filter(pk=leaving.pk).update(lease_until=None)
    assert jobs.measure() == 1
    assert counter.asked == [["a"]]


@pytest.mark.usefixtures("noon")
def test_while_it_is_counted_others_see_it(page: Page, counter: Counter) -> None:
    seen: list[int] = []
    asked = counter.figures

    def figures(remote_ids: Sequence[str]) -> Told:
        seen.append(Page.objects.filter(turns.being_measured("pk")).count())
        return asked(remote_ids)

    counter.figures = figures  # type: ignore[method-assign]
    out(page, "a")
    jobs.measure()
    assert (seen, Page.objects.filter(turns.being_measured("pk")).count()) == ([1], 0)


@pytest.mark.usefixtures("noon")
def test_what_a_dead_worker_left_is_counted_again(page: Page, counter: Counter) -> None:
    out(page, "a")
    past = datetime(2000, 1, 1, tzinfo=UTC)
    Measuring.objects.create(
        page=page, kind=Counted.POSTS, state=READING, lease_until=past, lease_token=uuid.uuid4()
    )
    assert jobs.measure() == 1
    assert (counter.asked, turn_of(page).state) == ([["a"]], IDLE)


@pytest.mark.usefixtures("noon")
def test_where_it_costs_money_young_posts_wait_a_day(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = Counter()
    install(monkeypatch, counter, prices=MappingProxyType({"post_read": 5000}))
    out(page, "young", timedelta(hours=20))
    out(page, "day", timedelta(hours=26))
    jobs.measure()
    assert counter.asked == [["day"]]


def test_networks_that_count_nothing_have_no_turn(cast: Cast, counter: Counter) -> None:
    published(cast.newsroom, clock.now() - 5 * HOUR, remote_id="1")
    assert jobs.measure() == 0
    assert not Measuring.objects.filter(page=cast.newsroom).exists()


# --- against a server


def test_counts_come_from_a_real_exchange(cast: Cast, settings: Settings, redis_url: str) -> None:
    with running(Facebook()) as fake:
        settings.CM_NETWORK_HOSTS = {"facebook": fake.origin}
        settings.CM_ALLOWED_HOSTS = frozenset({("127.0.0.1", int(fake.origin.rpartition(":")[2]))})
        settings.CM_META_APP_ID, settings.CM_META_APP_SECRET = KEYS.client_id, KEYS.client_secret
        page = Page.objects.create(brand=cast.brand, network="facebook", remote_id=PAGE, name="Lumen")
        Credential.objects.create(page=page, token=TOKEN)
        post = fake.put("Une lampe")
        fake.insights[post] = {"reactions": 12, "comments": 0, "post_clicks": 40}
        out(page, post)
        out(page, "5515_999")
        today = clock.now().date().isoformat()
        assert jobs.measure() == 1
        assert rows() == [
            (today, "clicks", "post_clicks", 40),
            (today, "comments", "comments", 0),
            (today, "reactions", "reactions", 12),
        ]
        assert set(PostFigure.objects.values_list("version", flat=True)) == {"v25.0"}
        assert turn_of(page).code == ""
        fake.refused["reactions"] = error(200)
        Measuring.objects.update(next_at=None, measured_at=None)
        PostFigure.objects.update(at=clock.now() - DAY, day=date(2026, 1, 1))
        jobs.measure()
        page.refresh_from_db()
        assert (turn_of(page).code, page.state) == (Code.NOT_ALLOWED_HERE, PageState.CONNECTED)
        assert PostFigure.objects.count() == 3
