"""One company page on LinkedIn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final

from cm_suite.core.errors import Later, Never, NextStep, Unknown
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.linkedin import images, mapping, outgoing, sightings, tokens
from pages.networks.linkedin.comments import Conversations
from pages.networks.linkedin.figures import Statistics
from pages.networks.linkedin.mapping import Seen
from pages.networks.linkedin.rounds import posts_path
from pages.networks.linkedin.wire import UNREADABLE, Wire, encoded, number_of
from pages.networks.spec import Tools
from pages.networks.types import Access, AppKeys, Grant, Outgoing, Profile, Published, Sighting

PAGES: Final = 10  # of the page's posts, when one is looked for
FOLLOWED: Final = ("COMPANY_FOLLOWED_BY_MEMBER", "CompanyFollowedByMember")
"""What the count of followers is called: LinkedIn's pages of different versions spell it in two ways.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-lookup-api
"""


class LinkedInClient(Conversations, Statistics):
    """Publishes, finds, deletes, listens, answers, counts and renews its token, for one company page."""

    def __init__(self, access: Access, wire: Wire, app: AppKeys | None) -> None:
        super().__init__(wire)
        self._access = access
        self._app = app

    def publish(self, post: Outgoing, fence: Fence) -> Published:
        """Publish once. The post's URN comes in a header, and no address with it."""
        body = outgoing.post_body(self._wire.page, post, images.uploaded(self._wire, post))
        fence()
        answer = self._wire.call("POST", "posts", json=body)
        try:
            return Published(mapping.post_urn(answer.headers.get("x-restli-id")), "", None)
        except ValueError:
            raise Unknown("answer_unreadable", answer=str(answer.status)) from None

    def find(self, post: Outgoing, since: datetime, until: datetime) -> Sighting:
        """Look among the page's own posts of that time, by text.

        One that is not listed yet is safe all the same: LinkedIn refuses the same text again (`duplicate`).
        """
        return sightings.look(self._posts(), partial(sightings.of_post, post), since, until)

    def delete(self, remote_id: str) -> None:
        """Take the post down; one that is already gone is done."""
        try:
            self._wire.call("DELETE", f"posts/{encoded(remote_id)}", headers={"X-RestLi-Method": "DELETE"})
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise

    def profile(self) -> Profile:
        """The company page, and how many follow it. Raises Never with RECONNECT for a refused token."""
        try:
            said = self._wire.get(f"organizations/{number_of(self._wire.page)}")
            return mapping.profile(self._wire.page, said, self._followers())
        except UNREADABLE:
            raise Never(Code.NOT_THIS_NETWORK, step=NextStep.EDIT) from None

    def refresh(self) -> Grant:
        """A new token. Raises Never (`not_offered`) when the application is given no refresh tokens.

        The refresh token is not spent by being used, so an answer that was lost is Later.
        """
        if not self._access.refresh_token:
            raise Never(Code.NOT_OFFERED, step=NextStep.CONTACT)
        said = {"grant_type": "refresh_token", "refresh_token": self._access.refresh_token}
        try:
            return tokens.asked(self._wire.http, self._access.host, self._app, said, Code.EXPIRED)
        except Unknown as unknown:
            raise Later(unknown.code, answer=unknown.answer) from None

    def _followers(self) -> int | None:
        """How many follow, under the name that the version of the API knows; None when it is not told."""
        for edge in FOLLOWED:
            with suppress(Never, Later):
                said = self._wire.get(f"networkSizes/{encoded(self._wire.page)}?edgeType={edge}")
                count = mapping.count(said.get("firstDegreeSize"))
                if count is not None:
                    return count
        return None

    def _posts(self) -> Iterator[Seen]:
        """The page's posts, newest first. Raises TooManyError after some pages."""
        for page in self._wire.pages(posts_path(self._wire.page), most=PAGES):
            yield from (mapping.seen(each) for each in page)


def build(access: Access, tools: Tools) -> LinkedInClient:
    """A client for one company page. Raises ValueError when no way to the network was handed in."""
    if tools.http is None:
        raise ValueError("LinkedIn needs a way to the network")
    return LinkedInClient(access, Wire(access, tools.http), tools.app)
