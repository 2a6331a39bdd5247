"""What a site counts of a post: its comments, and nothing else.

https://developer.wordpress.org/rest-api/using-the-rest-api/pagination/: X-WP-Total says how many a list has.
A post itself does not say how many comments stand under it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import batched
from typing import Final

from pages.networks.types import Figure, Metric
from pages.networks.wordpress import mapping
from pages.networks.wordpress.roots import VERSION
from pages.networks.wordpress.wire import PAGE_SIZE, UNREADABLE, Wire, known

NAME: Final = "comments"


def of_posts(wire: Wire, remote_ids: Sequence[str]) -> Mapping[str, tuple[Figure, ...]]:
    """The shown comments of each post that is there; one call a post. Not said is not zero."""
    counts = {post: _count(wire, post) for post in _there(wire, remote_ids)}
    return {
        post: () if count is None else (Figure(Metric.COMMENTS, count, NAME, VERSION.name),)
        for post, count in counts.items()
    }


def _there(wire: Wire, remote_ids: Sequence[str]) -> list[str]:
    asked = [each for each in dict.fromkeys(remote_ids) if known(each)]
    there: set[str] = set()
    for some in batched(asked, PAGE_SIZE):
        rows, _total = wire.rows(
            "posts", include=",".join(some), status="any", per_page=PAGE_SIZE, _fields="id"
        )
        there |= {_id(row) for row in rows}
    return [each for each in asked if each in there]


def _count(wire: Wire, post: str) -> int | None:
    return wire.rows("comments", post=post, per_page=1, _fields="id")[1]


def _id(row: Mapping[str, object]) -> str:
    try:
        return mapping.number(row.get("id"))
    except UNREADABLE:
        return ""
