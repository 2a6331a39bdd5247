"""Keeping somebody away: a record that anybody can read (`app.bsky.graph.block`)."""

from __future__ import annotations

from collections.abc import Mapping

from cm_suite.core.errors import Never, NextStep
from pages.networks.bluesky import profiles, records
from pages.networks.bluesky.keys import BLOCKS, Address, address, is_did, record_key
from pages.networks.bluesky.wire import Wire
from pages.networks.errors import Code
from pages.networks.types import Commenter

BLOCK = "block"


def block(wire: Wire, author: Commenter) -> None:
    """Keep them away, under a key made of who they are: a second time meets the first one's record."""
    where = _where(wire, author)
    if wire.record(where) is None:
        body = {"$type": BLOCKS, "subject": author.remote_id, "createdAt": records.now()}
        wire.do("com.atproto.repo.putRecord", {**where.params, "record": body})


def unblock(wire: Wire, author: Commenter) -> None:
    """Let them come again, whether they were kept away from here or from the network's own app."""
    ours = _where(wire, author)
    wire.remove(ours)
    other = _elsewhere(wire, author.remote_id)
    if other is not None and other != ours:
        wire.remove(other)


def _where(wire: Wire, author: Commenter) -> Address:
    if not is_did(author.remote_id) or author.remote_id == wire.did:
        raise Never(Code.NOT_FOUND, step=NextStep.NONE)
    return wire.own(BLOCKS, record_key(BLOCK, author.remote_id))


def _elsewhere(wire: Wire, did: str) -> Address | None:
    """The record by which the account is kept away as the network sees it; None when it sees none."""
    viewer = profiles.shown(wire, did).get("viewer")
    try:
        found = address(viewer.get("blocking") if isinstance(viewer, Mapping) else None)
    except ValueError:
        return None
    return found if found.repo == wire.did and found.collection == BLOCKS else None
