"""What an account of Meta's does about what others wrote below its posts."""

from __future__ import annotations

from cm_suite.core.errors import Never, Unknown
from pages.networks.errors import Code
from pages.networks.graph import path_of
from pages.networks.graph_wire import BARRED, GraphWire


class GraphModerating(GraphWire):
    """Hides, shows, deletes. `_hiding`: how the network calls what hides a comment."""

    _hiding: str

    def hide(self, remote_id: str, reason: str) -> None:
        """Hide it from all but its author and their friends; gone is done. The reason stays with us."""
        try:
            self._conceal(remote_id, hidden=True)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise

    def unhide(self, remote_id: str) -> None:
        """Show it again. Raises Never (`not_found`) when it is gone."""
        self._conceal(remote_id, hidden=False)

    def _conceal(self, remote_id: str, *, hidden: bool) -> None:
        """Raises Unknown when the network does not say that it is done."""
        answer = self._graph.post(path_of(remote_id), {self._hiding: hidden}, lacking=BARRED)
        if answer.get("success") is not True:
            raise Unknown("answer_unreadable")

    def delete_comment(self, remote_id: str, reason: str) -> None:
        """Take it away; gone already is done. The reason stays with us."""
        self._graph.remove(path_of(remote_id), lacking=BARRED)
