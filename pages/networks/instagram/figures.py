"""What became of an account's posts.

https://developers.facebook.com/documentation/instagram-platform/reference/instagram-media/insights: metrics
that were removed (`impressions`, `video_views`, `plays`) are not asked; what is not known is not told at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Any, Final

from cm_suite.core.errors import Never
from pages.networks.errors import Code
from pages.networks.graph import VERSION
from pages.networks.graph_answers import count
from pages.networks.graph_answers import mapping as object_of
from pages.networks.instagram import mapping
from pages.networks.instagram.wire import BARRED, Wire
from pages.networks.types import Figure, Metric

AT_ONCE: Final = 25

_OF_POSTS: Final = {
    "reach": Metric.REACH,
    "views": Metric.VIEWS,
    "likes": Metric.REACTIONS,
    "comments": Metric.COMMENTS,
    "saved": Metric.SAVES,
    "shares": Metric.RESHARES,
}
_FIELDS: Final = f"id,insights.metric({','.join(_OF_POSTS)}){{name,values}}"
_ALONE: Final = frozenset({Code.NOT_FOUND, Code.CONTENT_REFUSED})


class Figures(Wire):
    """Counts, each apart; what the network does not say is not there."""

    def figures(self, remote_ids: Sequence[str]) -> Mapping[str, tuple[Figure, ...]]:
        """Reach, views, likes, comments, saves and shares of each post, to date; up to 48 hours late."""
        found: dict[str, tuple[Figure, ...]] = {}
        for some in batched(remote_ids, AT_ONCE):
            for remote_id, post in self._several(some).items():
                found[remote_id] = tuple(_insights(post))
        return found

    def _several(self, remote_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Several posts in one call; one by one when one of them is refused, as that refuses all."""
        try:
            asked = {"ids": ",".join(remote_ids), "fields": _FIELDS}
            answer = self._graph.get("", asked, lacking=BARRED)
        except Never as refusal:
            if refusal.code not in _ALONE:
                raise
            if len(remote_ids) == 1:
                return {}
            parts = (self._several((each,)) for each in remote_ids)
            return {name: post for part in parts for name, post in part.items()}
        return {each: object_of(answer[each]) for each in remote_ids if each in answer}


def _insights(post: Mapping[str, Any]) -> Iterator[Figure]:
    told: set[str] = set()
    for each in mapping.inner(post, "insights"):
        name, values = str(each.get("name")), each.get("values")
        first = values[0] if isinstance(values, list) and values else None
        value = count(object_of(first).get("value"))
        if name in _OF_POSTS and value is not None and name not in told:
            told.add(name)
            yield Figure(_OF_POSTS[name], value, name, VERSION.name)
