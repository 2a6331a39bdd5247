"""What every part of a Page's client stands on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pages.networks.facebook import mapping
from pages.networks.graph_wire import GraphWire
from pages.networks.types import Commenter, Published


class PageWire(GraphWire, Protocol):
    """One Page and the way to it."""

    def _author(self, row: Mapping[str, Any]) -> Commenter:
        return mapping.author(row)

    def _mine(self, row: Mapping[str, Any]) -> bool:
        return self._author(row).remote_id == self._account

    def _shown(self, remote_id: str) -> Published:
        """What was just made, with its address when the network says it now."""
