"""Who is kept away from the account (docs.joinmastodon.org/methods/accounts/#block)."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from cm_suite.core.errors import Never, NextStep
from pages.networks.errors import Code
from pages.networks.mastodon.wire import API, Wire
from pages.networks.types import Commenter

BLOCK: Final = "block"
UNBLOCK: Final = "unblock"


def keep(wire: Wire, author: Commenter, act: str) -> None:
    """Block somebody, or let them in again; the server takes either twice.

    Raises Never (`not_found`) when nobody is named, or the server knows them no more; and Never
    (`scope_missing`) without a step that closes the page, for a token that may do all but this.
    """
    if not author.remote_id:
        raise Never(Code.NOT_FOUND)
    try:
        wire.call("POST", f"{API}/accounts/{quote(author.remote_id, safe='')}/{act}")
    except Never as refusal:
        if refusal.code != Code.SCOPE_MISSING:
            raise
        raise Never(Code.SCOPE_MISSING, answer=refusal.answer, step=NextStep.CONTACT) from None
