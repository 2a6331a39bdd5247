"""When audits run, and how long a page is waited for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from reputation import rules
from reputation.enums import Refusal

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", None),
        ("0 8 * * 1", None),
        ("15 */2 * * *", None),
        ("0 0 29 2 *", None),
        ("0 8 1-5 jan,jul mon", None),
        ("0 8 L * *", None),
        ("0 8 * *", Refusal.CRON_INVALID),
        ("0 8 * * 1 0", Refusal.CRON_INVALID),
        ("@daily", Refusal.CRON_INVALID),
        ("R 8 * * *", Refusal.CRON_INVALID),
        ("H 8 * * *", Refusal.CRON_INVALID),
        ("61 8 * * *", Refusal.CRON_INVALID),
        ("0 8 * * lundi", Refusal.CRON_INVALID),
        ("* * * * *", Refusal.CRON_TOO_OFTEN),
        ("0,30 8 * * *", Refusal.CRON_TOO_OFTEN),
        ("*/59 0 1 1 *", Refusal.CRON_TOO_OFTEN),
        ("0 0 30 2 *", Refusal.CRON_NEVER),
        ("0 0 31 4,6 *", Refusal.CRON_NEVER),
    ],
)
def test_a_schedule_is_read_or_refused(line: str, code: Refusal | None) -> None:
    assert rules.check_cron(line) == code


@given(st.text(max_size=40) | st.from_regex(r"[0-9*,/-]{1,6}( [0-9*,/LR#-]{1,5}){4}", fullmatch=True))
@settings(max_examples=60)
def test_any_line_gets_an_answer(line: str) -> None:
    code = rules.check_cron(line)
    if line and code is None:
        walls = croniter(line, datetime(2026, 1, 1))  # noqa: DTZ001  # wall times
        times = [walls.get_next(datetime) for _ in range(10)]
        assert min(b - a for a, b in zip(times, times[1:], strict=False)) >= timedelta(hours=1)


@pytest.mark.parametrize(
    ("after", "slot"),
    [
        ("2026-11-23T06:59:00+00:00", "2026-11-23T07:00:00+00:00"),  # 8 o'clock in Paris, winter
        ("2026-11-23T07:00:00+00:00", "2026-11-24T07:00:00+00:00"),
        ("2026-07-01T00:00:00+00:00", "2026-07-01T06:00:00+00:00"),  # summer
        ("2026-03-28T12:00:00+00:00", "2026-03-29T06:00:00+00:00"),  # the day the clocks move
    ],
)
def test_the_next_slot_is_on_the_brands_clocks(after: str, slot: str) -> None:
    found = rules.next_slot("0 8 * * *", PARIS, datetime.fromisoformat(after))
    assert found == datetime.fromisoformat(slot)


def test_a_skipped_hour_is_taken_once_right_after_it() -> None:
    slots = follow("30 2 * * *", "2026-03-28T12:00:00+00:00", 3)
    assert slots == ["2026-03-29T01:30", "2026-03-30T00:30", "2026-03-31T00:30"]


def test_a_doubled_hour_is_taken_once() -> None:
    slots = follow("30 2 * * *", "2026-10-24T12:00:00+00:00", 3)
    assert slots == ["2026-10-25T00:30", "2026-10-26T01:30", "2026-10-27T01:30"]


def test_every_hour_across_the_change_of_clocks() -> None:
    assert follow("0 * * * *", "2026-03-29T00:00:00+00:00", 3) == [
        "2026-03-29T01:00",
        "2026-03-29T02:00",
        "2026-03-29T03:00",
    ]


def follow(line: str, start: str, count: int) -> list[str]:
    """The next slots of a line, in UTC."""
    at, slots = datetime.fromisoformat(start), []
    for _ in range(count):
        at = rules.next_slot(line, PARIS, at)
        slots.append(at.isoformat(timespec="minutes").removesuffix("+00:00"))
    return slots


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  # bounds
    st.sampled_from(["0 8 * * *", "30 2 * * 0", "15 * * * *", "0 0 1 * *", "59 2 29 3 *"]),
)
@settings(max_examples=60)
def test_the_last_slot_and_the_next_one_lie_around_an_instant(at: datetime, line: str) -> None:
    last, following = rules.last_slot(line, PARIS, at), rules.next_slot(line, PARIS, at)
    assert last <= at < following
    assert rules.next_slot(line, PARIS, last) in {following, *([last] if last > at else [])}


def test_waits_grow_and_end() -> None:
    assert [rules.wait(tries).total_seconds() for tries in (1, 2, 3, 9)] == [5, 20, 80, 600]


@pytest.mark.parametrize(
    ("tries", "seconds", "since", "again"),
    [
        (1, 5, 0, True),
        (2, 20, 0, True),
        (3, 20, 0, False),  # too often
        (1, 120, 0, True),
        (2, 120, 0, False),  # a long wait is worth one more try only
        (0, 900, 0, False),  # a site that asks for so long is not waited for
        (1, 5, 7201, False),  # the run has lasted too long
    ],
)
def test_a_page_is_tried_again_not_too_often_not_too_late(
    tries: int, seconds: int, since: int, again: bool
) -> None:
    at, began = NOW + timedelta(seconds=seconds), NOW - timedelta(seconds=since)
    assert rules.worth_another(tries, at, NOW, began) == again
