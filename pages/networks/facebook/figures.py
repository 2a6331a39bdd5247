"""What became of a Page's posts, and of any address.

https://developers.facebook.com/docs/graph-api/reference/insights (metrics that were removed are not asked),
https://developers.facebook.com/docs/graph-api/reference/url/ (`engagement`: rounded by the network at times).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Any, Final

from cm_suite.core.errors import Never
from pages.networks.answers import count
from pages.networks.answers import mapping as object_of
from pages.networks.errors import Code
from pages.networks.graph_figures import figure, insights, several
from pages.networks.graph_wire import BARRED, GraphWire
from pages.networks.types import Figure, Metric

AT_ONCE: Final = 25
_ALONE: Final = frozenset({Code.NOT_FOUND})
_WITHOUT: Final = _ALONE | {Code.CONTENT_REFUSED}  # how a post is refused of which none are kept

_COUNTS: Final = (
    "id,shares,reactions.limit(0).summary(total_count),comments.filter(stream).limit(0).summary(total_count)"
)
_OF_POSTS: Final = {
    "post_clicks": Metric.CLICKS,
    "post_media_view": Metric.VIEWS,
    "post_total_media_view_unique": Metric.REACH,
}
_OF_ADDRESSES: Final = {
    "reaction_count": Metric.REACTIONS,
    "comment_count": Metric.COMMENTS,
    "share_count": Metric.RESHARES,
    "comment_plugin_count": Metric.PLUGIN_COMMENTS,
}


class Figures(GraphWire):
    """Counts, each apart; what the network does not say is not there."""

    def figures(self, remote_ids: Sequence[str]) -> Mapping[str, tuple[Figure, ...]]:
        """Reactions, comments (answers included), reshares, clicks, views and reach of each post, to date."""
        found: dict[str, tuple[Figure, ...]] = {}
        asked = f"insights.metric({','.join(_OF_POSTS)}).period(lifetime){{name,values}}"
        for some in batched(remote_ids, AT_ONCE):
            counted = several(self._graph, some, _COUNTS, _ALONE)
            seen = self._seen(tuple(counted), f"id,{asked}")
            for remote_id, post in counted.items():
                found[remote_id] = tuple(_counts(post)) + tuple(insights(seen.get(remote_id, {}), _OF_POSTS))
        return found

    def _seen(self, remote_ids: Sequence[str], fields: str) -> Mapping[str, Mapping[str, Any]]:
        """Clicks, views and reach; nothing when the token may not read them."""
        try:
            return several(self._graph, remote_ids, fields, _WITHOUT)
        except Never:
            return {}

    def url_figures(self, url: str) -> tuple[Figure, ...]:
        """What the share counter of an address is a sum of. The network says that it rounds."""
        answer = self._graph.get("", {"id": url, "fields": "engagement"}, lacking=BARRED)
        engagement = object_of(answer.get("engagement"))
        found = ((metric, name, count(engagement.get(name))) for name, metric in _OF_ADDRESSES.items())
        return tuple(figure(metric, value, name) for metric, name, value in found if value is not None)


def _counts(post: Mapping[str, Any]) -> Iterator[Figure]:
    """A post that nobody shared has no `shares`."""
    reactions = object_of(object_of(post.get("reactions")).get("summary"))
    comments = object_of(object_of(post.get("comments")).get("summary"))
    totals = (
        (
            Metric.REACTIONS,
            "reactions",
            reactions,
            "total_count",
        ),
        (
            Metric.COMMENTS,
            "comments",
            comments,
            "total_count",
        ),
        (Metric.RESHARES, "shares", object_of(post.get("shares")), "count"),
    )
    for metric, name, where, key in totals:
        value = count(where.get(key))
        if value is not None:
            yield figure(metric, value, name)
