"""Images of a post, in the site's library before anything is shown.

https://developer.wordpress.org/rest-api/reference/media/#create-a-media-item. Each has a slug made of the
post's key, its place, its bytes and its words: what went up at an earlier try is not sent again, and what was
changed since is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from cm_suite.core.errors import Later, OutcomeError
from pages.networks.answers import web_address
from pages.networks.spec import ImageRules
from pages.networks.types import Image, Outgoing
from pages.networks.wordpress import mapping
from pages.networks.wordpress.errors import unloaded
from pages.networks.wordpress.outgoing import Shown, sign
from pages.networks.wordpress.wire import PAGE_SIZE, UNREADABLE, Wire

_ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}
RULES: Final = ImageRules(most=20, alt=1000, types=frozenset(_ENDINGS), most_bytes=8_000_000)


def uploaded(wire: Wire, post: Outgoing) -> list[Shown]:
    """The post's images as the site holds them, in their order. Raises Later, and Never (`media_refused`)."""
    if not post.images:
        return []
    slugs = [_slug(post.key, number, each) for number, each in enumerate(post.images, 1)]
    there = _there(wire, slugs)
    try:
        return [
            there.get(slug) or _sent(wire, slug, each) for slug, each in zip(slugs, post.images, strict=True)
        ]
    except OutcomeError as outcome:
        raise unloaded(outcome) from None


def _slug(key: str, number: int, image: Image) -> str:
    words = image.alt.encode("utf-8", "surrogatepass")
    seen = sha256(b"%d " % len(words) + words + image.content).hexdigest()
    return f"{sign(key)}-{number}-{seen[:12]}"


def _there(wire: Wire, slugs: Sequence[str]) -> dict[str, Shown]:
    """What an earlier try left in the library."""
    rows, _total = wire.rows("media", slug=",".join(slugs), per_page=PAGE_SIZE)
    found: dict[str, Shown] = {}
    for row in rows:
        if row.get("slug") in slugs:
            found[str(row["slug"])] = _shown(row)
    return found


def _sent(wire: Wire, slug: str, image: Image) -> Shown:
    name = f"{slug}.{_ENDINGS.get(image.media_type, 'bin')}"
    files = {"file": (name, image.content, image.media_type)}
    said = {"slug": slug, "title": slug, "alt_text": image.alt}
    return _shown(wire.call("POST", "media", files=files, data=said).json(), image.alt)


def _shown(said: Any, alt: str | None = None) -> Shown:
    """An image of the library. Raises Later for an answer that is none."""
    try:
        address = web_address(said["source_url"])
        if not address or not isinstance(said, Mapping):
            raise ValueError("it stands nowhere")
        kept = said.get("alt_text") if alt is None else alt
        return Shown(int(mapping.number(said["id"])), address, kept if isinstance(kept, str) else "")
    except UNREADABLE:
        raise Later("answer_unreadable") from None
