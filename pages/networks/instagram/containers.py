"""What a post is made of before anybody sees it: containers, whose images Meta fetches from our address.

https://developers.facebook.com/documentation/instagram-platform/content-publishing: JPEG alone, `alt_text`,
a carousel of 2 to 10; a container lives for 24 hours, and is ready once its `status_code` is FINISHED. What
was made is kept with the post, so that a later try asks how far it is and goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.answers import count, mapping, text_of
from pages.networks.errors import Code
from pages.networks.graph import Graph, path_of
from pages.networks.graph_answers import rows
from pages.networks.instagram.errors import QUOTA_REST, of_container
from pages.networks.instagram.length import LIMIT, MOST_HASHTAGS, hashtags
from pages.networks.shelf import Shelf, name_of
from pages.networks.spec import ImageRules
from pages.networks.types import Image, Outgoing

RULES: Final = ImageRules(
    most=10,
    alt=1000,
    types=frozenset({"image/jpeg"}),
    most_bytes=8_000_000,
    required=True,
    fetched=True,
    waits=True,
)
LIVES: Final = timedelta(hours=23)  # an hour less than the network says
SOON: Final = timedelta(seconds=5)  # until the next look at a container that is not ready
FINISHED: Final = "FINISHED"
PUBLISHED: Final = "PUBLISHED"
EXPIRED: Final = "EXPIRED"
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


class Made(NamedTuple):
    """A container that is ready, by its name on the shelf."""

    name: str
    container: str


class Workshop:
    """Makes the container of one post, or goes on with what an earlier try made under the same token."""

    def __init__(self, graph: Graph, account: str, token: str, shelf: Shelf) -> None:
        self._graph = graph
        self._account = account
        self._token = token
        self._shelf = shelf

    def make(self, post: Outgoing, caption: str) -> Made:
        """The container to publish. Raises Later (`media_processing`) until it is ready."""
        seen = [part for each in post.images for part in (each.content, each.alt)]
        name = name_of("container", self._token, caption, *seen)
        if not self._shelf.kept(name):
            self._shelf.keep(name, self._made(self._said(post.images, caption)), clock.now() + LIVES)
        return Made(name, self._ready([name])[0])

    def press(self, made: Made) -> bool:
        """Note what is about to be published, for whoever asks afterwards; False when it is out already.

        One that was tried before and is still not published gets this try, and is then made anew.
        """
        if made.container in self._shelf.pressed():
            if self.is_out(made.container):
                return False
            self.forget(made)
        self._shelf.press(made.container)
        return True

    def forget(self, made: Made) -> None:
        """Let another try make it anew."""
        self._shelf.drop(made.name)

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

    def is_out(self, container: str) -> bool:
        """Whether the network calls the container published."""
        return self._status(container)[0] == PUBLISHED

    def _status(self, container: str) -> tuple[str, str]:
        """The container's `status_code` and `status`."""
        answer = self._graph.get(path_of(container), {"fields": "status_code,status"})
        return text_of(answer.get("status_code")), text_of(answer.get("status"))

    def _said(self, images: Sequence[Image], caption: str) -> dict[str, Any]:
        """What makes the container; the images of a carousel have theirs, each ready before."""
        if len(images) == 1:
            return _of_image(images[0]) | {"caption": caption}
        children = self._ready([self._child(place, each) for place, each in enumerate(images)])
        return {"media_type": "CAROUSEL", "children": ",".join(children), "caption": caption}

    def _child(self, place: int, image: Image) -> str:
        """The name of one image of a carousel, made when it is not there."""
        name = name_of("child", self._token, str(place), image.content, image.alt)
        if not self._shelf.kept(name):
            made = self._made(_of_image(image) | {"is_carousel_item": True})
            self._shelf.keep(name, made, clock.now() + LIVES)
        return name

    def _made(self, said: dict[str, Any]) -> str:
        return self._graph.prepared(path_of(self._account, "media"), said)

    def _ready(self, names: Sequence[str]) -> list[str]:
        """The containers of these names, if each is ready; one look at each.

        One that failed is forgotten: if it may be tried again, it is made again.
        """
        containers = [self._shelf.kept(name) for name in names]
        working = [self._works(*each) for each in zip(names, containers, strict=True)]
        if any(working):
            raise Later(Code.MEDIA_PROCESSING, retry_at=clock.now() + SOON)
        return containers

    def _works(self, name: str, container: str) -> bool:
        """Whether the network still works on it. Raises what became of one that failed."""
        try:
            code, status = self._status(container)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise
            code, status = EXPIRED, refusal.answer
        pressed = code == PUBLISHED and container in self._shelf.pressed()
        if code == FINISHED or code in _WORKING or pressed:
            return code in _WORKING
        self._shelf.drop(name)
        if code == EXPIRED:
            raise Later(Code.MEDIA_PROCESSING, answer=status, retry_at=clock.now() + SOON)
        raise of_container(status)


def _of_image(image: Image) -> dict[str, Any]:
    said: dict[str, Any] = {"image_url": image.url}
    return said | ({"alt_text": image.alt} if image.alt else {})
