"""What Meta's networks share of how comments are read."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, Protocol

from cm_suite.core.errors import Later, Never
from pages.networks.answers import UNREADABLE
from pages.networks.errors import Code
from pages.networks.graph import Graph, NoMoreError
from pages.networks.graph_wire import DEAF, GraphWire
from pages.networks.types import CommentPresence, IncomingComment

PARTS: Final = (
    5  # in which posts are asked when the network finds them too much: it says so by a server error
)


class GraphComments(GraphWire, Protocol):
    """Reads one thing that somebody wrote."""

    def comment(self, remote_id: str) -> IncomingComment:
        """One comment, mention or message as it is now; GONE when the network has it no more."""
        try:
            return self._now(remote_id)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise
            return IncomingComment(remote_id, "", presence=CommentPresence.GONE)
        except UNREADABLE:
            raise Later("answer_unreadable") from None

    def _now(self, remote_id: str) -> IncomingComment:
        """As `comment`. Raises Never (`not_found`) when it is gone, one of UNREADABLE for anything else."""


def recent(graph: Graph, path: str, fields: str, posts: int) -> list[Mapping[str, Any]]:
    """The latest posts of a list with whatever is asked of each, in one answer or in several smaller ones.

    Raises Later for what is no list.
    """
    try:
        return _listed(graph, path, fields, posts, 1)
    except Later as late:
        if late.code != "server_error":
            raise
        return _listed(graph, path, fields, posts, PARTS)


def _listed(graph: Graph, path: str, fields: str, posts: int, parts: int) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    asked = {"fields": fields, "limit": posts // parts}
    with suppress(NoMoreError):
        for page in graph.pages(path, asked, most=parts, lacking=DEAF):
            found += page
    return found
