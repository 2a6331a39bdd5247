"""The way to Pages through Facebook's consent page."""

from __future__ import annotations

from pages.networks.facebook.accounts import SCOPES, found_with
from pages.networks.graph_door import GraphDoor
from pages.networks.types import Candidate, Grant


class FacebookDoor(GraphDoor):
    """Asks a person for their Pages."""

    scopes = SCOPES

    def accounts(self, grant: Grant) -> tuple[Candidate, ...]:
        """The person's own Pages, then those of their Business Portfolios that they have a role on."""
        return found_with(self._graph(grant), grant)
