"""What every part of an Instagram account's client stands on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pages.networks.answers import one_line
from pages.networks.graph import path_of
from pages.networks.graph_wire import DEAF, GraphWire
from pages.networks.instagram import mapping
from pages.networks.types import Commenter

PAGE: Final = "me"  # whose token it is: the Facebook Page that the account is tied to


class Wire(GraphWire):
    """One account and the way to it."""

    _known_as: str = ""

    def _author(self, row: Mapping[str, Any]) -> Commenter:
        return mapping.author(row)

    def _mine(self, row: Mapping[str, Any]) -> bool:
        return mapping.own(row, self._account, self._handle())

    def _handle(self) -> str:
        """The account's own name, asked once."""
        if not self._known_as:
            found = self._graph.get(path_of(self._account), {"fields": "username"}, lacking=DEAF)
            self._known_as = one_line(found.get("username"))
        return self._known_as
