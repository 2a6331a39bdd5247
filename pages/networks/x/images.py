"""Images on their way up: nobody sees them before the post that holds them.

An image fits one request (5 MB at most, https://docs.x.com/x-api/media/introduction), so it goes up in one:
the upload in parts is for videos.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, Unknown
from pages.networks.answers import count
from pages.networks.errors import Code
from pages.networks.spec import ImageRules
from pages.networks.types import Image
from pages.networks.x import words
from pages.networks.x.answers import UNREADABLE
from pages.networks.x.wire import Wire

RULES: Final = ImageRules(
    most=4,
    alt=1000,
    types=frozenset({"image/jpeg", "image/png", "image/webp"}),
    most_bytes=5_000_000,
)
LOOKS: Final = 2  # at an image that X still works on, before it is left for later
DEFAULT_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(hours=1)


def uploaded(wire: Wire, images: Iterable[Image]) -> list[str]:
    """The ids of the images, each up, ready and with its alternative text.

    Raises Never (`media_refused`), or Later (`media_processing`) with its time; what was sent up before is
    forgotten by X within a day.
    """
    return [_one(wire, image) for image in images]


def _one(wire: Wire, image: Image) -> str:
    media = {"media": ("image", image.content, image.media_type)}
    form = {"media_category": "tweet_image", "media_type": image.media_type}
    made = _unseen(wire, "POST", "/media/upload", files=media, data=form)
    media_id = _ready(wire, made)
    if image.alt:
        words = {"alt_text": {"text": image.alt}}
        _unseen(wire, "POST", "/media/metadata", json={"id": media_id, "metadata": words})
    return media_id


def _ready(wire: Wire, made: Mapping[str, Any]) -> str:
    """The id of an upload that X is done with."""
    for _look in range(LOOKS):
        media_id, state, wait = _state(made)
        if state == "succeeded":
            return media_id
        if state == "failed":
            raise Never(Code.MEDIA_REFUSED, step=NextStep.EDIT)
        made = _unseen(wire, "GET", "/media/upload", params={"command": "STATUS", "media_id": media_id})
    media_id, state, wait = _state(made)
    if state == "succeeded":
        return media_id
    raise Later(Code.MEDIA_PROCESSING, retry_at=clock.now() + wait)


def _state(answer: Mapping[str, Any]) -> tuple[str, str, timedelta]:
    """The upload's id, how far X is with it, and how long to wait. Raises Later for another answer."""
    try:
        data = answer["data"]
        work = data.get("processing_info") or {}
        seconds = count(work.get("check_after_secs"))
        wait = timedelta(seconds=min(seconds, 3600)) if seconds else DEFAULT_WAIT
        return words.identifier(data["id"]), str(work.get("state") or "succeeded"), wait
    except UNREADABLE:
        raise Later("answer_unreadable") from None


def _unseen(wire: Wire, method: str, path: str, **options: Any) -> Mapping[str, Any]:
    """A call that shows nothing: sending it again is safe, whatever became of it."""
    try:
        return wire.ask(method, path, **options)
    except Unknown as unknown:
        raise Later(unknown.code, answer=unknown.answer) from None
    except Never as refusal:
        if refusal.code != Code.CONTENT_REFUSED:
            raise
        raise Never(Code.MEDIA_REFUSED, answer=refusal.answer, step=NextStep.EDIT) from None
