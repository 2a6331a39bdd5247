"""What became of an account's posts.

https://developers.facebook.com/documentation/instagram-platform/reference/instagram-media/insights: metrics
that were removed (`impressions`, `video_views`, `plays`) are not asked; what is not known is not told at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import batched
from typing import Final

from pages.networks.errors import Code
from pages.networks.graph_figures import insights, several
from pages.networks.graph_wire import GraphWire
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


class Figures(GraphWire):
    """Counts, each apart; what the network does not say is not there."""

    def figures(self, remote_ids: Sequence[str]) -> Mapping[str, tuple[Figure, ...]]:
        """Reach, views, likes, comments, saves and shares of each post, to date; up to 48 hours late."""
        found: dict[str, tuple[Figure, ...]] = {}
        for some in batched(remote_ids, AT_ONCE):
            for remote_id, post in several(self._graph, some, _FIELDS, _ALONE).items():
                found[remote_id] = tuple(insights(post, _OF_POSTS))
        return found
