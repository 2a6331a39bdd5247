"""What became of our posts, each count apart (lexicon `app.bsky.feed.defs#postView`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pages.networks.bluesky.keys import POSTS, address
from pages.networks.bluesky.version import VERSION
from pages.networks.bluesky.wire import Wire
from pages.networks.types import Figure, Metric

ASKED_AT_ONCE: Final = 25
COUNTED: Final[dict[str, Metric]] = {
    "likeCount": Metric.REACTIONS,
    "replyCount": Metric.COMMENTS,
    "repostCount": Metric.RESHARES,
    "quoteCount": Metric.QUOTES,
    "bookmarkCount": Metric.SAVES,
}


def counted(wire: Wire, remote_ids: Sequence[str]) -> dict[str, tuple[Figure, ...]]:
    """The counts of each post now; what the network has no more, or does not count, is not there."""
    return {uri: tuple(_figures(view)) for uri, view in views(wire, remote_ids).items()}


def views(wire: Wire, remote_ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """The posts as the network shows them, by address; those it does not show are not there."""
    wanted = [each for each in dict.fromkeys(remote_ids) if _is_post(each)]
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(wanted), ASKED_AT_ONCE):
        asked = wanted[start : start + ASKED_AT_ONCE]
        shown = wire.ask("app.bsky.feed.getPosts", {"uris": asked}).get("posts")
        for view in shown if isinstance(shown, list) else ():
            if isinstance(view, Mapping) and view.get("uri") in asked:
                found[view["uri"]] = view
    return found


def _is_post(remote_id: str) -> bool:
    try:
        return address(remote_id).collection == POSTS
    except ValueError:
        return False


def _figures(view: Mapping[str, Any]) -> Iterable[Figure]:
    for name, metric in COUNTED.items():
        value = view.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            yield Figure(metric, value, name, VERSION.name)
