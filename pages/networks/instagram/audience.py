"""Who began to follow an account and who left, day by day.

https://developers.facebook.com/documentation/instagram-platform/api-reference/instagram-user/insights/:
`follows_and_unfollows` is one total for the time that is asked, so each day is a call of its own; nothing is
told of an account with fewer than a hundred followers. Of `follow_type`, FOLLOWER are those who came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from cm_suite.core.errors import Later
from pages.networks.answers import count, mapping
from pages.networks.graph import VERSION, path_of
from pages.networks.graph_answers import rows
from pages.networks.graph_wire import BARRED, GraphWire
from pages.networks.types import AudienceDay, Figure, Metric

ZONE: Final = ZoneInfo("America/Los_Angeles")  # the day of Meta's insights
METRIC: Final = "follows_and_unfollows"
_OF_TYPES: Final = {"FOLLOWER": Metric.GAINED, "NON_FOLLOWER": Metric.LOST}


class Audience(GraphWire):
    """Counts followers gained and lost."""

    def audience(self, since: date, until: date) -> tuple[AudienceDay, ...]:
        """Who came and who left, day by day in the network's own days (of its Pacific coast).

        One call a day. A day of which nothing is told is not there.
        """
        days = (since + timedelta(days=number) for number in range((until - since).days + 1))
        counted = ((day, tuple(self._day(day))) for day in days)
        return tuple(AudienceDay(day, figures) for day, figures in counted if figures)

    def _day(self, day: date) -> Iterator[Figure]:
        asked = {
            "metric": METRIC,
            "period": "day",
            "metric_type": "total_value",
            "breakdown": "follow_type",
            "since": _midnight(day),
            "until": _midnight(day + timedelta(days=1)) - 1,
        }
        answer = self._graph.get(path_of(self._account, "insights"), asked, lacking=BARRED)
        try:
            series = rows(answer)
        except ValueError:
            raise Later("answer_unreadable") from None
        for each in series:
            if each.get("name") == METRIC:
                yield from _figures(mapping(each.get("total_value")))


def _midnight(day: date) -> int:
    """When a day of the network begins, in seconds since 1970."""
    return int(datetime.combine(day, time.min, ZONE).timestamp())


def _figures(total: Mapping[str, Any]) -> Iterator[Figure]:
    """Gained and lost, each once; other types (UNKNOWN) are neither."""
    breakdowns = total.get("breakdowns")
    told: set[Metric] = set()
    for breakdown in breakdowns if isinstance(breakdowns, list) else ():
        results = mapping(breakdown).get("results")
        for result in results if isinstance(results, list) else ():
            kind, value = _result(mapping(result))
            metric = _OF_TYPES.get(kind)
            if metric is not None and value is not None and metric not in told:
                told.add(metric)
                yield Figure(metric, value, f"{METRIC}.{kind}", VERSION.name)


def _result(result: Mapping[str, Any]) -> tuple[str, int | None]:
    """What one line of a breakdown is of, and its count."""
    said = result.get("dimension_values")
    kind = said[0] if isinstance(said, list) and said else None
    return kind if isinstance(kind, str) else "", count(result.get("value"))
