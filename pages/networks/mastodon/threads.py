"""Which post of ours a comment stands under."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.mastodon import voices
from pages.networks.mastodon.wire import UNREADABLE, Wire, status_path
from pages.networks.types import IncomingComment, ThreadPost

QUESTIONS_A_TURN: Final = 40
_WHOLE_WAY: Final = frozenset({"not_sent", "rate_limited"})  # the next question would fare no better


class SpentError(Exception):
    """No question is left in this turn."""


class Threads:
    """Asks the server for the way up from a comment, once for all that answer the same status."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._left = QUESTIONS_A_TURN
        self._known: dict[str, ThreadPost | None] = {}

    def post_of(self, comment: IncomingComment, *, patient: bool = False) -> ThreadPost | None:
        """The first status of ours above the comment, or None: it answers nothing of ours, or what is gone.

        Raises SpentError after too many questions, and Later or Never (RECONNECT) when the server cannot be
        asked; unless `patient`, also Later when it fails at this very thread.
        """
        parent = comment.parent_id
        if parent and parent not in self._known:
            if self._left == 0:
                raise SpentError
            self._left -= 1
            self._known[parent] = self._asked(comment, patient)
        post = self._known.get(parent) if parent else None
        self._known[comment.remote_id] = post
        return post

    def _asked(self, comment: IncomingComment, patient: bool) -> ThreadPost | None:
        try:
            context = self._wire.heard(status_path(comment.remote_id, "/context"))
        except Never as refusal:
            if refusal.step == NextStep.RECONNECT:
                raise
            return None
        except Later as late:
            if late.code in _WHOLE_WAY or not patient:
                raise
            return None
        return self._first_of_ours(context)

    def _first_of_ours(self, context: Any) -> ThreadPost | None:
        ancestors = context.get("ancestors") if isinstance(context, Mapping) else None
        for each in ancestors if isinstance(ancestors, list) else ():
            if isinstance(each, Mapping) and voices.author_id(each) == self._wire.remote_id:
                try:
                    return voices.post_of(each)
                except UNREADABLE:
                    continue
        return None
