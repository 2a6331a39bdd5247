"""Who an account is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.answers import count
from pages.networks.bluesky import voices
from pages.networks.bluesky.keys import Address, is_did
from pages.networks.bluesky.length import LIMIT
from pages.networks.bluesky.wire import Wire
from pages.networks.errors import Code
from pages.networks.types import Profile


def profile(wire: Wire) -> Profile:
    """The account as the network shows it, or as its own server knows it when that has no network around it.

    Raises Never (`not_this_network`) when the server does not speak the network's language.
    """
    if not wire.did:
        return _kept(wire)
    try:
        return _shown(wire.ask("app.bsky.actor.getProfile", {"actor": wire.did}))
    except Never as refusal:
        if refusal.code not in {Code.NOT_ALLOWED_HERE, Code.NOT_FOUND}:
            raise
    return _kept(wire)


def shown(wire: Wire, did: str) -> Mapping[str, Any]:
    """Another account as the network shows it, kept away or not; nothing where there is no network to ask."""
    try:
        return wire.ask("app.bsky.actor.getProfile", {"actor": did})
    except Never as refusal:
        if refusal.step == NextStep.RECONNECT:
            raise
        return {}


def _kept(wire: Wire) -> Profile:
    """From the account's session and the profile in its repository; nobody counts followers there."""
    session = wire.ask("com.atproto.server.getSession")
    did = session.get("did")
    if not is_did(did):
        raise Never(Code.NOT_THIS_NETWORK, step=NextStep.EDIT)
    kept = wire.record(Address(str(did), "app.bsky.actor.profile", "self"))
    name = kept["value"].get("displayName") if kept else None
    return _shown({"did": did, "handle": session.get("handle"), "displayName": name})


def _shown(view: Mapping[str, Any]) -> Profile:
    if not is_did(view.get("did")):
        raise Later("answer_unreadable")
    who = voices.author_of(view, view["did"])
    return Profile(
        remote_id=who.remote_id,
        handle=who.handle,
        name=who.name or who.remote_id,
        url=who.url,
        followers=count(view.get("followersCount"), 2**31),
        text_limit=LIMIT,
    )
