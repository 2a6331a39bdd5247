"""What an account does about what others wrote below its posts.

https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-comment
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cm_suite.core.errors import Never, Unknown
from pages.networks.errors import Code
from pages.networks.graph import path_of
from pages.networks.instagram.wire import BARRED, Wire


class Moderating(Wire):
    """Hides, shows, deletes. Keeping somebody away has no call."""

    def hide(self, remote_id: str, reason: str) -> None:
        """Hide it from all but its author; gone is done. The reason stays with us."""
        try:
            self._conceal(remote_id, hidden=True)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise

    def unhide(self, remote_id: str) -> None:
        """Show it again. Raises Never (`not_found`) when it is gone."""
        self._conceal(remote_id, hidden=False)

    def _conceal(self, remote_id: str, *, hidden: bool) -> None:
        _confirmed(self._graph.post(path_of(remote_id), {"hide": hidden}, lacking=BARRED))

    def delete_comment(self, remote_id: str, reason: str) -> None:
        """Take it away; gone already is done. The reason stays with us."""
        self._graph.remove(path_of(remote_id), lacking=BARRED)


def _confirmed(answer: Mapping[str, Any]) -> None:
    """Raises Unknown when the network does not say that it is done."""
    if answer.get("success") is not True:
        raise Unknown("answer_unreadable")
