"""Questions to the network's chat service, which the account's server hands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.bluesky import messages
from pages.networks.bluesky.wire import UNREADABLE, Wire
from pages.networks.errors import Code

SERVICE: Final = "did:web:api.bsky.chat#bsky_chat"
PAGE_SIZE: Final = 100
PAGES: Final = 5


class TooFarError(Exception):
    """The conversation goes further back than we read."""


def history(wire: Wire, convo: str) -> Iterator[messages.Said]:
    """A conversation, newest first. Raises TooFarError after some pages."""
    params: dict[str, Any] = {"convoId": convo, "limit": PAGE_SIZE}
    for _page in range(PAGES):
        answer = heard(wire, "getMessages", params)
        told = answer.get("messages")
        if not isinstance(told, list):
            raise Later("answer_unreadable")
        for each in told:
            try:
                yield messages.read(convo, each)
            except UNREADABLE:
                continue
        params["cursor"] = answer.get("cursor")
        if not told or not params["cursor"]:
            return
    raise TooFarError


def heard(wire: Wire, what: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """One question. Raises Never (`listen_scope_missing`) when the application password may not ask it."""
    try:
        return wire.ask(f"chat.bsky.convo.{what}", params, service=SERVICE)
    except Never as refusal:
        if refusal.code != Code.SCOPE_MISSING:
            raise
        raise Never(Code.LISTEN_SCOPE_MISSING, answer=refusal.answer, step=NextStep.RECONNECT) from None
