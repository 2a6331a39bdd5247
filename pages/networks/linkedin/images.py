"""Images of a post: each is uploaded to LinkedIn before the post that shows it.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api. LinkedIn names no
end of an image that no post shows. It is kept with the post: a later try asks how far LinkedIn is with it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.errors import Code
from pages.networks.linkedin.wire import UNREADABLE, Wire, encoded
from pages.networks.shelf import name_of
from pages.networks.spec import ImageRules
from pages.networks.types import Image, Outgoing

RULES: Final = ImageRules(
    most=20,
    alt=4086,
    types=frozenset({"image/jpeg", "image/png", "image/gif"}),
    most_bytes=8_000_000,
    waits=True,
)
LIVES: Final = timedelta(days=1)
SOON: Final = timedelta(seconds=5)  # until the next look at an image that is not ready
READY: Final = "AVAILABLE"
FAILED: Final = "PROCESSING_FAILED"


def uploaded(wire: Wire, post: Outgoing) -> tuple[str, ...]:
    """The URNs of the images, each ready to be shown.

    Raises Later (`media_processing`) while LinkedIn still works on one, and Never (`media_refused`).
    """
    if len(post.images) > RULES.most:
        raise Never(Code.MEDIA_REFUSED, step=NextStep.EDIT)
    names = [_name(wire, place, each) for place, each in enumerate(post.images)]
    for name, image in zip(names, post.images, strict=True):
        if not post.shelf.kept(name):
            post.shelf.keep(name, _sent(wire, image), clock.now() + LIVES)
    if not all([_ready(wire, post, name) for name in names]):
        raise Later(Code.MEDIA_PROCESSING, retry_at=clock.now() + SOON)
    return tuple(post.shelf.kept(name) for name in names)


def _name(wire: Wire, place: int, image: Image) -> str:
    return name_of("image", wire.token, str(place), image.content, image.alt)


def _sent(wire: Wire, image: Image) -> str:
    wanted = {"initializeUploadRequest": {"owner": wire.page}}
    answer = wire.prepare("images?action=initializeUpload", wanted)
    try:
        address, urn = str(answer["value"]["uploadUrl"]), str(answer["value"]["image"])
    except UNREADABLE:
        raise Later("answer_unreadable") from None
    wire.upload(address, image.content, image.media_type)
    return urn


def _ready(wire: Wire, post: Outgoing, name: str) -> bool:
    """Whether LinkedIn is done with an image. One that failed, or that it has no more, is forgotten."""
    try:
        status = wire.get(f"images/{encoded(post.shelf.kept(name))}").get("status")
    except Never as refusal:
        if refusal.code != Code.NOT_FOUND:
            raise
        post.shelf.drop(name)
        return False
    if status == FAILED:
        post.shelf.drop(name)
        raise Never(Code.MEDIA_REFUSED, step=NextStep.EDIT)
    return bool(status == READY)
