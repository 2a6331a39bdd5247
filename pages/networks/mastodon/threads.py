"""Which post of ours a comment stands under, and which conversation a private message belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.mastodon import voices
from pages.networks.mastodon.wire import UNREADABLE, Wire, status_path
from pages.networks.types import IncomingComment, ThreadPost

QUESTIONS_A_TURN: Final = 40
_WHOLE_WAY: Final = frozenset({"not_sent", "rate_limited"})  # the next question would fare no better


class SpentError(Exception):
    """No question is left in this turn."""


class Place(NamedTuple):
    """Where a status stands: below which post of ours, and in which conversation if it is private.

    `sure`: whether the server could say.
    """

    post: ThreadPost | None = None
    conversation: str = ""
    sure: bool = True


class Threads:
    """Asks the server for the way up from a comment, once for all that answer the same status."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._left = 0
        self._known: dict[str, Place] = {}
        self.begin()

    def begin(self) -> None:
        """Another turn: as many questions again, and another try at what the server could not say."""
        self._left = QUESTIONS_A_TURN
        self._known = {name: place for name, place in self._known.items() if place.sure}

    def place_of(self, comment: IncomingComment, *, patient: bool = False) -> Place:
        """Below the first status of ours above it, if there is one; what is gone has no place.

        Raises SpentError after too many questions, and Later or Never (RECONNECT) when the server cannot be
        asked; unless `patient`, also Later when it fails at this very thread.
        """
        parent = comment.parent_id
        if parent and parent not in self._known:
            if self._left == 0:
                raise SpentError
            self._left -= 1
            self._known[parent] = self._asked(comment, patient)
        place = self._known[parent] if parent else Place()
        place = place._replace(conversation=place.conversation or comment.remote_id)
        self._known[comment.remote_id] = place
        return place

    def _asked(self, comment: IncomingComment, patient: bool) -> Place:
        try:
            context = self._wire.heard(status_path(comment.remote_id, "/context"))
        except Never as refusal:
            if refusal.step == NextStep.RECONNECT:
                raise
            return Place()
        except Later as late:
            if late.code in _WHOLE_WAY or not patient:
                raise
            return Place(sure=False)
        ancestors = context.get("ancestors") if isinstance(context, Mapping) else None
        return self._among(ancestors) if isinstance(ancestors, list) else Place(sure=False)

    def _among(self, ancestors: list[Any]) -> Place:
        """The place that a status has below these, from the top."""
        above = [each for each in ancestors if isinstance(each, Mapping)]
        posts = (_post(each) for each in above if voices.author_id(each) == self._wire.remote_id)
        rooms = (voices.known_id(each) for each in above if voices.is_private(each))
        return Place(next((each for each in posts if each), None), next((each for each in rooms if each), ""))


def _post(status: Mapping[str, Any]) -> ThreadPost | None:
    try:
        return voices.post_of(status)
    except UNREADABLE:
        return None
