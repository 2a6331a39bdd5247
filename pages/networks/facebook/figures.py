"""What became of a Page's posts, and of any address.

https://developers.facebook.com/docs/graph-api/reference/insights (metrics that were removed are not asked),
https://developers.facebook.com/docs/graph-api/reference/url/ (`engagement`: rounded by the network at times).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Any, Final

from cm_suite.core.errors import Never
from pages.networks.errors import Code
from pages.networks.facebook import mapping
from pages.networks.facebook.pagewire import BARRED, PageWire
from pages.networks.graph import VERSION
from pages.networks.graph_answers import count
from pages.networks.graph_answers import mapping as object_of
from pages.networks.types import Figure, Metric

AT_ONCE: Final = 25

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


class Figures(PageWire):
    """Counts, each apart; what the network does not say is not there."""

    def figures(self, remote_ids: Sequence[str]) -> Mapping[str, tuple[Figure, ...]]:
        """Reactions, comments (answers included), reshares, clicks, views and reach of each post, to date."""
        found: dict[str, tuple[Figure, ...]] = {}
        insights = f"insights.metric({','.join(_OF_POSTS)}).period(lifetime){{name,values}}"
        for some in batched(remote_ids, AT_ONCE):
            counted = self._several(some, _COUNTS)
            seen = self._seen(tuple(counted), f"id,{insights}")
            for remote_id, post in counted.items():
                found[remote_id] = tuple(_counts(post)) + tuple(_insights(seen.get(remote_id, {})))
        return found

    def _seen(self, remote_ids: Sequence[str], fields: str) -> Mapping[str, Mapping[str, Any]]:
        """Clicks, views and reach; nothing when the token may not read them."""
        try:
            return self._several(remote_ids, fields)
        except Never:
            return {}

    def _several(self, remote_ids: Sequence[str], fields: str) -> dict[str, Mapping[str, Any]]:
        """Several objects in one call; one by one when one of them is gone, as that refuses all."""
        if not remote_ids:
            return {}
        try:
            asked = {"ids": ",".join(remote_ids), "fields": fields}
            answer = self._graph.get("", asked, lacking=BARRED)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise
            if len(remote_ids) == 1:
                return {}
            parts = (self._several((each,), fields) for each in remote_ids)
            return {name: post for part in parts for name, post in part.items()}
        return {each: object_of(answer[each]) for each in remote_ids if each in answer}

    def url_figures(self, url: str) -> tuple[Figure, ...]:
        """What the share counter of an address is a sum of. The network says that it rounds."""
        answer = self._graph.get("", {"id": url, "fields": "engagement"}, lacking=BARRED)
        engagement = object_of(answer.get("engagement"))
        found = ((metric, name, count(engagement.get(name))) for name, metric in _OF_ADDRESSES.items())
        return tuple(_figure(metric, value, name) for metric, name, value in found if value is not None)


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
            yield _figure(metric, value, name)


def _insights(post: Mapping[str, Any]) -> Iterator[Figure]:
    for each in mapping.inner(post, "insights"):
        name, values = str(each.get("name")), each.get("values")
        first = values[0] if isinstance(values, list) and values else None
        value = count(object_of(first).get("value"))
        if name in _OF_POSTS and value is not None:
            yield _figure(_OF_POSTS[name], value, name)


def _figure(metric: Metric, value: int, name: str) -> Figure:
    return Figure(metric, value, name, VERSION.name)
