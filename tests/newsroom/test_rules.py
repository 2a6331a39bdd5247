"""When a post is old, when a digest is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pages.newsroom.rules import DIGEST_GRACE, DIGEST_HOUR, digest_moment, is_dated, missing_legal

PARIS = ZoneInfo("Europe/Paris")
ZONES = st.sampled_from(
    [PARIS, ZoneInfo("America/New_York"), ZoneInfo("Pacific/Auckland"), ZoneInfo("Asia/Kolkata")]
)


def utc(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("published", "at", "dated"),
    [
        (utc(2025, 8, 12, 10), utc(2026, 8, 12, 10), False),
        (utc(2025, 8, 12, 10), utc(2026, 8, 12, 11), True),
        (utc(2024, 2, 29, 10), utc(2025, 3, 1, 10), False),
        (utc(2024, 2, 29, 10), utc(2025, 3, 1, 11), True),
    ],
)
def test_a_post_is_dated_after_a_year(published: datetime, at: datetime, dated: bool) -> None:
    assert is_dated(published, at) is dated


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        (utc(2026, 8, 12, 15, 59), None),
        (utc(2026, 8, 12, 16, 0), None),  # the last second's posts may not be committed yet
        (utc(2026, 8, 12, 16, 1), utc(2026, 8, 12, 16)),
        (utc(2026, 8, 13, 4, 0), utc(2026, 8, 12, 16)),
        (utc(2026, 8, 13, 4, 1), None),
        (utc(2026, 10, 25, 17, 1), utc(2026, 10, 25, 17)),  # winter time began that night
    ],
)
def test_a_digest_is_due_at_six_in_the_evening_in_paris(at: datetime, moment: datetime | None) -> None:
    assert digest_moment(at, PARIS) == moment


@given(st.datetimes(timezones=st.just(UTC)), ZONES)
def test_a_due_digest_is_at_its_hour_and_not_long_ago(at: datetime, zone: ZoneInfo) -> None:
    assume(1000 < at.year < 9000)
    moment = digest_moment(at, zone)
    if moment is not None:
        assert moment.astimezone(zone).hour == DIGEST_HOUR
        assert timedelta(minutes=1) <= at - moment <= DIGEST_GRACE


def test_missing_legal_details_are_named_in_order() -> None:
    assert missing_legal({"publisher": "Lumen", "contact_email": " ", "host": "x"}) == [
        "publication_director",
        "contact_email",
        "postal_address",
    ]
