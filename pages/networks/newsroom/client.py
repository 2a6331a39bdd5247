"""Publishing on the brand's own public page, through a store that the caller hands in."""

from __future__ import annotations

from datetime import datetime

from pages.networks.base import Fence, NewsroomStore
from pages.networks.spec import Tools
from pages.networks.types import ABSENT, Access, Outgoing, Profile, Published, Sighting, found


def measure(text: str, link: str, url_length: int | None = None) -> int:
    """Length of the text; the link stands beside it and counts for nothing."""
    return len(text)


class NewsroomClient:
    """One brand's newsroom."""

    def __init__(self, store: NewsroomStore) -> None:
        self._store = store

    def publish(self, post: Outgoing, fence: Fence) -> Published:
        """Put the post on the public page, once per key."""
        fence()
        return self._store.publish(post.key, post.text, post.link, post.content_type, post.language)

    def find(self, post: Outgoing, since: datetime, until: datetime) -> Sighting:
        """Look the key up; when it was sent does not matter."""
        published = self._store.find(post.key)
        return found(published) if published else ABSENT

    def delete(self, remote_id: str) -> None:
        """Take the post off the public page."""
        self._store.remove(remote_id)

    def profile(self) -> Profile:
        """The newsroom itself."""
        return self._store.profile()


def build(access: Access, tools: Tools) -> NewsroomClient:
    """A client on the store of the page. Raises ValueError when no store was handed in."""
    if tools.store is None:
        raise ValueError("the newsroom needs its store")
    return NewsroomClient(tools.store)
