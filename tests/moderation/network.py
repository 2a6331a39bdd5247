"""A network in memory that a test drives: visitors write, edit, take down; its answers can be lost."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cm_suite.core import clock
from cm_suite.core.errors import Never, OutcomeError, Unknown
from pages.networks.base import Fence
from pages.networks.types import (
    ABSENT,
    CommentBatch,
    Commenter,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Outgoing,
    Profile,
    Published,
    Reply,
    Sighting,
    ThreadPost,
    found,
)

POST = ThreadPost("post-1", "https://reseau.example/p/1", "Notre atelier ouvre samedi.")
VISITOR = Commenter("v1", "Paul Martel", "@paul", "https://reseau.example/@paul")


def _by(more: dict[str, Any]) -> dict[str, Any]:
    return {"author": VISITOR, "at": clock.now(), **more}


@dataclass
class Fault:
    """What goes wrong with one call; `done`: it was carried out all the same."""

    error: OutcomeError
    done: bool = False


class FakeNetwork:
    """Everything a client can do, in memory. `calls` lists the writes that arrived, in order."""

    def __init__(self) -> None:
        self.held: dict[str, IncomingComment] = {}
        self.changes: list[str] = []
        self.elsewhere: list[IncomingComment] = []  # mentions and messages, oldest first
        self.kept_away: set[str] = set()
        self.answers: list[Reply] = []  # as they came, with all they say
        self.replies: dict[str, Published] = {}
        self.calls: list[tuple[str, ...]] = []
        self.faults: dict[str, deque[Fault]] = {}
        self.batch_size = 100

    # --- what visitors do

    def write(self, remote_id: str, text: str, **more: Any) -> IncomingComment:
        """A visitor writes under the post, or edits."""
        fields: dict[str, Any] = {"author": VISITOR, "post": POST, "at": clock.now(), "url": "", **more}
        return self.put(IncomingComment(remote_id, text, **fields))

    def name(self, remote_id: str, text: str, **more: Any) -> IncomingComment:
        """Somebody names the page elsewhere."""
        return self._put_aside(IncomingComment(remote_id, text, kind=CommentKind.MENTION, **_by(more)))

    def tell(self, remote_id: str, text: str, conversation: str = "k1", **more: Any) -> IncomingComment:
        """Somebody writes to the page in private."""
        said = _by(more)
        kind = CommentKind.MESSAGE
        return self._put_aside(IncomingComment(remote_id, text, kind=kind, conversation=conversation, **said))

    def _put_aside(self, comment: IncomingComment) -> IncomingComment:
        self.elsewhere.append(comment)
        return comment

    def put(self, comment: IncomingComment) -> IncomingComment:
        """The network holds a comment like this from now on."""
        self.held[comment.remote_id] = comment
        self.changes.append(comment.remote_id)
        return comment

    def change(self, remote_id: str, **more: Any) -> IncomingComment:
        """Something about a comment changes."""
        return self.put(replace(self.held[remote_id], **more))

    def take_down(self, remote_id: str) -> None:
        """Its author deletes a comment."""
        self.change(remote_id, presence=CommentPresence.GONE, text="")

    def fails(self, method: str, error: OutcomeError, *, times: int = 1, done: bool = False) -> None:
        """The next calls of this method raise; `done`: after they were carried out."""
        self.faults.setdefault(method, deque()).extend([Fault(error, done)] * times)

    def _fault(self, method: str) -> Fault | None:
        waiting = self.faults.get(method)
        return waiting.popleft() if waiting else None

    def _read(self, method: str) -> None:
        fault = self._fault(method)
        if fault:
            raise fault.error

    def _act(self, method: str, remote_id: str, presence: CommentPresence, *more: str) -> None:
        fault = self._fault(method)
        if fault is None or fault.done:
            self.calls.append((method, remote_id, *more))
            if remote_id in self.held and self.held[remote_id].presence != CommentPresence.GONE:
                self.change(remote_id, presence=presence)
        if fault:
            raise fault.error

    # --- what a client offers

    def comments(self, mark: str) -> CommentBatch:
        self._read("comments")
        start = int(mark or 0)
        ids = self.changes[start : start + self.batch_size]
        end = start + len(ids)
        return CommentBatch(tuple(self.held[each] for each in ids), str(end), end < len(self.changes))

    def comment(self, remote_id: str) -> IncomingComment:
        self._read("comment")
        return self.held.get(remote_id) or IncomingComment(remote_id, "", presence=CommentPresence.GONE)

    def mentions(self, mark: str) -> CommentBatch:
        return self._aside("mentions", CommentKind.MENTION, mark)

    def messages(self, mark: str) -> CommentBatch:
        return self._aside("messages", CommentKind.MESSAGE, mark)

    def _aside(self, method: str, kind: CommentKind, mark: str) -> CommentBatch:
        self._read(method)
        mine = [each for each in self.elsewhere if each.kind is kind]
        start = int(mark or 0)
        found = mine[start : start + self.batch_size]
        end = start + len(found)
        return CommentBatch(tuple(found), str(end), end < len(mine))

    def block(self, author: Commenter) -> None:
        self._keep("block", author, self.kept_away.add)

    def unblock(self, author: Commenter) -> None:
        self._keep("unblock", author, self.kept_away.discard)

    def _keep(self, method: str, author: Commenter, does: Callable[[str], None]) -> None:
        fault = self._fault(method)
        if fault is None or fault.done:
            self.calls.append((method, author.remote_id))
            does(author.remote_id)
        if fault:
            raise fault.error

    def answer(self, reply: Reply, fence: Fence) -> Published:
        return self._said("answer", reply, fence)

    def find_answer(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        self._read("find_answer")
        return found(self.replies[reply.key]) if reply.key in self.replies else ABSENT

    def hide(self, remote_id: str, reason: str) -> None:
        self._act("hide", remote_id, CommentPresence.HIDDEN, reason)

    def unhide(self, remote_id: str) -> None:
        self._missing(remote_id)
        self._act("unhide", remote_id, CommentPresence.VISIBLE)

    def delete_comment(self, remote_id: str, reason: str) -> None:
        self._act("delete_comment", remote_id, CommentPresence.GONE, reason)

    def approve(self, remote_id: str) -> None:
        self._missing(remote_id)
        self._act("approve", remote_id, CommentPresence.VISIBLE)

    def _missing(self, remote_id: str) -> None:
        if self.comment(remote_id).presence == CommentPresence.GONE:
            raise Never("not_found")

    def reply(self, reply: Reply, fence: Fence) -> Published:
        return self._said("reply", reply, fence)

    def _said(self, method: str, reply: Reply, fence: Fence) -> Published:
        fence()
        fault = self._fault(method)
        if fault is None or fault.done:
            self.answers.append(reply)
            self.calls.append((method, reply.to, reply.text))
            self.replies[reply.key] = Published(f"r{len(self.replies)}", "https://reseau.example/r")
        if fault:
            raise fault.error
        return self.replies[reply.key]

    def find_reply(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        self._read("find_reply")
        return found(self.replies[reply.key]) if reply.key in self.replies else ABSENT

    def tell_reporters(self, remote_id: str, *, removed: bool) -> None:
        self._read("tell_reporters")
        self.calls.append(("tell", remote_id, "removed" if removed else "kept"))

    def profile(self) -> Profile:
        self._read("profile")
        return Profile("maison-lumen", "lumen", "Maison Lumen", "https://reseau.example/@lumen")

    def publish(self, post: Outgoing, fence: Fence) -> Published:
        raise Unknown("not_asked_here")

    def find(self, post: Outgoing, since: datetime, until: datetime) -> Sighting:
        return ABSENT

    def delete(self, remote_id: str) -> None:
        raise Never("not_asked_here")
