"""Figures as readers see them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_suite.core.templatetags.figures import HEIGHT, TOP, WIDTH, spark_points


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
