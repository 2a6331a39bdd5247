"""The account's latest posts, with whatever is asked of each."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from cm_suite.core.errors import Later
from pages.networks.graph import Graph, NoMoreError, path_of
from pages.networks.instagram.wire import DEAF

POSTS: Final = 25
PARTS: Final = 5  # in which they are asked when the network finds them too much: it says so by a server error


def recent(graph: Graph, account: str, fields: str) -> list[Mapping[str, Any]]:
    """The latest posts, in one answer or in several smaller ones. Raises Later for what is no list."""
    try:
        return _listed(graph, account, fields, 1)
    except Later as late:
        if late.code != "server_error":
            raise
        return _listed(graph, account, fields, PARTS)


def _listed(graph: Graph, account: str, fields: str, parts: int) -> list[Mapping[str, Any]]:
    asked = {"fields": fields, "limit": POSTS // parts}
    found: list[Mapping[str, Any]] = []
    with suppress(NoMoreError):
        for page in graph.pages(path_of(account, "media"), asked, most=parts, lacking=DEAF):
            found += page
    return found
