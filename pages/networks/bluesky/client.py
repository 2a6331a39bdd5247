"""One account on Bluesky, or on any server of its network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from cm_suite.core.http import NetworkHttp
from pages.networks.base import Fence
from pages.networks.bluesky import blocks, chats, figures, gates, profiles, records, session
from pages.networks.bluesky.comments import Conversations, published, seen
from pages.networks.bluesky.keys import POSTS, address, record_key
from pages.networks.bluesky.wire import Wire
from pages.networks.spec import Tools
from pages.networks.types import (
    Access,
    CommentBatch,
    Commenter,
    Figure,
    Grant,
    Outgoing,
    Profile,
    Published,
    Reply,
    Sighting,
)

POST: Final = "post"


class BlueskyClient(Conversations):
    """Publishes, finds, deletes, listens, answers, hides, blocks and counts, in one session."""

    def __init__(self, access: Access, http: NetworkHttp) -> None:
        super().__init__(Wire(access, http))
        self._refresh_token = access.refresh_token

    def log_in(self, login: str, password: str) -> Grant:
        """A session for a handle and an application password, which is used here and kept nowhere."""
        return session.opened(self._wire, login, password)

    def refresh(self) -> Grant:
        """The next session."""
        return session.renewed(self._wire, self._refresh_token)

    def publish(self, post: Outgoing, fence: Fence) -> Published:
        """Publish once, under a key of our own: the server refuses a second record with the same key."""
        record = records.post(self._wire, post)
        where = self._wire.own(POSTS, record_key(POST, post.key))
        fence()
        self._wire.create(where, record)
        return published(where, record)

    def find(self, post: Outgoing, since: datetime, until: datetime) -> Sighting:
        """Look under the key that the post has if it went out, whenever that was."""
        return seen(self._wire, self._wire.own(POSTS, record_key(POST, post.key)))

    def delete(self, remote_id: str) -> None:
        """Take the post down; the server takes it as done when there is none."""
        self._wire.remove(address(remote_id))

    def profile(self) -> Profile:
        """Who the session belongs to."""
        return profiles.profile(self._wire)

    def hide(self, remote_id: str, reason: str) -> None:
        """Hide an answer in a thread of ours; nobody is told why."""
        gates.hide(self._wire, remote_id)

    def unhide(self, remote_id: str) -> None:
        """Show it again."""
        gates.unhide(self._wire, remote_id)

    def block(self, author: Commenter) -> None:
        """Keep somebody away, for all to see."""
        blocks.block(self._wire, author)

    def unblock(self, author: Commenter) -> None:
        """Let them come again."""
        blocks.unblock(self._wire, author)

    def figures(self, remote_ids: Sequence[str]) -> Mapping[str, tuple[Figure, ...]]:
        """What the network counts of each post."""
        return figures.counted(self._wire, remote_ids)

    def messages(self, mark: str) -> CommentBatch:
        """What people write in private."""
        return chats.since(self._wire, mark)

    def answer(self, reply: Reply, fence: Fence) -> Published:
        """Write in a conversation."""
        return chats.answer(self._wire, reply, fence)

    def find_answer(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        """Look for what we wrote in a conversation."""
        return chats.find_answer(self._wire, reply, since, until)


def build(access: Access, tools: Tools) -> BlueskyClient:
    """A client for one account. Raises ValueError when no way to the network was handed in."""
    if tools.http is None:
        raise ValueError("Bluesky needs a way to the network")
    return BlueskyClient(access, tools.http)
