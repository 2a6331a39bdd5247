"""Dates as the public page and its mails write them."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from pages.newsroom.templatetags.newsroom import day, moment, moment_text


@pytest.mark.parametrize(
    ("at", "date"),
    [
        (datetime(2026, 11, 21, 16, 20, tzinfo=UTC), "21 November 2026"),
        (datetime(2026, 11, 30, 23, 20, tzinfo=UTC), "1 December 2026"),  # in Paris, the first has begun
    ],
)
def test_dates_are_long_and_in_the_brand_s_zone(at: datetime, date: str) -> None:
    hour = "17:20" if at.day == 21 else "00:20"
    with translation.override("en"):
        assert moment_text(at, "Europe/Paris") == f"{date}, {hour}"
        assert f">{date}, {hour}</time>" in moment(at, "Europe/Paris")
        assert f">{date}</time>" in day(at, "Europe/Paris")
