"""What every part of a Page's client stands on."""

from __future__ import annotations

from typing import Final

from pages.networks.errors import Code
from pages.networks.graph import Graph
from pages.networks.types import Published

DEAF: Final = Code.LISTEN_SCOPE_MISSING
BARRED: Final = Code.NOT_ALLOWED_HERE


class PageWire:
    """One Page and the way to it."""

    _graph: Graph
    _page: str

    def _shown(self, remote_id: str) -> Published:
        raise NotImplementedError
