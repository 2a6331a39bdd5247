"""What a Page does about what others wrote below its posts."""

from __future__ import annotations

from cm_suite.core.errors import Never, NextStep, Unknown
from pages.networks.errors import Code
from pages.networks.graph import path_of
from pages.networks.graph_answers import inner
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
        who, edge = _known(author), path_of(self._account, "blocked")
        answer = self._graph.post(edge, {"user": [who]}, lacking=BARRED)
        if answer.get(who) is not True and not self._is_kept_away(who):
            raise Never(BARRED, step=NextStep.CONTACT)

    def _is_kept_away(self, who: str) -> bool:
        """Whether they are kept away: the network says the same of who already is and of who cannot be."""
        kept = self._graph.get(path_of(self._account, "blocked"), {"user": who}, lacking=BARRED)
        return any(each.get("id") == who for each in inner({"found": kept}, "found"))

    def unblock(self, author: Commenter) -> None:
        """Let them in again; never kept away is done."""
        who = {"user": _known(author)}
        try:
            answer = self._graph.delete(path_of(self._account, "blocked"), who, lacking=BARRED)
            if answer.get("success") is not True:
                raise Unknown("answer_unreadable")
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise


def _known(author: Commenter) -> str:
    """Who it is. Raises Never when the network never said."""
    if not author.remote_id:
        raise Never(Code.NOT_FOUND, step=NextStep.CONTACT)
    return author.remote_id
