"""Images on their way up: nobody sees them before the post that holds them.

An image fits one request (5 MB at most, https://docs.x.com/x-api/media/introduction), so it goes up in one:
the upload in parts is for videos. X says how long it keeps one that no post shows. Until then it is kept with
the post: a later try asks how far X is with it, and pays for no description twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, Unknown
from pages.networks.answers import count
from pages.networks.errors import Code
from pages.networks.shelf import Shelf, name_of
from pages.networks.spec import ImageRules
from pages.networks.types import Image, Outgoing
from pages.networks.x import words
from pages.networks.x.answers import UNREADABLE
from pages.networks.x.wire import Wire

RULES: Final = ImageRules(
    most=4,
    alt=1000,
    types=frozenset({"image/jpeg", "image/png", "image/webp"}),
    most_bytes=5_000_000,
    waits=True,
)
DEFAULT_WAIT: Final = timedelta(seconds=5)
DESCRIBED: Final = "media_metadata"  # what an alternative text is paid under
_DAY: Final = 86_400  # seconds for which X keeps what no post shows, when it says nothing else


class _State(NamedTuple):
    """How far X is with an upload, how long to wait until the next look, until when it is good."""

    media_id: str
    state: str
    wait: timedelta
    until: datetime


def uploaded(wire: Wire, post: Outgoing) -> list[str]:
    """The ids of the images, each up, ready and with its alternative text.

    Raises Never (`budget_spent`) before anything is sent, Never (`media_refused`), or Later
    (`media_processing`) with its time.
    """
    uploads = [_Upload(wire, post.shelf, place, each) for place, each in enumerate(post.images)]
    missing = [each for each in uploads if not each.ready_id]
    purse = _Words(wire, sum(1 for each in missing if each.image.alt))
    try:
        states = [each.sent() for each in missing]
        for each, state in zip(missing, states, strict=True):
            each.finish(state, purse)
    finally:
        purse.settle()
    waits = [state.wait for state in states if state.state != "succeeded"]
    if waits:
        raise Later(Code.MEDIA_PROCESSING, retry_at=clock.now() + max(waits))
    return [each.ready_id for each in uploads]


class _Words:
    """The alternative texts: paid for all together before the first image goes up."""

    def __init__(self, wire: Wire, times: int) -> None:
        self._wire = wire
        self._left = times
        wire.pay(DESCRIBED, times)

    def say(self, media_id: str, alt: str) -> None:
        """Give an upload its words. What X surely did not take is not spent."""
        body = {"id": media_id, "metadata": {"alt_text": {"text": alt}}}
        self._left -= 1
        try:
            self._wire.ask("POST", "/media/metadata", json=body)
        except (Never, Later):
            self._left += 1
            raise

    def settle(self) -> None:
        """Give back what was not spent."""
        self._wire.give_back(DESCRIBED, self._left)


class _Upload:
    """One image of a post, and what is kept of it: that it is up; then, that it is ready with its words."""

    def __init__(self, wire: Wire, shelf: Shelf, place: int, image: Image) -> None:
        self.image = image
        self._wire = wire
        self._shelf = shelf
        parts = (wire.access.token, str(place), image.content, image.alt)
        self._up, self._ready = name_of("up", *parts), name_of("ready", *parts)
        self.ready_id = shelf.kept(self._ready)

    def sent(self) -> _State:
        """How far X is with it; sent up when no earlier try did, or X has it no more."""
        known = self._shelf.kept(self._up)
        state = self._looked(known) if known else None
        if state is None:
            media = {"media": ("image", self.image.content, self.image.media_type)}
            form = {"media_category": "tweet_image", "media_type": self.image.media_type}
            with _unseen():
                state = _state(self._wire.ask("POST", "/media/upload", files=media, data=form))
            self._shelf.keep(self._up, state.media_id, state.until)
        return state

    def finish(self, state: _State, purse: _Words) -> None:
        """Give it its words once X is done with it. Raises Never (`media_refused`) for one that failed."""
        if state.state == "failed":
            self._shelf.drop(self._up)
            raise Never(Code.MEDIA_REFUSED, step=NextStep.EDIT)
        if state.state != "succeeded":
            return
        if self.image.alt:
            with _unseen():
                purse.say(state.media_id, self.image.alt)
        self.ready_id = state.media_id
        self._shelf.keep(self._ready, state.media_id, state.until)

    def _looked(self, media_id: str) -> _State | None:
        asked = {"command": "STATUS", "media_id": media_id}
        try:
            return _state(self._wire.ask("GET", "/media/upload", params=asked))
        except Never as refusal:
            if refusal.code not in {Code.NOT_FOUND, Code.CONTENT_REFUSED}:
                raise
        return None


def _state(answer: Mapping[str, Any]) -> _State:
    """What an answer says of an upload. Raises Later for another answer."""
    try:
        data = answer["data"]
        work = data.get("processing_info") or {}
        seconds, kept = count(work.get("check_after_secs")), count(data.get("expires_after_secs"))
        wait = timedelta(seconds=min(seconds, 3600)) if seconds else DEFAULT_WAIT
        until = clock.now() + timedelta(seconds=min(kept or _DAY, _DAY)) * 0.9
        return _State(words.identifier(data["id"]), str(work.get("state") or "succeeded"), wait, until)
    except UNREADABLE:
        raise Later("answer_unreadable") from None


@contextmanager
def _unseen() -> Iterator[None]:
    """Calls that show nothing: sending them again is safe, whatever became of them."""
    try:
        yield
    except Unknown as unknown:
        raise Later(unknown.code, answer=unknown.answer) from None
    except Never as refusal:
        if refusal.code != Code.CONTENT_REFUSED:
            raise
        raise Never(Code.MEDIA_REFUSED, answer=refusal.answer, step=NextStep.EDIT) from None
