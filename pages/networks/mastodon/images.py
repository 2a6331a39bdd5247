"""Images of a status, uploaded before anything is shown (docs.joinmastodon.org/methods/media/).

A server forgets an image that no status took within a day (`Vacuum::MediaAttachmentsVacuum`). Until then it
is kept with the post: a later try asks how far the server is with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, Unknown
from cm_suite.core.http import Answer
from pages.networks.answers import identifier
from pages.networks.errors import Code
from pages.networks.mastodon import mapping
from pages.networks.mastodon.wire import API, UNREADABLE, Wire
from pages.networks.shelf import name_of
from pages.networks.types import Image, Outgoing

MEDIA: Final = f"{API}/media"
MEDIA_2: Final = "/api/v2/media"
MOST: Final = 4  # until the server names its own number
LIVES: Final = timedelta(hours=23)  # an hour less than the server keeps what no status took
SOON: Final = timedelta(seconds=5)  # until the next look at an image that the server works on
_ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}


def uploaded(wire: Wire, post: Outgoing) -> list[str]:
    """The ids that the images have on the server, in their order, each ready to be shown.

    Nothing is shown yet, so no outcome is unknown. Raises Later (`media_processing`) when one is not ready,
    Never (`media_refused`) for one that the server does not take.
    """
    if len(post.images) > 1:
        _fits(len(post.images), wire)
    try:
        found = list(_each(wire, post))
    except Unknown as lost:
        raise Later(lost.code, answer=lost.answer) from None
    except Never as refusal:
        raise _refused(refusal) from None
    if not all(ready for _media_id, ready in found):
        raise Later(Code.MEDIA_PROCESSING, retry_at=clock.now() + SOON)
    return [media_id for media_id, _ready in found]


def _each(wire: Wire, post: Outgoing) -> Iterator[tuple[str, bool]]:
    """Each image's id and whether it is ready; sent up when no earlier try did, or the server lost it."""
    for place, image in enumerate(post.images):
        name = name_of("image", wire.token, str(place), image.content, image.alt)
        known = post.shelf.kept(name)
        try:
            ready = _ready(wire, known) if known else None
        except Never:
            post.shelf.drop(name)
            raise
        if ready is None:
            answer = _sent(wire, image)
            known, ready = _id(answer), answer.status != HTTPStatus.ACCEPTED
            post.shelf.keep(name, known, clock.now() + LIVES)
        yield known, ready


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


def _ready(wire: Wire, media_id: str) -> bool | None:
    """Whether the server is done with an image (206 while it works on it); None when it has it no more."""
    try:
        return wire.call("GET", f"{MEDIA}/{media_id}").status != HTTPStatus.PARTIAL_CONTENT
    except Never as refusal:
        if refusal.code != Code.NOT_FOUND:
            raise
    return None


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
