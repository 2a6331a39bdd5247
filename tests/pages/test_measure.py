"""Who follows a page: totals and days as networks tell them, differences where they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
import time_machine
from pytest_django import Settings

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError
from pages import jobs
from pages.enums import Counted, PageState
from pages.models import AudienceCount, Credential, Measuring, Page
from pages.networks.errors import Code
from pages.networks.types import AudienceDay, Capability, Figure, Metric, Profile
from pages.selectors.followers import FollowerDay, followers
from tests.networks.facebook.fake import KEYS, Facebook, running
from tests.networks.facebook.words import PAGE, TOKEN
from tests.networks.graph_words import error
from tests.pages import salon as invented
from tests.people import Cast

pytestmark = pytest.mark.django_db
NOW: Final = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
TODAY: Final = NOW.date()
DAY: Final = timedelta(days=1)


@dataclass
class Totals:
    """A network in memory that says how many follow."""

    followers: int | None = 100
    profiles: int = 0
    fails: list[OutcomeError] = field(default_factory=list)

    def profile(self) -> Profile:
        self.profiles += 1
        if self.fails:
            raise self.fails.pop(0)
        return Profile("1", "@lumen", "Maison Lumen", "", followers=self.followers)


@dataclass
class Days(Totals):
    """One that also says who came and who left, for so many days back."""

    told: dict[date, tuple[int, int]] = field(default_factory=dict)
    asked: list[tuple[date, date]] = field(default_factory=list)
    barred: Callable[[date], OutcomeError | None] = lambda _since: None

    def audience(self, since: date, until: date) -> tuple[AudienceDay, ...]:
        self.asked.append((since, until))
        refused = self.barred(since)
        if refused is not None:
            raise refused
        days = sorted(day for day in self.told if since <= day <= until)
        return tuple(AudienceDay(day, came_and_left(*self.told[day])) for day in days)


def came_and_left(gained: int, lost: int) -> tuple[Figure, ...]:
    return Figure(Metric.GAINED, gained, "follows", "7"), Figure(Metric.LOST, lost, "unfollows", "7")


def install(monkeypatch: pytest.MonkeyPatch, client: Totals, **more: Any) -> None:
    can = invented.CAN | ({Capability.AUDIENCE} if isinstance(client, Days) else set())
    spec = replace(invented.SPEC, build=lambda _access, _tools: client, capabilities=can, **more)
    invented.install(monkeypatch, spec)


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def page(cast: Cast, now: time_machine.Traveller) -> Page:
    made = Page.objects.create(brand=cast.brand, network="salon", remote_id="1", name="Salon de Lumen")
    Credential.objects.create(page=made, token="t")
    return made


def next_day(now: time_machine.Traveller) -> None:
    """Tomorrow at noon: whatever the minute, its turn has come."""
    now.move_to((clock.now() + DAY).replace(hour=12))


def kept(metric: Metric) -> dict[date, int]:
    return dict(AudienceCount.objects.filter(metric=metric).values_list("day", "value"))


def turn_of(page: Page) -> Measuring:
    return Measuring.objects.get(page=page, kind=Counted.AUDIENCE)


# --- totals


def test_a_total_a_day_and_no_more(
    page: Page, now: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    salon = Totals()
    install(monkeypatch, salon)
    assert (jobs.measure_audiences(), jobs.measure_audiences(), salon.profiles) == (1, 0, 1)
    next_day(now)
    salon.followers = 97
    assert jobs.measure_audiences() == 1
    next_day(now)
    salon.followers = None
    assert jobs.measure_audiences() == 1
    assert kept(Metric.FOLLOWERS) == {TODAY: 100, TODAY + DAY: 97}
    assert not AudienceCount.objects.filter(metric__in=[Metric.GAINED, Metric.LOST]).exists()


def test_what_a_check_just_learned_is_not_paid_for_again(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    salon = Totals()
    install(monkeypatch, salon)
    Page.objects.filter(pk=page.pk).update(followers=55, checked_at=NOW - timedelta(hours=1))
    jobs.measure_audiences()
    assert (salon.profiles, kept(Metric.FOLLOWERS)) == (0, {TODAY: 55})


def test_differences_are_no_gains_and_gaps_are_said(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Totals())
    for back, total in ((5, 90), (4, 100), (1, 94), (0, 94)):
        AudienceCount.objects.create(
            page=page, day=TODAY - back * DAY, metric=Metric.FOLLOWERS, value=total, name="profile", at=NOW
        )
    found = followers(page)
    assert (found.tells_gained, found.tells_lost, found.compared) == (False, False, True)
    assert list(found.days[-6:]) == [
        FollowerDay(TODAY - 5 * DAY, 90),
        FollowerDay(TODAY - 4 * DAY, 100, None, None, 10, 1),
        FollowerDay(TODAY - 3 * DAY),
        FollowerDay(TODAY - 2 * DAY),
        FollowerDay(TODAY - DAY, 94, None, None, -6, 3),
        FollowerDay(TODAY, 94, None, None, 0, 1),
    ]


# --- gained and lost


def test_days_are_back_filled_as_far_as_the_network_goes(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    salon = Days(told={TODAY - back * DAY: (back, 1) for back in range(1, 45)})
    install(monkeypatch, salon)
    jobs.measure_audiences()
    assert salon.asked[0] == (TODAY - 7 * DAY, TODAY - DAY)
    assert salon.asked[1] == (TODAY - 37 * DAY, TODAY - 8 * DAY)
    assert salon.asked[2] == (TODAY - 67 * DAY, TODAY - 38 * DAY)
    assert salon.asked[3] == (TODAY - 91 * DAY, TODAY - 68 * DAY)
    assert len(salon.asked) == 4
    assert kept(Metric.GAINED) == {TODAY - back * DAY: back for back in range(1, 45)}


def test_further_back_than_it_goes_is_no_trouble(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = TODAY - 30 * DAY
    salon = Days(told={TODAY - DAY: (3, 1)})
    salon.barred = lambda since: Never(Code.CONTENT_REFUSED) if since < limit else None
    install(monkeypatch, salon)
    jobs.measure_audiences()
    assert (kept(Metric.LOST), turn_of(page).code) == ({TODAY - DAY: 1}, "")


def test_the_last_days_are_read_again_and_corrected(
    page: Page, now: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    salon = Days(told={TODAY - 3 * DAY: (5, 2), TODAY - 20 * DAY: (9, 9)})
    install(monkeypatch, salon)
    jobs.measure_audiences()
    salon.asked.clear()
    salon.told = {TODAY - 3 * DAY: (6, 2)}
    next_day(now)
    jobs.measure_audiences()
    assert salon.asked == [(TODAY - 6 * DAY, TODAY)]
    assert kept(Metric.GAINED) == {TODAY - 3 * DAY: 6, TODAY - 20 * DAY: 9}


def test_after_a_long_silence_the_gap_is_asked_for(
    page: Page, now: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    salon = Days(told={TODAY - DAY: (5, 2)})
    install(monkeypatch, salon)
    jobs.measure_audiences()
    salon.asked.clear()
    now.shift(20 * DAY)
    jobs.measure_audiences()
    assert salon.asked == [(TODAY - 2 * DAY, TODAY + 19 * DAY)]


def test_a_back_fill_that_was_cut_goes_on(
    page: Page, now: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    salon = Days(told={TODAY - back * DAY: (1, 0) for back in range(1, 80)})
    limit = TODAY - 60 * DAY
    salon.barred = lambda since: Later("rate_limited") if since < limit else None
    install(monkeypatch, salon)
    jobs.measure_audiences()
    assert (len(kept(Metric.GAINED)), turn_of(page).code) == (37, "rate_limited")
    salon.barred = lambda _since: None
    salon.asked.clear()
    now.shift(timedelta(hours=7))
    jobs.measure_audiences()
    assert salon.asked[1] == (TODAY - 67 * DAY, TODAY - 38 * DAY)
    assert (len(kept(Metric.GAINED)), turn_of(page).code) == (79, "")


def test_zero_is_told_and_missing_is_not(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Days(told={TODAY - 2 * DAY: (0, 0)}))
    jobs.measure_audiences()
    found = followers(page)
    assert found.days[-3] == FollowerDay(TODAY - 2 * DAY, None, 0, 0)
    assert found.days[-2] == FollowerDay(TODAY - DAY)
    assert [(word.metric, word.name, word.version) for word in found.words] == [
        (Metric.FOLLOWERS, "profile", "7"),
        (Metric.GAINED, "follows", "7"),
        (Metric.LOST, "unfollows", "7"),
    ]
    assert not found.compared


@pytest.mark.usefixtures("now")
def test_parts_of_what_came_are_one_gain_and_who_left_stays_unsaid(page: Page) -> None:
    for name, value in (("organicFollowerGain", 4), ("paidFollowerGain", 3)):
        AudienceCount.objects.create(
            page=page, day=TODAY - DAY, metric=Metric.GAINED, value=value, name=name, at=NOW
        )
    found = followers(page)
    assert found.days[-2].gained == 7
    assert (found.tells_gained, found.tells_lost, found.compared) == (True, False, True)


@pytest.mark.usefixtures("now")
def test_totals_of_two_sources_are_never_compared(page: Page) -> None:
    for back, name, total in ((3, "page_follows", 200), (2, "page_follows", 201), (1, "profile", 150)):
        AudienceCount.objects.create(
            page=page, day=TODAY - back * DAY, metric=Metric.FOLLOWERS, value=total, name=name, at=NOW
        )
    days = followers(page).days
    assert [(day.total, day.difference) for day in days[-4:-1]] == [(200, None), (201, 1), (None, None)]


# --- outcomes


@pytest.mark.parametrize("code", [Code.NOT_ALLOWED_HERE, Code.REVIEW_MISSING, Code.SCOPE_MISSING])
def test_a_right_that_is_missing_is_noted_and_the_total_stays(
    page: Page, now: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch, code: Code
) -> None:
    salon = Days()
    salon.barred = lambda _since: Never(code, step=NextStep.RECONNECT)
    install(monkeypatch, salon)
    jobs.measure_audiences()
    page.refresh_from_db()
    assert (page.state, page.health_code, turn_of(page).code) == (PageState.CONNECTED, "", code)
    assert kept(Metric.FOLLOWERS) == {TODAY: 100}
    trouble = followers(page).trouble
    assert trouble is not None
    now.shift(timedelta(hours=1))
    assert jobs.measure_audiences() == 0


def test_a_later_waits(page: Page, now: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    salon = Totals(fails=[Later("rate_limited", retry_at=NOW + timedelta(hours=3))])
    install(monkeypatch, salon)
    jobs.measure_audiences()
    now.shift(timedelta(hours=2))
    assert (jobs.measure_audiences(), kept(Metric.FOLLOWERS)) == (0, {})
    now.shift(timedelta(hours=1, seconds=1))
    assert (jobs.measure_audiences(), kept(Metric.FOLLOWERS)) == (1, {TODAY: 100})


def test_the_newsroom_is_not_asked_and_its_days_are_ours(cast: Cast, page: Page) -> None:
    jobs.measure_audiences()
    assert not Measuring.objects.filter(page=cast.newsroom).exists()
    found = followers(cast.newsroom)
    assert found.ours is not None
    assert (found.now, found.compared, found.days[-1].gained, found.days[-1].lost) == (0, False, 0, 0)


# --- against a server


def test_days_come_from_a_real_exchange(
    cast: Cast, settings: Settings, redis_url: str, now: time_machine.Traveller
) -> None:
    with running(Facebook()) as fake:
        settings.CM_NETWORK_HOSTS = {"facebook": fake.origin}
        settings.CM_ALLOWED_HOSTS = frozenset({("127.0.0.1", int(fake.origin.rpartition(":")[2]))})
        settings.CM_META_APP_ID, settings.CM_META_APP_SECRET = KEYS.client_id, KEYS.client_secret
        page = Page.objects.create(brand=cast.brand, network="facebook", remote_id=PAGE, name="Lumen")
        Credential.objects.create(page=page, token=TOKEN)
        end = f"{TODAY.isoformat()}T07:00:00+0000"
        fake.days = [
            {"name": name, "period": "day", "values": [{"end_time": end, "value": value}]}
            for name, value in (("page_daily_follows_unique", 9), ("page_daily_unfollows_unique", 4))
        ]
        assert jobs.measure_audiences() == 1
        assert kept(Metric.FOLLOWERS) == {TODAY: 1204}
        day = followers(page).days[-2]
        assert (day.day, day.gained, day.lost) == (TODAY - DAY, 9, 4)
        fake.refused[f"{PAGE}/insights"] = error(200)
        next_day(now)
        jobs.measure_audiences()
        page.refresh_from_db()
        assert (turn_of(page).code, page.state) == (Code.NOT_ALLOWED_HERE, PageState.CONNECTED)
        assert kept(Metric.GAINED) == {TODAY - DAY: 9}
