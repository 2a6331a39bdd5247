"""What a post is made of before anybody sees it: containers, whose images Meta fetches from our address.

https://developers.facebook.com/documentation/instagram-platform/content-publishing: JPEG alone, `alt_text`,
a carousel of 2 to 10; a container lives for 24 hours, and is ready once its `status_code` is FINISHED.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.answers import count, mapping, text_of
from pages.networks.errors import Code
from pages.networks.graph import Graph, path_of
from pages.networks.graph_answers import rows
from pages.networks.instagram.errors import AGAIN, QUOTA_REST, of_container
from pages.networks.instagram.length import LIMIT, MOST_HASHTAGS, hashtags
from pages.networks.spec import ImageRules
from pages.networks.types import Image

RULES: Final = ImageRules(
    most=10,
    alt=1000,
    types=frozenset({"image/jpeg"}),
    most_bytes=8_000_000,
    required=True,
    fetched=True,
)
PAUSES: Final = (0.1, 0.3, 0.5)  # seconds between two looks, for all containers of a post together
FINISHED: Final = "FINISHED"
PUBLISHED: Final = "PUBLISHED"
_WORKING: Final = frozenset({"IN_PROGRESS", ""})


def check(images: Sequence[Image], caption: str) -> None:
    """Raises Never for what cannot go out, before anything is asked."""
    if not images:
        raise Never(Code.IMAGE_REQUIRED, step=NextStep.EDIT)
    if len(images) > RULES.most or any(each.media_type not in RULES.types for each in images):
        raise Never(Code.MEDIA_REFUSED, step=NextStep.EDIT)
    if not all(each.url for each in images):
        raise Never(Code.PUBLIC_URL_NEEDED, step=NextStep.CONTACT)
    if len(caption) > LIMIT or hashtags(caption) > MOST_HASHTAGS:
        raise Never(Code.CONTENT_REFUSED, step=NextStep.EDIT)


class Workshop:
    """Makes the container of one post."""

    def __init__(self, graph: Graph, account: str) -> None:
        self._graph = graph
        self._account = account
        self._pauses = iter(PAUSES)

    def make(self, images: Sequence[Image], caption: str) -> str:
        """The id of a container that is ready. Raises Later (`media_processing`) while it is not."""
        if len(images) == 1:
            return self._ready(self._made(_of_image(images[0]) | {"caption": caption}))
        children = [self._made(_of_image(each) | {"is_carousel_item": True}) for each in images]
        for each in children:
            self._ready(each)
        said = {"media_type": "CAROUSEL", "children": ",".join(children), "caption": caption}
        return self._ready(self._made(said))

    def quota(self) -> None:
        """Raises Later (`quota_spent`) when the account has had its posts of the day, by its own number.

        https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-user/content_publishing_limit
        """
        edge = path_of(self._account, "content_publishing_limit")
        answer = self._graph.get(edge, {"fields": "quota_usage,config"})
        try:
            said = rows(answer)[0]
        except (ValueError, IndexError):
            return  # the network keeps its limit itself
        used, most = count(said.get("quota_usage")), count(mapping(said.get("config")).get("quota_total"))
        if used is not None and most is not None and used >= most:
            raise Later(Code.QUOTA_SPENT, retry_at=clock.now() + QUOTA_REST)

    def status(self, container: str) -> tuple[str, str]:
        """The container's `status_code` and `status`."""
        answer = self._graph.get(path_of(container), {"fields": "status_code,status"})
        return text_of(answer.get("status_code")), text_of(answer.get("status"))

    def _made(self, said: dict[str, Any]) -> str:
        return self._graph.prepared(path_of(self._account, "media"), said)

    def _ready(self, container: str) -> str:
        """The container once it is ready; a few looks, no longer than a second."""
        while True:
            code, status = self.status(container)
            if code == FINISHED:
                return container
            if code not in _WORKING:
                raise of_container(status)
            pause = next(self._pauses, None)
            if pause is None:
                raise Later(Code.MEDIA_PROCESSING, retry_at=clock.now() + AGAIN)
            time.sleep(pause)


def _of_image(image: Image) -> dict[str, Any]:
    said: dict[str, Any] = {"image_url": image.url}
    return said | ({"alt_text": image.alt} if image.alt else {})
