"""Wall times and instants."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from cm_suite.core.clock import LocalKind, LocalMoment, UnknownZone, now, resolve_local, zone

PARIS = ZoneInfo("Europe/Paris")
ZONES = [
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Africa/Casablanca",  # winter time is the exception
    "Asia/Kathmandu",
    "Pacific/Apia",  # skipped a whole day
    "America/St_Johns",
    "UTC",
]
WALLS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2037, 12, 31))  # noqa: DTZ001  # wall times


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_now_is_aware_and_in_utc() -> None:
    with time_machine.travel("2026-03-29T02:30:00+02:00", tick=False):
        assert now() == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
        assert now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("written", "zone_name", "instant", "kind"),
    [
        ("2026-01-15 09:00", "Europe/Paris", "2026-01-15T08:00Z", LocalKind.EXACT),
        ("2026-07-15 09:00", "Europe/Paris", "2026-07-15T07:00Z", LocalKind.EXACT),
        ("2026-03-29 01:59:59", "Europe/Paris", "2026-03-29T00:59:59Z", LocalKind.EXACT),
        ("2026-03-29 02:00", "Europe/Paris", "2026-03-29T01:00Z", LocalKind.SKIPPED),
        ("2026-03-29 02:30", "Europe/Paris", "2026-03-29T01:30Z", LocalKind.SKIPPED),
        ("2026-03-29 03:00", "Europe/Paris", "2026-03-29T01:00Z", LocalKind.EXACT),
        ("2026-10-25 01:59:59", "Europe/Paris", "2026-10-24T23:59:59Z", LocalKind.EXACT),
        ("2026-10-25 02:00", "Europe/Paris", "2026-10-25T00:00Z", LocalKind.DOUBLED),
        ("2026-10-25 02:30", "Europe/Paris", "2026-10-25T00:30Z", LocalKind.DOUBLED),
        ("2026-10-25 03:00", "Europe/Paris", "2026-10-25T02:00Z", LocalKind.EXACT),
        ("2026-10-04 02:15", "Australia/Lord_Howe", "2026-10-03T15:45Z", LocalKind.SKIPPED),
        ("2011-12-30 12:00", "Pacific/Apia", "2011-12-30T22:00Z", LocalKind.SKIPPED),
        ("2026-02-15 02:30", "Africa/Casablanca", "2026-02-15T01:30Z", LocalKind.DOUBLED),
    ],
)
def test_a_wall_time_becomes_one_instant(written: str, zone_name: str, instant: str, kind: LocalKind) -> None:
    assert resolve_local(wall(written), zone(zone_name)) == LocalMoment(datetime.fromisoformat(instant), kind)


def test_a_skipped_time_is_shown_later_on_the_clock() -> None:
    moved = resolve_local(wall("2026-03-29 02:30"), PARIS).instant.astimezone(PARIS)
    assert moved.replace(tzinfo=None) == wall("2026-03-29 03:30")


@given(written=WALLS, zone_name=st.sampled_from(ZONES))
def test_every_wall_time_resolves(written: datetime, zone_name: str) -> None:
    place = zone(zone_name)
    moment = resolve_local(written, place)
    back = moment.instant.astimezone(place).replace(tzinfo=None)
    assert moment.instant.utcoffset() == timedelta(0)
    if moment.kind is LocalKind.SKIPPED:
        assert back > written
    else:
        assert back == written
    if moment.kind is LocalKind.DOUBLED:
        assert moment.instant.astimezone(place).fold == 0


@given(written=WALLS, fold=st.sampled_from([0, 1]))
def test_the_fold_of_what_is_given_does_not_matter(written: datetime, fold: int) -> None:
    assert resolve_local(written.replace(fold=fold), PARIS) == resolve_local(written, PARIS)


def test_an_aware_time_is_refused() -> None:
    with pytest.raises(ValueError, match="no zone of its own"):
        resolve_local(datetime(2026, 1, 1, tzinfo=UTC), PARIS)


@pytest.mark.parametrize(
    ("written", "zone_name"),
    [("0001-01-01 00:00", "Asia/Tokyo"), ("9999-12-31 23:59", "America/New_York")],
)
def test_a_time_out_of_range_is_a_value_error(written: str, zone_name: str) -> None:
    with pytest.raises(ValueError, match="out of range"):
        resolve_local(wall(written), zone(zone_name))


@pytest.mark.parametrize("name", ["", "Europe/Nowhere", "../../etc/passwd", "Europe", "/etc/passwd", "a\0b"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(UnknownZone):
        zone(name)
