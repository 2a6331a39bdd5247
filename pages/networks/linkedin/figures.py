"""What became of the page's posts, and who came to follow it.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/share-statistics
(organic only, of the last twelve months) ·
https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/social-metadata-api ·
https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/follower-statistics
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from cm_suite.core.errors import Never, NextStep
from pages.networks.errors import Code
from pages.networks.linkedin import mapping
from pages.networks.linkedin.wire import VERSION, Wire, encoded, rows
from pages.networks.types import AudienceDay, Figure, Metric

AT_ONCE: Final = 20  # posts in one question
_COUNTED: Final[Mapping[str, Metric]] = {
    "impressionCount": Metric.VIEWS,
    "uniqueImpressionsCount": Metric.REACH,
    "clickCount": Metric.CLICKS,
    "commentCount": Metric.COMMENTS,
    "shareCount": Metric.RESHARES,
}
_GAINED: Final = ("organicFollowerGain", "paidFollowerGain")


class Statistics:
    """Counts posts and followers. The page's administrators alone are told more than reactions."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def figures(self, remote_ids: Sequence[str]) -> Mapping[str, tuple[Figure, ...]]:
        """The counts of each post now; a post that is gone is not there.

        Reactions of all kinds are one sum, and of people's own: `likeCount` is left aside, since it counts
        the same once more.
        """
        posts = [urn for urn in remote_ids if _is_post(urn)]
        there = {urn: reactions for urn in posts if (reactions := self._reactions(urn)) is not None}
        counted = self._statistics(list(there))
        return {urn: (*counted.get(urn, ()), *reactions) for urn, reactions in there.items()}

    def audience(self, since: date, until: date) -> tuple[AudienceDay, ...]:
        """Who came, day by day (UTC), by themselves and by advertising. Nobody is told who left."""
        start, end = _midnight(since), _midnight(until + timedelta(days=1))
        answer = self._wire.get(
            f"organizationalEntityFollowerStatistics?q=organizationalEntity&organizationalEntity="
            f"{encoded(self._wire.page)}&timeIntervals=(timeRange:(start:{start},end:{end}),"
            f"timeGranularityType:DAY)&count={(until - since).days + 1}&start=0"
        )
        days = dict(_days(rows(answer)))
        return tuple(AudienceDay(day, days[day]) for day in sorted(days) if since <= day <= until)

    def _reactions(self, urn: str) -> tuple[Figure, ...] | None:
        """The reactions to a post: nothing when LinkedIn does not say, None when the post is gone."""
        try:
            said = self._wire.get(f"socialMetadata/{encoded(urn)}")
        except Never as refusal:
            if refusal.code == Code.NOT_FOUND:
                return None
            _unless_lost(refusal)
            return ()
        summaries = said.get("reactionSummaries")
        if not isinstance(summaries, Mapping):
            return ()
        counts = [
            mapping.count(each.get("count")) for each in summaries.values() if isinstance(each, Mapping)
        ]
        total = sum(each for each in counts if each is not None)
        return (Figure(Metric.REACTIONS, total, "reactionSummaries", VERSION.name),)

    def _statistics(self, posts: Sequence[str]) -> dict[str, tuple[Figure, ...]]:
        found: dict[str, tuple[Figure, ...]] = {}
        for start in range(0, len(posts), AT_ONCE):
            try:
                answer = self._wire.get(_statistics_path(self._wire.page, posts[start : start + AT_ONCE]))
            except Never as refusal:
                _unless_lost(refusal)
                return found
            found |= dict(_counted(rows(answer)))
        return found


def _statistics_path(page: str, posts: Sequence[str]) -> str:
    shares = ",".join(encoded(urn) for urn in posts if ":ugcPost:" not in urn)
    others = ",".join(encoded(urn) for urn in posts if ":ugcPost:" in urn)
    lists = (f"&shares=List({shares})" if shares else "") + (f"&ugcPosts=List({others})" if others else "")
    return (
        "organizationalEntityShareStatistics?q=organizationalEntity"
        f"&organizationalEntity={encoded(page)}{lists}&count={AT_ONCE}&start=0"
    )


def _counted(elements: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, tuple[Figure, ...]]]:
    for each in elements:
        urn, said = each.get("share") or each.get("ugcPost"), each.get("totalShareStatistics")
        if isinstance(urn, str) and isinstance(said, Mapping):
            values = ((metric, mapping.count(said.get(name)), name) for name, metric in _COUNTED.items())
            yield (
                urn,
                tuple(Figure(m, value, name, VERSION.name) for m, value, name in values if value is not None),
            )


def _days(elements: Sequence[Mapping[str, Any]]) -> Iterator[tuple[date, tuple[Figure, ...]]]:
    for each in elements:
        said, span = each.get("followerGains"), each.get("timeRange")
        if not isinstance(said, Mapping) or not isinstance(span, Mapping):
            continue
        try:
            day = mapping.instant(span.get("start")).date()
        except ValueError:
            continue
        values = ((mapping.count(said.get(name)), name) for name in _GAINED)
        figures = tuple(
            Figure(Metric.GAINED, value, name, VERSION.name) for value, name in values if value is not None
        )
        if figures:
            yield day, figures


def _unless_lost(refusal: Never) -> None:
    """A right that is missing leaves a count out; a credential that is refused is another matter."""
    if refusal.step == NextStep.RECONNECT or refusal.code == Code.VERSION_GONE:
        raise refusal


def _is_post(urn: str) -> bool:
    try:
        return bool(mapping.post_urn(urn))
    except ValueError:
        return False


def _midnight(day: date) -> int:
    return mapping.milliseconds(datetime.combine(day, time.min, UTC))
