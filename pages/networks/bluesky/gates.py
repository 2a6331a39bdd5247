"""Hiding answers: the threadgate of a thread lists what is hidden in it (`app.bsky.feed.threadgate`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.bluesky import records, voices
from pages.networks.bluesky.errors import SWAPPED
from pages.networks.bluesky.keys import GATES, Address, address
from pages.networks.bluesky.wire import Wire
from pages.networks.errors import Code

MOST_HIDDEN: Final = 300
TRIES: Final = 3

type Change = Callable[[list[str]], list[str]]


def hide(wire: Wire, remote_id: str) -> None:
    """List the answer as hidden; hidden or gone already is done.

    Raises Never (`not_allowed_here`) outside of our own threads, and once 300 answers are hidden in one.
    """
    thread = _thread(wire, remote_id)
    if thread is not None:
        _write(wire, thread, lambda hidden: hidden if remote_id in hidden else [*hidden, remote_id])


def unhide(wire: Wire, remote_id: str) -> None:
    """List it no more; visible already is done. Raises Never (`not_found`) when it is gone."""
    thread = _thread(wire, remote_id)
    if thread is None:
        raise Never(Code.NOT_FOUND, step=NextStep.NONE)
    _write(wire, thread, lambda hidden: [each for each in hidden if each != remote_id])


def _thread(wire: Wire, remote_id: str) -> Address | None:
    """The post of ours that an answer stands under; None when the answer is gone."""
    try:
        answer = wire.record(address(remote_id))
    except ValueError:
        return None
    if answer is None:
        return None
    root = voices.root_of(answer["value"])
    if not root or address(root).repo != wire.did:
        raise Never(Code.NOT_ALLOWED_HERE, step=NextStep.NONE)
    return address(root)


def _write(wire: Wire, thread: Address, change: Change) -> None:
    """Change the list as it is now: if somebody else writes it meanwhile, read it again.

    Raises Later when that happens every time.
    """
    for _try in range(TRIES):
        try:
            _written(wire, thread, change)
        except Never as refusal:
            if refusal.code != SWAPPED:
                raise
        else:
            return
    raise Later("server_error")


def _written(wire: Wire, thread: Address, change: Change) -> None:
    where = wire.own(GATES, thread.rkey)
    known = wire.record(where)
    gate: Mapping[str, Any] = known["value"] if known else {"$type": GATES, "post": str(thread)}
    before = voices.hidden_in(gate)
    after = change(before)
    if after == before:
        return
    if len(after) > MOST_HIDDEN:
        raise Never(Code.NOT_ALLOWED_HERE, step=NextStep.CONTACT)
    record = {"createdAt": records.now(), **gate, "hiddenReplies": after}
    swap = known.get("cid") if known else None  # None: there must be none yet
    wire.do("com.atproto.repo.putRecord", {**where.params, "record": record, "swapRecord": swap})
