"""Times as readers see them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cm_suite.core.templatetags.figures import HEIGHT, TOP, WIDTH, spark_points

WINTER = datetime(2026, 1, 15, 23, 30, tzinfo=UTC)


def shown(expression: str, value: object, zone: str = "Europe/Paris", language: str = "fr") -> str:
    with translation.override(language):
        return Template(f"{{% load cm %}}{{{{ value|{expression}:zone }}}}").render(
            Context({"value": value, "zone": zone})
        )


def test_an_instant_is_shown_in_the_brands_zone_and_names_it() -> None:
    assert shown("local_time", WINTER) == (
        '<time datetime="2026-01-15T23:30:00+00:00" title="Europe/Paris (CET)">16/01/2026 00:30</time>'
    )


@pytest.mark.parametrize(
    ("expression", "language", "text"),
    [
        ("local_hour", "fr", ">00:30<"),
        ("local_day", "fr", ">16 janvier 2026<"),
        ("local_day", "en", ">Jan. 16, 2026<"),
        ("local_time", "en", ">01/16/2026 12:30 a.m.<"),
    ],
)
def test_it_speaks_the_readers_language(expression: str, language: str, text: str) -> None:
    assert text in shown(expression, WINTER, language=language)


def test_an_instant_of_another_zone_is_the_same() -> None:
    assert shown("local_time", WINTER.astimezone(ZoneInfo("Asia/Tokyo"))) == shown("local_time", WINTER)


def test_nothing_is_shown_for_nothing() -> None:
    assert shown("local_time", None) == ""


def test_a_naive_time_and_an_unknown_zone_are_errors() -> None:
    with pytest.raises(ValueError, match="must carry its zone"):
        shown("local_time", datetime(2026, 1, 15))  # noqa: DTZ001  # the fault itself
    with pytest.raises(ValueError, match="Nowhere"):
        shown("local_time", WINTER, zone="Nowhere")


@pytest.mark.parametrize(
    ("values", "points"),
    [
        ([], ""),
        ([7], ""),
        ([0, 10], "0.0,23.0 100.0,1.0"),
        ([3, 3, 3], "0.0,23.0 50.0,23.0 100.0,23.0"),
        ([-1, 0, 1, 0, -1], "0.0,23.0 25.0,12.0 50.0,1.0 75.0,12.0 100.0,23.0"),
    ],
)
def test_a_sparkline_goes_from_edge_to_edge_with_its_lowest_on_the_floor(
    values: list[float], points: str
) -> None:
    assert spark_points(values) == points


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40))
def test_no_point_of_a_sparkline_leaves_its_box(values: list[float]) -> None:
    pairs = [tuple(map(float, pair.split(","))) for pair in spark_points(values).split()]
    assert len(pairs) == len(values)
    assert all(0 <= x <= WIDTH and TOP <= y <= TOP + HEIGHT for x, y in pairs)
    assert [x for x, _y in pairs] == sorted(x for x, _y in pairs)
