"""One Facebook Page. https://developers.facebook.com/documentation/pages-api/posts"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any, Final

from cm_suite.core.errors import Never, NextStep, OutcomeError
from cm_suite.core.http import NetworkHttp
from pages.networks import graph_hooks
from pages.networks import graph_sightings as sightings
from pages.networks.answers import UNREADABLE, web_address
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.facebook import images, mapping
from pages.networks.facebook.audience import Audience
from pages.networks.facebook.comments import Conversations
from pages.networks.facebook.figures import Figures
from pages.networks.facebook.length import LIMIT, message_of
from pages.networks.facebook.mentions import Named
from pages.networks.facebook.moderating import Moderating
from pages.networks.graph import HOST, Graph, made, path_of
from pages.networks.graph_answers import instant_or_none
from pages.networks.graph_messages import GraphInbox
from pages.networks.graph_sightings import Seen
from pages.networks.spec import Tools
from pages.networks.types import Access, Outgoing, Profile, Published, Sighting

PAGE_SIZE: Final = 100
MOST_PAGES: Final = 5
HOOKS: Final = ("feed", "mention", "messages")


class FacebookClient(Conversations, Moderating, Named, GraphInbox, Figures, Audience):
    """Publishes, finds, deletes, listens, answers, moderates and measures, with the token of one Page."""

    _platform = "messenger"

    def __init__(self, access: Access, http: NetworkHttp, secret: str = "") -> None:
        self._graph = Graph(http, access.host or HOST, access.token, secret=secret)
        self._account = access.remote_id or "me"

    def publish(self, post: Outgoing, fence: Fence) -> Published:
        """Publish once; images go up unseen before the fence."""
        body: dict[str, Any] = {"message": message_of(post)}
        if post.images:
            body["attached_media"] = images.upload(self._graph, self._account, post.images)
        elif post.link:
            body["link"] = post.link
        fence()
        return self._shown(made(self._graph.post(path_of(self._account, "feed"), body)))

    def _shown(self, remote_id: str) -> Published:
        """What was just made, with its address when the network says it now; it is there in any case."""
        try:
            said = self._graph.get(path_of(remote_id), {"fields": "permalink_url,created_time"})
        except OutcomeError:
            return Published(remote_id, "")
        at = instant_or_none(said.get("created_time"))
        return Published(remote_id, web_address(said.get("permalink_url")), at)

    def find(self, post: Outgoing, since: datetime, until: datetime) -> Sighting:
        """Look among the posts that the Page published in that time, by text; by card where there is none."""
        link = "" if post.images else post.link
        listed = partial(self._published, since, until)
        return sightings.look(message_of(post), listed, since, until, link=link)

    def _published(self, since: datetime, until: datetime) -> Iterator[Seen]:
        opening, closing = sightings.window(since, until)
        asked = {
            "fields": f"{mapping.POST_FIELDS},attachments{{unshimmed_url}}",
            "since": int(opening.timestamp()),
            "until": int(closing.timestamp()) + 1,
            "limit": PAGE_SIZE,
        }
        for page in self._graph.pages(path_of(self._account, "published_posts"), asked, most=MOST_PAGES):
            yield from sightings.readable(page, mapping.seen)

    def delete(self, remote_id: str) -> None:
        """Take the post down; one that is already gone is done."""
        self._graph.remove(path_of(remote_id))

    def profile(self) -> Profile:
        """The Page that the token belongs to."""
        found = self._graph.get(path_of(self._account), {"fields": "id,name,username,link,followers_count"})
        try:
            return mapping.profile(found, LIMIT)
        except UNREADABLE:
            raise Never(Code.NOT_THIS_NETWORK, step=NextStep.EDIT) from None

    def subscribe(self) -> None:
        """Have Meta call our webhook when somebody stirs at this Page; a second time changes nothing."""
        graph_hooks.subscribe(self._graph, self._account, HOOKS)


def build(access: Access, tools: Tools) -> FacebookClient:
    """A client for one Page. Raises ValueError when no way to the network was handed in."""
    if tools.http is None:
        raise ValueError("Facebook needs a way to the network")
    return FacebookClient(access, tools.http, tools.app.client_secret if tools.app else "")
