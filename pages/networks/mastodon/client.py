"""One account on a Mastodon server, or on one that speaks its language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from cm_suite.core.errors import Never, NextStep
from cm_suite.core.http import NetworkHttp
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.mastodon import figures, images, mapping, people, sightings
from pages.networks.mastodon.comments import Conversations
from pages.networks.mastodon.wire import ACCOUNT, UNREADABLE, Wire, status_path
from pages.networks.spec import Tools
from pages.networks.types import Access, Commenter, Figure, Outgoing, Profile, Published, Sighting


class MastodonClient(Conversations):
    """Publishes, finds, deletes, says who it is, listens, answers and counts, with one token."""

    def __init__(self, access: Access, http: NetworkHttp) -> None:
        super().__init__(Wire(access, http))

    def publish(self, post: Outgoing, fence: Fence) -> Published:
        """Publish once; the server drops a second request with the same key within its hour.

        Images go up before the fence: until the status is created they are shown nowhere.
        """
        body = mapping.status_body(post, images.uploaded(self._wire, post) if post.images else ())
        fence()
        return self._wire.create(body, post.key)

    def find(self, post: Outgoing, since: datetime, until: datetime) -> Sighting:
        """Look among the account's own statuses of that time, by text."""
        judge = partial(sightings.of_post, post, since=since)
        return sightings.look(self._wire.statuses(), judge, since, until)

    def delete(self, remote_id: str) -> None:
        """Take the status down; one that is already gone is done. What the server answers is not read."""
        try:
            self._wire.call("DELETE", status_path(remote_id))
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise

    def profile(self) -> Profile:
        """Who the token belongs to, and the limits of its server."""
        try:
            account = self._wire.call("GET", ACCOUNT).json()
            return mapping.profile(account, self._wire.instance(), self._wire.host)
        except UNREADABLE:
            answer = ""
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise
            answer = refusal.answer
        raise Never(Code.NOT_THIS_NETWORK, answer=answer, step=NextStep.EDIT)

    def block(self, author: Commenter) -> None:
        """Keep somebody from following, answering and naming the account."""
        people.keep(self._wire, author, people.BLOCK)

    def unblock(self, author: Commenter) -> None:
        """Let them in again."""
        people.keep(self._wire, author, people.UNBLOCK)

    def figures(self, remote_ids: Sequence[str]) -> Mapping[str, tuple[Figure, ...]]:
        """Favourites, boosts, answers and quotes of each status; what the server does not count is absent."""
        return figures.of_posts(self._wire, remote_ids)


def build(access: Access, tools: Tools) -> MastodonClient:
    """A client for one account. Raises ValueError when no way to the network was handed in."""
    if tools.http is None:
        raise ValueError("Mastodon needs a way to the network")
    return MastodonClient(access, tools.http)
