"""A newsroom's store in memory, with the faults of a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from cm_suite.core.errors import Later, Unknown
from pages.networks.types import (
    CommentBatch,
    Commenter,
    CommentPresence,
    Image,
    IncomingComment,
    Profile,
    Published,
    Reply,
    ThreadPost,
)

PAGE = 2  # comments in one batch


class MemoryStore:
    """Posts, comments and answers by key. `fault`: "before" or "after" the next write."""

    def __init__(self) -> None:
        self.posts: dict[str, str] = {}
        self.images: dict[str, tuple[Image, ...]] = {}
        self.replies: dict[str, Reply] = {}
        self.known: dict[str, IncomingComment] = {}
        self.changed: list[str] = []  # ids, as they changed
        self.reasons: dict[str, str] = {}
        self.told: list[tuple[str, bool]] = []
        self.fault = ""

    def publish(
        self,
        key: str,
        text: str,
        link: str,
        content_type: str,
        language: str,
        images: Sequence[Image] = (),
    ) -> Published:
        """Keep it once per key; a fault comes before or after."""
        self._meet("before")
        self.posts.setdefault(key, text)
        self.images.setdefault(key, tuple(images))
        self._meet("after")
        return Published(key, f"https://lumen.example/{key}", datetime.now(UTC))

    def alts(self) -> list[str]:
        """The alternative texts of the latest post's images."""
        latest = next(reversed(self.images.values()), ())
        return [image.alt for image in latest]

    def find(self, key: str) -> Published | None:
        """The post with the key."""
        return Published(key, "", None) if key in self.posts else None

    def remove(self, remote_id: str) -> None:
        """Forget it."""
        self.posts.pop(remote_id, None)

    def profile(self) -> Profile:
        """Who it is."""
        return Profile("maison-lumen", "maison-lumen", "Maison Lumen", "https://lumen.example/")

    def hear(self, text: str, to: str, presence: CommentPresence = CommentPresence.VISIBLE) -> str:
        """Nadia writes below a post or a comment."""
        remote_id = str(len(self.known) + 1)
        above = self.known.get(to)
        post = above.post if above else ThreadPost(to, text=self.posts[to])
        author = Commenter("nadia", "Nadia")
        comment = IncomingComment(remote_id, text, author, post, to if above else "", presence=presence)
        self._change(replace(comment, at=datetime.now(UTC)))
        return remote_id

    def withdraw(self, remote_id: str) -> None:
        """Its author takes it down."""
        self._change(replace(self.known[remote_id], presence=CommentPresence.GONE))

    def comments(self, mark: str) -> CommentBatch:
        """What changed since, a few at a time."""
        start = int(mark or "0")
        ids = self.changed[start : start + PAGE]
        end = start + len(ids)
        return CommentBatch(tuple(self.known[each] for each in ids), str(end), end < len(self.changed))

    def comment(self, remote_id: str) -> IncomingComment | None:
        """One, as it is now."""
        return self.known.get(remote_id)

    def reply(self, reply: Reply) -> Published:
        """Keep it once per key. Raises KeyError when what it answers is gone."""
        self._meet("before")
        if self._gone(reply.to):
            raise KeyError(reply.to)
        self.replies.setdefault(reply.key, reply)
        self._meet("after")
        return Published(reply.key, "", datetime.now(UTC))

    def find_reply(self, key: str) -> Published | None:
        """The answer with the key."""
        return Published(key, "", None) if key in self.replies else None

    def hide(self, remote_id: str, reason: str) -> None:
        """Out of sight."""
        self._set(remote_id, CommentPresence.HIDDEN, reason)

    def show(self, remote_id: str, version: str = "") -> bool:
        """In sight; False when it is gone."""
        if self._gone(remote_id):
            return False
        self._set(remote_id, CommentPresence.VISIBLE, "")
        return True

    def take_away(self, remote_id: str, reason: str) -> None:
        """For good."""
        self._set(remote_id, CommentPresence.GONE, reason)

    def tell_reporters(self, remote_id: str, *, removed: bool) -> None:
        """Remember what they were told, once."""
        if (remote_id, removed) not in self.told:
            self.told.append((remote_id, removed))

    def _gone(self, remote_id: str) -> bool:
        found = self.known.get(remote_id)
        return found is None or found.presence is CommentPresence.GONE

    def _set(self, remote_id: str, presence: CommentPresence, reason: str) -> None:
        if not self._gone(remote_id) and self.known[remote_id].presence is not presence:
            self.reasons[remote_id] = reason
            self._change(replace(self.known[remote_id], presence=presence))

    def _change(self, comment: IncomingComment) -> None:
        self.known[comment.remote_id] = comment
        self.changed.append(comment.remote_id)

    def _meet(self, moment: str) -> None:
        if self.fault == moment:
            self.fault = ""
            raise Later("not_sent") if moment == "before" else Unknown("no_answer")
