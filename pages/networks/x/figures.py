"""What became of our posts, each count apart.

What everybody sees is told for any age; the clicks on addresses only to the author, of the last thirty days
(https://docs.x.com/x-api/fundamentals/metrics). The organic counts are the same ones without advertising:
they would count a reaction twice, and are left aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import batched
from typing import Any, Final

from cm_suite.core import clock
from pages.networks.answers import count
from pages.networks.types import Figure, Metric
from pages.networks.x import mapping, words
from pages.networks.x.wire import MOST_IDS, VERSION, Wire

PRIVATE_FOR: Final = timedelta(days=29)  # a day less than what X allows: an age is never quite the same
PUBLIC: Final = "public_metrics"
NON_PUBLIC: Final = "non_public_metrics"
NAMES: Final[tuple[tuple[Metric, str, str], ...]] = (
    (Metric.REACTIONS, PUBLIC, "like_count"),
    (Metric.COMMENTS, PUBLIC, "reply_count"),
    (Metric.RESHARES, PUBLIC, "retweet_count"),
    (Metric.QUOTES, PUBLIC, "quote_count"),
    (Metric.SAVES, PUBLIC, "bookmark_count"),
    (Metric.VIEWS, PUBLIC, "impression_count"),
    (Metric.CLICKS, NON_PUBLIC, "url_link_clicks"),
)


class PostFigures:
    """Counts what became of posts."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def figures(self, remote_ids: Sequence[str]) -> Mapping[str, tuple[Figure, ...]]:
        """The counts of each post now; a post that X has no more is not there."""
        known = [each for each in dict.fromkeys(remote_ids) if words.is_identifier(each)]
        young = [each for each in known if _is_young(each)]
        old = [each for each in known if each not in set(young)]
        return dict(self._counted(young, f"{PUBLIC},{NON_PUBLIC}")) | dict(self._counted(old, PUBLIC))

    def _counted(self, ids: Sequence[str], fields: str) -> Iterator[tuple[str, tuple[Figure, ...]]]:
        for some in batched(ids, MOST_IDS):
            params = {"ids": ",".join(some), "tweet.fields": fields}
            for row in self._wire.paid("/tweets", params, post_read=len(some)).spoken().rows:
                yield str(row.get("id")), counts(row)


def counts(row: Mapping[str, Any]) -> tuple[Figure, ...]:
    """The counts of one post; what X does not say is not there."""
    found = ((metric, kind, name, _value(row, kind, name)) for metric, kind, name in NAMES)
    return tuple(
        Figure(metric, value, f"{kind}.{name}", VERSION.name)
        for metric, kind, name, value in found
        if value is not None
    )


def _value(row: Mapping[str, Any], kind: str, name: str) -> int | None:
    group = row.get(kind)
    return count(group.get(name)) if isinstance(group, Mapping) else None


def _is_young(remote_id: str) -> bool:
    at = mapping.made_at(remote_id)
    return at is not None and clock.now() - at < PRIVATE_FOR
