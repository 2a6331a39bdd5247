"""The digest where the sun stands elsewhere: zones, the changes of hour, a zone that is changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import hypothesis
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from pages.newsroom.models import Subscriber
from pages.newsroom.rules import DIGEST_GRACE, DIGEST_SETTLES, digest_moment
from pages.newsroom.services import send_digests
from pages.notices.models import Mail
from tests.newsroom.helpers import make_post, make_subscriber
from tests.people import Cast

DAYS = st.dates(date(2015, 1, 1), date(2035, 1, 1))
NAMES = [
    "Europe/Paris",
    "America/St_Johns",  # half an hour off
    "America/Santiago",  # its hour changes at midnight
    "Australia/Lord_Howe",  # its hour changes by half an hour
    "Pacific/Kiritimati",  # fourteen hours ahead
    "Pacific/Pago_Pago",  # eleven hours behind
    "UTC",
]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture(autouse=True)
def public(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://pages.exemple.fr"


@pytest.fixture
def reader(cast: Cast) -> Iterator[Subscriber]:
    """Somebody who follows since the year's first day."""
    with time_machine.travel(instant("2026-01-01"), tick=False):
        yield make_subscriber(cast.newsroom, at=instant("2026-01-01"))


def in_zone(cast: Cast, name: str) -> None:
    cast.brand.zone = name
    cast.brand.save()


def texts() -> list[list[str]]:
    """Which posts each digest told of, in the order of the digests."""
    mails = Mail.objects.filter(kind="digest").order_by("pk")
    return [[f"n{n}" for n in range(9) if f"n{n}." in mail.text] for mail in mails]


@pytest.mark.parametrize(
    ("zone", "day", "moment"),
    [
        ("Europe/Paris", "2026-03-28", "2026-03-28 17:00"),  # the day before summer time
        ("Europe/Paris", "2026-03-29", "2026-03-29 16:00"),
        ("Europe/Paris", "2026-10-24", "2026-10-24 16:00"),
        ("Europe/Paris", "2026-10-25", "2026-10-25 17:00"),
        ("America/New_York", "2026-03-08", "2026-03-08 22:00"),
        ("America/St_Johns", "2026-07-01", "2026-07-01 20:30"),
        ("Asia/Kathmandu", "2026-07-01", "2026-07-01 12:15"),
        ("Australia/Lord_Howe", "2026-01-15", "2026-01-15 07:00"),
        ("Pacific/Kiritimati", "2026-07-02", "2026-07-02 04:00"),
        ("Pacific/Pago_Pago", "2026-07-01", "2026-07-02 05:00"),
    ],
)
def test_six_in_the_evening_wherever_the_brand_is(zone: str, day: str, moment: str) -> None:
    there, due = ZoneInfo(zone), instant(moment)
    assert due.astimezone(there).isoformat()[:16] == f"{day}T18:00"
    assert digest_moment(due + DIGEST_SETTLES, there) == due
    assert digest_moment(due + DIGEST_GRACE, there) == due
    before = digest_moment(due + DIGEST_SETTLES - timedelta(seconds=1), there)
    assert before is None


def test_a_day_that_never_was_has_no_digest_of_its_own() -> None:
    apia = ZoneInfo("Pacific/Apia")  # went from 29 December 2011 straight to the 31st
    early = datetime(2011, 12, 31, 0, 10, tzinfo=apia)
    assert digest_moment(early, apia) is None
    evening = datetime(2011, 12, 31, 18, 0, tzinfo=apia).astimezone(UTC)
    assert digest_moment(evening + DIGEST_SETTLES, apia) == evening


@hypothesis.settings(max_examples=30)
@given(DAYS, st.sampled_from(NAMES))
def test_every_day_has_one_moment_and_minutes_agree_on_it(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    begin = datetime.combine(day, time(0), zone).astimezone(UTC)
    quarters = (begin + timedelta(minutes=15 * n + 2) for n in range(4 * 23))
    found = {moment for at in quarters if (moment := digest_moment(at, zone)) is not None}
    evening = datetime.combine(day, time(18), zone).astimezone(UTC)
    yesterday = datetime.combine(day - timedelta(days=1), time(18), zone).astimezone(UTC)
    assert found == {yesterday, evening}


@pytest.mark.parametrize(
    ("first", "second"),
    [("2026-03-28", "2026-03-29"), ("2026-10-24", "2026-10-25"), ("2026-07-01", "2026-07-02")],
)
def test_over_a_change_of_hour_each_post_is_told_once(
    cast: Cast, reader: Subscriber, first: str, second: str
) -> None:
    posted = [f"{first} 12:00", f"{first} 23:30", f"{second} 00:30", f"{second} 01:30", f"{second} 12:00"]
    for n, at in enumerate(posted):
        make_post(cast.newsroom, f"n{n}.", instant(at))
    turn = instant(f"{first} 00:01")
    while turn < instant(f"{second} 23:00"):
        send_digests(turn)
        turn += timedelta(hours=1)
    assert texts() == [["n0"], ["n1", "n2", "n3", "n4"]]


def test_a_brand_that_moves_west_tells_once_that_day_and_loses_no_post(
    cast: Cast, reader: Subscriber
) -> None:
    in_zone(cast, "Asia/Tokyo")
    make_post(cast.newsroom, "n0.", instant("2026-08-12 08:00"))
    assert send_digests(instant("2026-08-12 09:01")) == 1  # six in the evening in Tokyo
    in_zone(cast, "Europe/Paris")
    make_post(cast.newsroom, "n1.", instant("2026-08-12 12:00"))
    assert send_digests(instant("2026-08-12 16:01")) == 0  # again the evening of the same day
    assert send_digests(instant("2026-08-13 16:01")) == 1
    assert texts() == [["n0"], ["n1"]]


def test_a_brand_that_moves_east_tells_nothing_twice(cast: Cast, reader: Subscriber) -> None:
    make_post(cast.newsroom, "n0.", instant("2026-08-12 12:00"))
    assert send_digests(instant("2026-08-12 16:01")) == 1
    in_zone(cast, "Asia/Tokyo")
    make_post(cast.newsroom, "n1.", instant("2026-08-13 08:00"))
    assert send_digests(instant("2026-08-13 09:01")) == 1
    reader.refresh_from_db()
    assert reader.told_until == instant("2026-08-13 09:00")
    in_zone(cast, "Europe/Paris")
    assert send_digests(instant("2026-08-13 16:01")) == 0
    assert texts() == [["n0"], ["n1"]]


def test_a_post_of_the_very_moment_is_told_in_one_digest_only(cast: Cast, reader: Subscriber) -> None:
    for n, at in enumerate(["16:00:00", "16:00:01"]):
        make_post(cast.newsroom, f"n{n}.", instant(f"2026-08-12 {at}"))
    assert send_digests(instant("2026-08-12 16:01")) == 1
    assert send_digests(instant("2026-08-13 16:01")) == 1
    assert texts() == [["n0"], ["n1"]]


def test_a_mail_names_the_hour_of_the_brand(cast: Cast, reader: Subscriber) -> None:
    in_zone(cast, "America/New_York")
    Subscriber.objects.update(language="en")
    make_post(cast.newsroom, at=instant("2026-08-12 02:30"))
    assert send_digests(instant("2026-08-12 22:01")) == 1
    mail = Mail.objects.get()
    assert ("11 August 2026, 22:30" in mail.text, "11 August 2026, 22:30" in mail.html) == (True, True)
    assert '<time datetime="2026-08-11T22:30:00-04:00"' in mail.html
