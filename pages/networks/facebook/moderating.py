"""What a Page does about what others wrote below its posts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cm_suite.core.errors import Never, NextStep, Unknown
from pages.networks.errors import Code
from pages.networks.facebook.pagewire import BARRED, PageWire
from pages.networks.graph import path_of
from pages.networks.types import Commenter


class Moderating(PageWire):
    """Hides, shows, deletes, blocks."""

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
        _confirmed(self._graph.post(path_of(remote_id), {"is_hidden": hidden}, lacking=BARRED))

    def delete_comment(self, remote_id: str, reason: str) -> None:
        """Take it away; gone already is done. The reason stays with us."""
        self._graph.remove(path_of(remote_id), lacking=BARRED)

    def block(self, author: Commenter) -> None:
        """Keep somebody from commenting on the Page; kept away already is done.

        https://developers.facebook.com/docs/graph-api/reference/page/blocked/
        """
        body = {"user": [_known(author)]}
        self._graph.post(path_of(self._page, "blocked"), body, lacking=BARRED)

    def unblock(self, author: Commenter) -> None:
        """Let them in again; never kept away is done."""
        who = {"user": _known(author)}
        try:
            self._graph.delete(path_of(self._page, "blocked"), who, lacking=BARRED)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise


def _known(author: Commenter) -> str:
    """Who it is. Raises Never when the network never said."""
    if not author.remote_id:
        raise Never(Code.NOT_FOUND, step=NextStep.CONTACT)
    return author.remote_id


def _confirmed(answer: Mapping[str, Any]) -> None:
    """Raises Unknown when the network does not say that it is done."""
    if answer.get("success") is not True:
        raise Unknown("answer_unreadable")
