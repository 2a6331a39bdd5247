"""Schedules on the brand's clocks: zones that change, nights short and long, lines that cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.models import Brand
from reputation import jobs, rules
from reputation.enums import Cause, RunState
from reputation.models import Audit, Run
from reputation.services import request, start
from reputation.services.drafts import Saved
from tests.people import Cast
from tests.reputation.makers import draft, make

DAILY = "0 8 * * *"


def at(text: str) -> Any:
    return time_machine.travel(datetime.fromisoformat(text), tick=False)


def planned(cast: Cast, cron: str = DAILY, *, since: str = "2026-11-23T12:00:00+01:00", **said: Any) -> Audit:
    with at(since):
        return make(cast.brand, cast.alice, cron=cron, **said)


def move_to(brand: Brand, zone: str) -> None:
    brand.zone = zone
    brand.save(update_fields=["zone"])


def next_run(audit: Audit) -> str:
    audit.refresh_from_db()
    assert audit.next_run_at is not None
    return audit.next_run_at.isoformat(timespec="minutes")


def slots() -> list[str]:
    Run.objects.filter(state=RunState.PLANNED).update(state=RunState.CANCELLED)
    found = Run.objects.order_by("pk").values_list("slot", flat=True)
    return [slot.isoformat(timespec="minutes").removesuffix("+00:00") for slot in found if slot]


@pytest.mark.parametrize(
    ("zone", "slot"),
    [
        ("America/New_York", "2026-11-24T13:00+00:00"),
        ("Asia/Tokyo", "2026-11-23T23:00+00:00"),
        ("Asia/Kathmandu", "2026-11-24T02:15+00:00"),
        ("Europe/Paris", "2026-11-24T07:00+00:00"),
    ],
)
def test_a_brand_that_moves_takes_its_hours_along(cast: Cast, zone: str, slot: str) -> None:
    audit = planned(cast)
    move_to(cast.brand, zone)
    with at("2026-11-23T14:00:00+00:00"):
        assert jobs.start_due() == 0
    assert next_run(audit) == slot
    with at(slot):
        assert [jobs.start_due(), jobs.start_due()] == [1, 0]
    assert slots() == [slot.removesuffix("+00:00")]


def test_a_brand_that_moves_back_and_forth_runs_once_a_day(cast: Cast) -> None:
    planned(cast)
    zones = ["Europe/Paris", "Asia/Tokyo", "Europe/Paris"]
    for hour in range(72):
        instant = datetime(2026, 11, 23, 12, 5, tzinfo=UTC) + timedelta(hours=hour)
        move_to(cast.brand, zones[hour // 24])
        with at(instant.isoformat()):
            jobs.start_due()
            Run.objects.filter(state=RunState.PLANNED).update(state=RunState.CANCELLED)
    assert slots() == ["2026-11-24T07:00", "2026-11-24T23:00", "2026-11-26T07:00"]


def test_a_run_that_is_due_at_once_is_not_put_off(cast: Cast) -> None:
    audit = planned(cast)
    with at("2026-11-23T15:00:00+00:00"):
        Audit.objects.update(next_run_at=datetime(2026, 11, 23, 15, tzinfo=UTC))
        assert jobs.start_due() == 1
    assert slots() == ["2026-11-23T15:00"]
    assert next_run(audit) == "2026-11-24T07:00+00:00"


def test_following_the_clocks_is_not_a_change_of_the_audit(cast: Cast) -> None:
    audit = planned(cast)
    move_to(cast.brand, "Asia/Tokyo")
    with at("2026-11-23T14:00:00+00:00"):
        assert [start.follow(each) for each in start.planned()] == [True]
        assert [start.follow(each) for each in start.planned()] == [False]
        audit.refresh_from_db()
        assert audit.version == 1
        assert isinstance(request.change_audit(audit, cast.alice, draft(cron=""), 1), Saved)
        assert start.planned() == []


def test_an_audit_changed_at_the_same_instant_keeps_what_was_said(cast: Cast) -> None:
    audit = planned(cast)
    move_to(cast.brand, "Asia/Tokyo")
    with at("2026-11-23T14:00:00+00:00"):
        (seen,) = start.planned()
        request.change_audit(audit, cast.alice, draft(cron="0 20 * * *"), 1)
        said = next_run(audit)
        assert start.follow(seen) is False
    assert next_run(audit) == said


def test_an_audit_put_away_or_by_hand_follows_nothing(cast: Cast) -> None:
    planned(cast, "")
    away = planned(cast, name="Autre")
    with at("2026-11-23T14:00:00+00:00"):
        request.archive(away, cast.alice)
        assert start.planned() == []


def test_a_schedule_that_cannot_be_followed_keeps_no_other_from_running(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    sound, broken = planned(cast), planned(cast, name="Autre")
    Audit.objects.filter(pk=broken.pk).update(cron="n'importe quoi")
    Audit.objects.update(next_run_at=datetime(2026, 11, 24, 7, tzinfo=UTC))
    with at("2026-11-23T14:00:00+00:00"):
        assert jobs.start_due() == 0
    with at("2026-11-24T08:05:00+01:00"):
        assert jobs.start_due() == 1
    assert (sound.runs.count(), broken.runs.count()) == (1, 0)
    assert f"audit {broken.pk} failed" in caplog.text


def test_a_zone_that_no_longer_exists_keeps_no_other_from_running(cast: Cast) -> None:
    planned(cast)
    with at("2026-11-23T12:00:00+01:00"):
        other = make(cast.other_brand, cast.charlie, cron=DAILY)
    move_to(cast.brand, "Mars/Olympus")
    with at("2026-11-24T08:05:00+01:00"):
        assert jobs.start_due() == 1
    assert Run.objects.get().audit == other


@pytest.mark.parametrize(
    ("cron", "since", "days", "expected"),
    [
        ("0 3 * * *", "2026-03-28T12:00:00+01:00", 2, ["2026-03-29T01:00", "2026-03-30T01:00"]),
        ("30 2 * * *", "2026-10-24T12:00:00+02:00", 2, ["2026-10-25T00:30", "2026-10-26T01:30"]),
        ("0 0 1 * *", "2026-10-30T12:00:00+01:00", 3, ["2026-10-31T23:00"]),
        ("59 23 29 2 *", "2028-02-28T12:00:00+01:00", 3, ["2028-02-29T22:59"]),
    ],
)
def test_each_slot_runs_once_through_odd_nights(
    cast: Cast, cron: str, since: str, days: int, expected: list[str]
) -> None:
    planned(cast, cron, since=since)
    began = datetime.fromisoformat(since).astimezone(UTC)
    for half in range(days * 48 - 12):
        with at((began + timedelta(minutes=30 * half + 1)).isoformat()):
            jobs.start_due()
            Run.objects.filter(state=RunState.PLANNED).update(state=RunState.CANCELLED)
    assert slots() == expected
    assert set(Run.objects.values_list("cause", flat=True)) == {Cause.SCHEDULE}


ZONES = st.sampled_from(["Europe/Paris", "America/New_York", "Asia/Tokyo", "Pacific/Chatham", "UTC"])
CRONS = st.sampled_from([DAILY, "30 2 * * 0", "0 * * * *", "0 0 1 * *", "15 */6 * * *"])


@given(ZONES, ZONES, CRONS, st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))  # noqa: DTZ001  # bounds
@settings(max_examples=80)
def test_a_move_never_loses_more_than_one_slot(one: str, other: str, cron: str, wall: datetime) -> None:
    """Whatever the two zones, the next slot is on the new clocks, ahead, and before the one after next."""
    now = wall.replace(tzinfo=UTC)
    before = rules.next_slot(cron, ZoneInfo(one), now)
    after = rules.next_slot(cron, ZoneInfo(other), now)
    assert before > now
    assert after > now
    assert rules.last_slot(cron, ZoneInfo(other), after) == after
    following = rules.next_slot(cron, ZoneInfo(other), after)
    assert following > after
    if one == other:
        assert before == after
