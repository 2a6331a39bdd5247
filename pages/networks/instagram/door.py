"""The way to Instagram accounts through Facebook's consent page."""

from __future__ import annotations

from pages.networks.graph_door import GraphDoor
from pages.networks.instagram.accounts import SCOPES, found_with
from pages.networks.types import Candidate, Grant


class InstagramDoor(GraphDoor):
    """Asks a person for the accounts tied to their Pages."""

    scopes: tuple[str, ...] = SCOPES

    def accounts(self, grant: Grant) -> tuple[Candidate, ...]:
        """The accounts of the person's Pages, then of their Business Portfolios', each with its own grant."""
        return found_with(self._graph(grant), grant, self.scopes)
