"""One account on X."""

from __future__ import annotations

from datetime import datetime

from cm_suite.core.errors import Never
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.spec import Tools
from pages.networks.types import Access, AppKeys, Grant, Outgoing, Profile, Published, Sighting
from pages.networks.words import compose
from pages.networks.x import door, images, mapping, sightings
from pages.networks.x.comments import Conversations, created, price_of, safe
from pages.networks.x.figures import PostFigures
from pages.networks.x.messages import PrivateMessages
from pages.networks.x.wire import Wire


class XClient(Conversations, PrivateMessages, PostFigures):
    """Publishes, finds, deletes, listens, answers, hides, counts and renews its token."""

    def __init__(self, wire: Wire, keys: AppKeys | None) -> None:
        super().__init__(wire)
        self._keys = keys

    def publish(self, post: Outgoing, fence: Fence) -> Published:
        """Publish once, its images first. X knows no key of ours, but refuses a text that it has already."""
        with self._wire.spending(price_of(compose(post.text, post.link))):
            media = images.uploaded(self._wire, post)
            fence()
            return created(self._wire, mapping.post_body(post.text, post.link, media))

    def find(self, post: Outgoing, since: datetime, until: datetime) -> Sighting:
        """Look among what the account published in that time, by text."""
        return sightings.of_post(self._wire, post, since, until)

    def delete(self, remote_id: str) -> None:
        """Take the post down; one that is already gone is done."""
        try:
            path = f"/tweets/{safe(remote_id)}"
            with self._wire.spending("delete"):
                self._wire.ask("DELETE", path)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise

    def profile(self) -> Profile:
        """Whose token it is, and how many follow the account."""
        with self._wire.spending("user_read"):
            return door.profile_of(self._wire)

    def refresh(self) -> Grant:
        """A new grant; the old refresh token is spent the moment X reads it."""
        return door.refreshed(self._wire, self._keys)


def build(access: Access, tools: Tools) -> XClient:
    """A client for one account. Raises ValueError when no way to the network was handed in."""
    if tools.http is None:
        raise ValueError("X needs a way to the network")
    return XClient(Wire(access, tools.http, tools.purse), tools.app)
