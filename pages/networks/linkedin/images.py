"""Images of a post: each is uploaded to LinkedIn before the post that shows it.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.errors import Code
from pages.networks.linkedin.wire import UNREADABLE, Wire, encoded
from pages.networks.spec import ImageRules
from pages.networks.types import Image

RULES: Final = ImageRules(
    most=20, alt=4086, types=frozenset({"image/jpeg", "image/png", "image/gif"}), most_bytes=8_000_000
)
LOOKS: Final = (0.2, 0.3)  # seconds between two looks at an image that is not ready
AGAIN: Final = timedelta(minutes=1)
READY: Final = "AVAILABLE"
FAILED: Final = "PROCESSING_FAILED"


def uploaded(wire: Wire, images: Sequence[Image]) -> tuple[str, ...]:
    """The URNs of the images, each ready to be shown.

    Raises Later (`media_processing`) while LinkedIn still works on one, and Never (`media_refused`).
    """
    if len(images) > RULES.most:
        raise Never(Code.MEDIA_REFUSED, step=NextStep.EDIT)
    urns = tuple(_sent(wire, image) for image in images)
    for urn in urns:
        _wait(wire, urn)
    return urns


def _sent(wire: Wire, image: Image) -> str:
    wanted = {"initializeUploadRequest": {"owner": wire.page}}
    answer = wire.prepare("images?action=initializeUpload", wanted)
    try:
        address, urn = str(answer["value"]["uploadUrl"]), str(answer["value"]["image"])
    except UNREADABLE:
        raise Later("answer_unreadable") from None
    wire.upload(address, image.content, image.media_type)
    return urn


def _wait(wire: Wire, urn: str) -> None:
    for pause in (*LOOKS, 0.0):
        status = wire.get(f"images/{encoded(urn)}").get("status")
        if status == READY:
            return
        if status == FAILED:
            raise Never(Code.MEDIA_REFUSED, step=NextStep.EDIT)
        time.sleep(pause)
    raise Later(Code.MEDIA_PROCESSING, retry_at=clock.now() + AGAIN)
