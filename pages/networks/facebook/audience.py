"""Who began to follow a Page and who left, day by day.

https://developers.facebook.com/docs/graph-api/reference/insights: 90 days a call, a hundred likes at least.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from cm_suite.core.errors import Later
from pages.networks.answers import count
from pages.networks.answers import mapping as object_of
from pages.networks.graph import VERSION, path_of
from pages.networks.graph_answers import instant_or_none, rows
from pages.networks.graph_wire import BARRED, GraphWire
from pages.networks.types import AudienceDay, Figure, Metric

LONGEST: Final = 90  # days a call

_OF_DAYS: Final = {
    "page_follows": Metric.FOLLOWERS,
    "page_daily_follows_unique": Metric.GAINED,
    "page_daily_unfollows_unique": Metric.LOST,
}


class Audience(GraphWire):
    """Counts followers gained and lost."""

    def audience(self, since: date, until: date) -> tuple[AudienceDay, ...]:
        """Who came and who left, day by day in the network's own days (of its Pacific coast).

        A Page with fewer than a hundred likes is told nothing; nor is a day that is not over.
        """
        days: dict[date, list[Figure]] = {}
        first = since
        while first <= until:
            last = min(until, first + timedelta(days=LONGEST - 1))
            for day, figure in self._days(first, last):
                if since <= day <= until:
                    days.setdefault(day, []).append(figure)
            first = last + timedelta(days=1)
        return tuple(AudienceDay(day, tuple(days[day])) for day in sorted(days))

    def _days(self, first: date, last: date) -> Iterator[tuple[date, Figure]]:
        asked = {
            "metric": ",".join(_OF_DAYS),
            "period": "day",
            "since": first.isoformat(),
            "until": (last + timedelta(days=1)).isoformat(),
        }
        answer = self._graph.get(path_of(self._account, "insights"), asked, lacking=BARRED)
        try:
            series = rows(answer)
        except ValueError:
            raise Later("answer_unreadable") from None
        for each in series:
            yield from _of_days(each)


def _of_days(series: Mapping[str, Any]) -> Iterator[tuple[date, Figure]]:
    """Each day of one metric: a value is told at the end of its day, which is the next morning in UTC."""
    name = str(series.get("name"))
    values = series.get("values")
    for each in values if isinstance(values, list) else ():
        said = object_of(each)
        end, value = instant_or_none(said.get("end_time")), count(said.get("value"))
        if name in _OF_DAYS and end is not None and value is not None:
            yield (end - timedelta(days=1)).date(), Figure(_OF_DAYS[name], value, name, VERSION.name)
