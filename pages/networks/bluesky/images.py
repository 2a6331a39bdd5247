"""Images: sent to the account's server first, where they show nothing until a post names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.bluesky.wire import Wire
from pages.networks.errors import Code
from pages.networks.spec import ImageRules
from pages.networks.types import Image

RULES: Final = ImageRules(
    most=4,
    alt=2000,  # what Bluesky's own app takes; its lexicon names no limit
    types=frozenset({"image/jpeg", "image/png", "image/webp"}),
    most_bytes=2_000_000,  # lexicon app.bsky.embed.images, formerly 1,000,000
)


def embed(wire: Wire, images: tuple[Image, ...]) -> dict[str, Any]:
    """What shows the images, in their order, each with its alternative text: it is asked for even when empty.

    Raises Never (`media_refused`) for what the network does not take, before anything is sent.
    """
    if len(images) > RULES.most or not all(_taken(each) for each in images):
        raise Never(Code.MEDIA_REFUSED, step=NextStep.EDIT)
    return {"$type": "app.bsky.embed.images", "images": list(_sent(wire, images))}


def _taken(image: Image) -> bool:
    return image.media_type in RULES.types and 0 < len(image.content) <= RULES.most_bytes


def _sent(wire: Wire, images: Iterable[Image]) -> Iterable[dict[str, Any]]:
    for image in images:
        answer = wire.prepare(
            "com.atproto.repo.uploadBlob", data=image.content, headers={"Content-Type": image.media_type}
        )
        blob = answer.get("blob")
        if not isinstance(blob, Mapping):
            raise Later("answer_unreadable")
        yield {"image": blob, "alt": image.alt} | _shape(image)


def _shape(image: Image) -> dict[str, Any]:
    """The proportions, which spare readers a jump of the page."""
    if image.width < 1 or image.height < 1:
        return {}
    return {"aspectRatio": {"width": image.width, "height": image.height}}
