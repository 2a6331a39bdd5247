"""One Instagram professional account, through the Facebook Page that it is tied to.

https://developers.facebook.com/documentation/instagram-platform/content-publishing
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from cm_suite.core.errors import Never, NextStep, OutcomeError, Unknown
from cm_suite.core.http import NetworkHttp
from pages.networks import graph_hooks
from pages.networks.answers import UNREADABLE, web_address
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.graph import HOST, made, path_of
from pages.networks.graph_answers import instant_or_none
from pages.networks.graph_sightings import Seen, readable, window
from pages.networks.instagram import mapping, sightings
from pages.networks.instagram.audience import Audience
from pages.networks.instagram.comments import Conversations
from pages.networks.instagram.containers import Made, Workshop, check
from pages.networks.instagram.errors import MEANINGS, OF_MEDIA, InstagramGraph
from pages.networks.instagram.figures import Figures
from pages.networks.instagram.length import LIMIT, caption_of
from pages.networks.instagram.mapping import MEDIA_FIELDS, PROFILE_FIELDS
from pages.networks.instagram.mentions import Tagged
from pages.networks.instagram.messages import Inbox
from pages.networks.instagram.moderating import Moderating
from pages.networks.instagram.wire import PAGE, Wire
from pages.networks.spec import Tools
from pages.networks.types import ABSENT, CANNOT_TELL, Access, Outgoing, Profile, Published, Sighting

PAGE_SIZE: Final = 50
MOST_PAGES: Final = 5
HOOKS: Final = ("feed",)


class InstagramClient(Wire, Conversations, Moderating, Tagged, Inbox, Figures, Audience):
    """Publishes, finds, listens, answers, moderates and measures, with the token of the Page."""

    def __init__(self, access: Access, http: NetworkHttp, secret: str = "") -> None:
        host = access.host or HOST
        self._graph = InstagramGraph(http, host, access.token, secret=secret, subcodes=MEANINGS)
        self._press = InstagramGraph(http, host, access.token, secret=secret, subcodes=OF_MEDIA)
        self._account = access.remote_id
        self._token = access.token

    def publish(self, post: Outgoing, fence: Fence) -> Published:
        """Publish once; containers are made and ready before the fence, and the last one is noted there."""
        caption = caption_of(post)
        check(post.images, caption)
        workshop = self._workshop(post)
        workshop.quota()
        ready = workshop.make(post, caption)
        unpublished = workshop.press(ready)
        fence()
        if not unpublished:
            raise Unknown(Code.DUPLICATE)  # an earlier try arrived after all
        return self._shown(self._create(workshop, ready))

    def _workshop(self, post: Outgoing) -> Workshop:
        return Workshop(self._press, self._account, self._token, post.shelf)

    def _create(self, workshop: Workshop, ready: Made) -> str:
        """The one call that creates; the post's id. What is refused is made anew when it is tried again."""
        edge = path_of(self._account, "media_publish")
        try:
            return made(self._press.post(edge, {"creation_id": ready.container}))
        except Never:
            workshop.forget(ready)
            raise

    def _shown(self, remote_id: str) -> Published:
        """What was just made, with its address when the network says it now; it is there in any case."""
        try:
            said = self._graph.get(path_of(remote_id), {"fields": "permalink,timestamp"})
        except OutcomeError:
            return Published(remote_id, "")
        return Published(
            remote_id, web_address(said.get("permalink")), instant_or_none(said.get("timestamp"))
        )

    def find(self, post: Outgoing, since: datetime, until: datetime) -> Sighting:
        """Look among the posts that the account published in that time, by caption.

        A container of ours that the network calls published is somewhere, listed or not.
        """
        sighting = sightings.look(caption_of(post), lambda: self._published(since), since, until)
        if sighting != ABSENT:
            return sighting
        workshop = self._workshop(post)
        return CANNOT_TELL if any(workshop.is_out(each) for each in post.shelf.pressed()) else ABSENT

    def _published(self, since: datetime) -> Iterator[Seen]:
        """The account's posts, the latest first, down to a page that is older than the window."""
        opening = window(since, since)[0]
        asked = {"fields": MEDIA_FIELDS, "limit": PAGE_SIZE}
        for page in self._graph.pages(path_of(self._account, "media"), asked, most=MOST_PAGES):
            found = list(readable(page, sightings.of_media))
            yield from found
            if found and all(each.at < opening for each in found):
                return

    def profile(self) -> Profile:
        """The account."""
        found = self._graph.get(path_of(self._account), {"fields": PROFILE_FIELDS})
        try:
            return mapping.profile(found, LIMIT)
        except UNREADABLE:
            raise Never(Code.NOT_THIS_NETWORK, step=NextStep.EDIT) from None

    def subscribe(self) -> None:
        """Have Meta call our webhook when somebody stirs here; a second time changes nothing.

        What moved on Instagram is told once the Page has the application, whatever field it is for:
        https://developers.facebook.com/documentation/instagram-platform/webhooks
        """
        graph_hooks.subscribe(self._graph, PAGE, HOOKS)


def build(access: Access, tools: Tools, kind: type[InstagramClient] = InstagramClient) -> InstagramClient:
    """A client for one account. Raises ValueError when no way to the network was handed in."""
    if tools.http is None:
        raise ValueError("Instagram needs a way to the network")
    return kind(access, tools.http, tools.app.client_secret if tools.app else "")
