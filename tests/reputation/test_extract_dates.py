"""Dates as pages write them, and names as themes decorate them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reputation.extraction.comments import clean_name
from reputation.extraction.dates import read_date

MONTHS = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
          "novembre", "décembre"]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-12", datetime(2026, 3, 12, tzinfo=UTC)),
        ("2026-03-12T08:30:00Z", datetime(2026, 3, 12, 8, 30, tzinfo=UTC)),
        ("2026-03-12 08:30", datetime(2026, 3, 12, 8, 30, tzinfo=UTC)),
        (
            "2026-03-12T08:30:15.123+0200",
            datetime(2026, 3, 12, 8, 30, 15, tzinfo=timezone(timedelta(hours=2))),
        ),
        (
            "2026-03-12T08:30:00-05:30",
            datetime(2026, 3, 12, 8, 30, tzinfo=timezone(-timedelta(hours=5, minutes=30))),
        ),
        ("12 mars 2026 à 10 h 05 min", datetime(2026, 3, 12, 10, 5, tzinfo=UTC)),
        ("Le 1er août 2025 à 7h30", datetime(2025, 8, 1, 7, 30, tzinfo=UTC)),
        ("par Ana » 02 févr. 2026, 21:15", datetime(2026, 2, 2, 21, 15, tzinfo=UTC)),
        ("12/03/2026 14:05", datetime(2026, 3, 12, 14, 5, tzinfo=UTC)),
        ("03/25/2026", datetime(2026, 3, 25, tzinfo=UTC)),
        ("18. 05. 2014", datetime(2014, 5, 18, tzinfo=UTC)),
        ("5/4/26", datetime(2026, 4, 5, tzinfo=UTC)),
        ("March 3, 2026 at 4:07 pm", datetime(2026, 3, 3, 16, 7, tzinfo=UTC)),
        ("March 3, 2026 12:07 am", datetime(2026, 3, 3, 0, 7, tzinfo=UTC)),
        ("3. Oktober 2024", datetime(2024, 10, 3, tzinfo=UTC)),
        ("1770000000", datetime(2026, 2, 2, 2, 40, tzinfo=UTC)),
        ("1770000000000", datetime(2026, 2, 2, 2, 40, tzinfo=UTC)),
    ],
)
def test_a_date_is_read(text: str, moment: datetime) -> None:
    read = read_date(text)
    assert read == moment
    assert read is not None
    assert read.utcoffset() == moment.utcoffset()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "il y a 3 jours",
        "hier",
        "2026-02-30",
        "31 février 2026",
        "45/45/2026",
        "12 mars",
        "2026",
        "x" * 999,
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text) is None


def test_nothing_is_no_date() -> None:
    assert read_date(None) is None


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2069, 12, 31)))  # noqa: DTZ001
def test_a_french_date_is_read_back(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC, second=0, microsecond=0)
    written = f"le {moment.day} {MONTHS[moment.month - 1]} {moment.year} à {moment.hour}h{moment.minute:02}"
    assert read_date(written) == moment


@given(st.text(max_size=80))
def test_no_text_makes_a_date_fail(text: str) -> None:
    moment = read_date(text)
    assert moment is None or moment.tzinfo is not None


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Paulin D. dit :", "Paulin D."),
        ("par Mme Tellier", "Mme Tellier"),
        ("Posté par Karim le 3 mai 2026", "Karim"),
        ("J.-P. Arnoux", "J.-P. Arnoux"),
        ("1. Solange", "Solange"),
        ("Ana says:", "Ana"),
        ("Luc • il y a 2 jours", "Luc"),
        ("Zoé, 12/03/2026", "Zoé"),
        ("Re: Le délai par Hector » 02 févr. 2026", "Hector"),
        ("Auteur : Inès Moreau", "Inès Moreau"),
        ("…", ""),
        ("", ""),
        ("mot " * 40, ""),
    ],
)
def test_a_name_is_freed_of_what_themes_put_around_it(line: str, name: str) -> None:
    assert clean_name(line) == name
