"""What every part of a client of Meta's stands on, whichever network it is of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from pages.networks.errors import Code
from pages.networks.graph import Graph
from pages.networks.types import Commenter

DEAF: Final = Code.LISTEN_SCOPE_MISSING
BARRED: Final = Code.NOT_ALLOWED_HERE


class GraphWire(Protocol):
    """One account and the way to it; each network says who somebody is."""

    _graph: Graph
    _account: str

    def _author(self, row: Mapping[str, Any]) -> Commenter:
        """Who wrote something, as far as the network says."""

    def _mine(self, row: Mapping[str, Any]) -> bool:
        """Whether the account itself wrote it."""
