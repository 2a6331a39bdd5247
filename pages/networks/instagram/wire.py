"""What every part of an Instagram account's client stands on."""

from __future__ import annotations

from typing import Final

from pages.networks.errors import Code
from pages.networks.graph import path_of
from pages.networks.graph_answers import one_line
from pages.networks.instagram.errors import InstagramGraph

DEAF: Final = Code.LISTEN_SCOPE_MISSING
BARRED: Final = Code.NOT_ALLOWED_HERE
PAGE: Final = "me"  # whose token it is: the Facebook Page that the account is tied to


class Wire:
    """One account and the way to it."""

    _graph: InstagramGraph
    _account: str
    _known_as: str = ""

    def _handle(self) -> str:
        """The account's own name, asked once."""
        if not self._known_as:
            found = self._graph.get(path_of(self._account), {"fields": "username"}, lacking=DEAF)
            self._known_as = one_line(found.get("username"))
        return self._known_as
