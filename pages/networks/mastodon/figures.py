"""What became of statuses, as the server counts (docs.joinmastodon.org/entities/Status/)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from cm_suite.core.errors import Never
from pages.networks.answers import count, identifier
from pages.networks.errors import Code
from pages.networks.mastodon import mapping
from pages.networks.mastodon.wire import STATUSES, UNREADABLE, VERSION, Wire, status_path
from pages.networks.types import Figure, Metric

AT_ONCE: Final = 20  # statuses in one question: the server refuses more
COUNTED: Final = {
    "favourites_count": Metric.REACTIONS,
    "reblogs_count": Metric.RESHARES,
    "replies_count": Metric.COMMENTS,
    "quotes_count": Metric.QUOTES,
}


def of_posts(wire: Wire, remote_ids: Sequence[str]) -> dict[str, tuple[Figure, ...]]:
    """The counts of each status that is there; a count that the server does not give is not there."""
    found: dict[str, tuple[Figure, ...]] = {}
    for start in range(0, len(remote_ids), AT_ONCE):
        wanted = list(dict.fromkeys(remote_ids[start : start + AT_ONCE]))
        statuses = _together(wire, wanted)
        for remote_id in wanted:
            status = statuses.get(remote_id) or _alone(wire, remote_id)
            if status is not None:
                found[remote_id] = counts(status)
    return found


def counts(status: Mapping[str, Any]) -> tuple[Figure, ...]:
    """What a status says of itself."""
    said = ((metric, count(status.get(name), mapping.MOST), name) for name, metric in COUNTED.items())
    return tuple(Figure(metric, value, name, VERSION) for metric, value, name in said if value is not None)


def _together(wire: Wire, wanted: list[str]) -> dict[str, Mapping[str, Any]]:
    """Those that one question gives; none from a server of before version 4.3, or one that is alike."""
    if len(wanted) < 2:
        return {}
    try:
        answer = wire.call("GET", STATUSES, params={"id[]": wanted}).json()
    except Never as refusal:
        if refusal.code not in {Code.NOT_FOUND, Code.CONTENT_REFUSED, Code.BLOCKED}:
            raise
        return {}
    listed = answer if isinstance(answer, list) else []
    return {name: status for name, status in _named(listed) if name in wanted}


def _named(listed: list[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for each in listed:
        try:
            yield identifier(each["id"]), each
        except UNREADABLE:
            continue


def _alone(wire: Wire, remote_id: str) -> Mapping[str, Any] | None:
    """One status; None when it is gone."""
    try:
        found = wire.call("GET", status_path(remote_id)).json()
    except Never as refusal:
        if refusal.code != Code.NOT_FOUND:
            raise
        return None
    return found if isinstance(found, Mapping) and str(found.get("id")) == remote_id else None
