"""One site, as one user of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from cm_suite.core.errors import Never, NextStep, Unknown
from cm_suite.core.http import NetworkHttp
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.spec import Tools
from pages.networks.types import (
    ABSENT,
    CANNOT_TELL,
    Access,
    Figure,
    Outgoing,
    Profile,
    Published,
    Sighting,
    found,
)
from pages.networks.wordpress import figures, images, mapping, outgoing
from pages.networks.wordpress.comments import Conversations
from pages.networks.wordpress.wire import PAGE_SIZE, UNREADABLE, Wire, known

CLOCK_SKEW: Final = timedelta(minutes=2)


class WordPressClient(Conversations):
    """Publishes, finds, deletes, says who it is, listens, moderates, answers and counts."""

    def __init__(self, access: Access, http: NetworkHttp) -> None:
        super().__init__(Wire(access, http))

    def publish(self, post: Outgoing, fence: Fence) -> Published:
        """Publish once. Images are in the library before; a post alone shows them."""
        body = outgoing.body(post, images.uploaded(self._wire, post))
        self._wire.site  # noqa: B018  # found before the fence, so that one call follows it
        fence()
        answer = self._wire.call("POST", "posts", json=body)
        try:
            return mapping.published(answer.json())
        except UNREADABLE:
            raise Unknown("answer_unreadable", answer=str(answer.status)) from None

    def find(self, post: Outgoing, since: datetime, until: datetime) -> Sighting:
        """Look for the post's slug; then for what it ends with, among the posts of that time."""
        try:
            rows, _total = self._wire.rows("posts", slug=outgoing.slug(post), status="any")
            if not rows:
                rows = self._within(since - CLOCK_SKEW, until + CLOCK_SKEW)
            sign = outgoing.sign(post.key)
            mine = [row for row in rows if sign in str(row.get("slug"))]
            if mine:
                return found(mapping.published(mine[0]))
        except UNREADABLE:
            return CANNOT_TELL
        return CANNOT_TELL if len(rows) >= PAGE_SIZE else ABSENT

    def delete(self, remote_id: str) -> None:
        """Into the trash, from where the site's people can fetch it back; already gone is done."""
        if known(remote_id):
            self._wire.throw_away(f"posts/{remote_id}")

    def profile(self) -> Profile:
        """The site and its user. Raises Never (`not_allowed_here`) when the user's role publishes nothing."""
        site = self._wire.site
        said = self._wire.get("users/me", context="edit")
        try:
            found_here = mapping.profile(said, site)
            may = mapping.may_publish(said)
        except UNREADABLE:
            raise Never(Code.NOT_THIS_NETWORK, step=NextStep.EDIT) from None
        if not may:
            raise Never(Code.NOT_ALLOWED_HERE, step=NextStep.CONTACT)
        return found_here

    def figures(self, remote_ids: Sequence[str]) -> Mapping[str, tuple[Figure, ...]]:
        """How many comments are shown under each post; a site counts nothing else."""
        return figures.of_posts(self._wire, remote_ids)

    def _within(self, since: datetime, until: datetime) -> list[Mapping[str, Any]]:
        rows, _total = self._wire.rows(
            "posts", after=since.isoformat(), before=until.isoformat(), status="any", per_page=PAGE_SIZE
        )
        return rows


def build(access: Access, tools: Tools) -> WordPressClient:
    """A client for one user of a site. Raises ValueError when no way to the network was handed in."""
    if tools.http is None:
        raise ValueError("WordPress needs a way to the network")
    return WordPressClient(access, tools.http)
