"""Images of a status, uploaded before anything is shown (docs.joinmastodon.org/methods/media/)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, Unknown
from cm_suite.core.http import Answer
from pages.networks.answers import identifier
from pages.networks.errors import Code
from pages.networks.mastodon import mapping
from pages.networks.mastodon.errors import AGAIN
from pages.networks.mastodon.wire import API, UNREADABLE, Wire
from pages.networks.types import Image

MEDIA: Final = f"{API}/media"
MEDIA_2: Final = "/api/v2/media"
MOST: Final = 4  # until the server names its own number
PAUSES: Final = (0.1, 0.3, 0.5)  # seconds between two looks at an image that the server works on
_ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}


def uploaded(wire: Wire, images: Sequence[Image]) -> list[str]:
    """The ids that the images have on the server, in their order, each ready to be shown.

    Nothing is shown yet, so no outcome is unknown. Raises Later (`media_processing`) when one is not ready
    within a second, Never (`media_refused`) for one that the server does not take.
    """
    if len(images) > 1:
        _fits(len(images), wire)
    try:
        sent = [_sent(wire, image) for image in images]
        for answer in sent:
            if answer.status == HTTPStatus.ACCEPTED:
                _wait(wire, _id(answer))
        return [_id(answer) for answer in sent]
    except Unknown as lost:
        raise Later(lost.code, answer=lost.answer) from None
    except Never as refusal:
        raise _refused(refusal) from None


def most_images(instance: Mapping[str, Any]) -> int:
    """How many a status may have, as the server says."""
    said = mapping.limits(instance).get("max_media_attachments")
    return said if isinstance(said, int) and said > 0 else MOST


def _fits(number: int, wire: Wire) -> None:
    if number > most_images(wire.instance()):
        raise Never(Code.MEDIA_REFUSED, step=NextStep.EDIT)


def _sent(wire: Wire, image: Image) -> Answer:
    """Upload one; servers that do not know the newer address are asked at the older one."""
    name = f"image.{_ENDINGS.get(image.media_type, 'bin')}"
    options: dict[str, Any] = {
        "files": {"file": (name, image.content, image.media_type)},
        "data": {"description": image.alt} if image.alt else None,
    }
    try:
        return wire.call("POST", MEDIA_2, **options)
    except Never as refusal:
        if refusal.code != Code.NOT_FOUND:
            raise
    return wire.call("POST", MEDIA, **options)


def _wait(wire: Wire, media_id: str) -> None:
    """Look a few times; 206 while the server still works on it."""
    for pause in PAUSES:
        time.sleep(pause)
        if wire.call("GET", f"{MEDIA}/{media_id}").status != HTTPStatus.PARTIAL_CONTENT:
            return
    raise Later(Code.MEDIA_PROCESSING, retry_at=clock.now() + AGAIN)


def _id(answer: Answer) -> str:
    try:
        return identifier(answer.json()["id"])
    except UNREADABLE:
        raise Later("answer_unreadable", answer=str(answer.status)) from None


def _refused(refusal: Never) -> Never:
    """What a refusal means for an image: a right that is missing stops images, and no other post."""
    if refusal.code == Code.SCOPE_MISSING:
        return Never(Code.SCOPE_MISSING, answer=refusal.answer, step=NextStep.CONTACT)
    if refusal.code in {Code.CONTENT_REFUSED, Code.NOT_FOUND}:
        return Never(Code.MEDIA_REFUSED, answer=refusal.answer, step=NextStep.EDIT)
    return refusal
