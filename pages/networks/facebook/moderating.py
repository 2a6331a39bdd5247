"""What a Page does about what others wrote below its posts."""

from __future__ import annotations

from cm_suite.core.errors import Never, NextStep
from pages.networks.errors import Code
from pages.networks.graph import path_of
from pages.networks.graph_moderating import GraphModerating
from pages.networks.graph_wire import BARRED
from pages.networks.types import Commenter


class Moderating(GraphModerating):
    """Hides, shows, deletes, blocks."""

    _hiding = "is_hidden"

    def block(self, author: Commenter) -> None:
        """Keep somebody from commenting on the Page; kept away already is done.

        https://developers.facebook.com/docs/graph-api/reference/page/blocked/
        """
        body = {"user": [_known(author)]}
        self._graph.post(path_of(self._account, "blocked"), body, lacking=BARRED)

    def unblock(self, author: Commenter) -> None:
        """Let them in again; never kept away is done."""
        who = {"user": _known(author)}
        try:
            self._graph.delete(path_of(self._account, "blocked"), who, lacking=BARRED)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise


def _known(author: Commenter) -> str:
    """Who it is. Raises Never when the network never said."""
    if not author.remote_id:
        raise Never(Code.NOT_FOUND, step=NextStep.CONTACT)
    return author.remote_id
