"""What posts and answers are made of (lexicon `app.bsky.feed.post`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from cm_suite.core import clock
from cm_suite.core.errors import Never
from pages.networks.bluesky import images, length
from pages.networks.bluesky.facets import facets
from pages.networks.bluesky.keys import POSTS, is_did
from pages.networks.bluesky.wire import Wire
from pages.networks.errors import Code
from pages.networks.types import Outgoing

_UNKNOWN: Final = frozenset({Code.NOT_FOUND, Code.CONTENT_REFUSED, Code.NOT_ALLOWED_HERE})


def post(wire: Wire, outgoing: Outgoing) -> dict[str, Any]:
    """The record of a post; sends its images and looks up whom it names, which shows nothing.

    A post holds one thing beside its text: its images, else the card of its link.
    """
    text, link = outgoing.text.strip(), outgoing.link
    if outgoing.images:
        text, shown = length.with_link(text, link)
        beside: dict[str, Any] = images.embed(wire, outgoing.images)
        return _record(wire, text, outgoing.language, (shown, link)) | {"embed": beside}
    made = _record(wire, text, outgoing.language)
    return made | {"embed": card(link)} if link and not length.holds(text, link) else made


def answer(wire: Wire, text: str, language: str, reply: Mapping[str, Any]) -> dict[str, Any]:
    """The record of an answer to what `reply` refers to."""
    return _record(wire, text.strip(), language) | {"reply": dict(reply)}


def card(link: str) -> dict[str, Any]:
    """The card of a link nobody looked up: the address itself, under the name of its site."""
    external = {"uri": link, "title": length.site(link), "description": ""}
    return {"$type": "app.bsky.embed.external", "external": external}


def reference(record: Mapping[str, Any]) -> dict[str, str]:
    """A record as another one refers to it. Raises KeyError or TypeError when it has no version."""
    uri, cid = record["uri"], record["cid"]
    if not isinstance(uri, str) or not isinstance(cid, str):
        raise TypeError("this is no reference")
    return {"uri": uri, "cid": cid}


def above(parent: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer to `parent` refers to: the parent, and the post that the thread began with."""
    own = reference(parent)
    said = parent["value"].get("reply")
    root = reference(said["root"]) if isinstance(said, Mapping) else own
    return {"root": root, "parent": own}


def now() -> str:
    """The instant as records write it."""
    return written(clock.now())


def written(at: datetime) -> str:
    """An aware instant as the network writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _record(wire: Wire, text: str, language: str, shown: tuple[str, str] = ("", "")) -> dict[str, Any]:
    made: dict[str, Any] = {"$type": POSTS, "text": text, "createdAt": now()}
    marks = facets(text, lambda handle: account(wire, handle), shown)
    return made | ({"facets": marks} if marks else {}) | ({"langs": [language]} if language else {})


def account(wire: Wire, handle: str) -> str:
    """The account that a handle names, or "" when it is nobody's."""
    try:
        found = wire.ask("com.atproto.identity.resolveHandle", {"handle": handle}).get("did")
    except Never as refusal:
        if refusal.code in _UNKNOWN:
            return ""
        raise
    return str(found) if is_did(found) else ""
