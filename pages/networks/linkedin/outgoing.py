"""What creates a post of the page.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from cm_suite.core.text import clip
from pages.networks.linkedin.little import escaped
from pages.networks.types import Outgoing
from pages.networks.words import compose

LONGEST_TITLE: Final = 200


def text_of(post: Outgoing) -> str:
    """The words of a post as people read them: the link is a card, unless images take its place."""
    return compose(post.text, post.link) if post.images else post.text.strip()


def post_body(page: str, post: Outgoing, images: Sequence[str]) -> dict[str, Any]:
    """What creates the post. `images`: the URNs of its images, uploaded, in its order."""
    body = {
        "author": page,
        "commentary": escaped(text_of(post)),
        "visibility": "PUBLIC",
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }
    content = _content(post, images)
    return body | ({"content": content} if content else {})


def _content(post: Outgoing, images: Sequence[str]) -> dict[str, Any]:
    shown = [_shown(urn, image.alt) for urn, image in zip(images, post.images, strict=True)]
    if len(shown) == 1:
        return {"media": shown[0]}
    if shown:
        return {"multiImage": {"images": shown}}
    return {"article": {"source": post.link, "title": _title(post)}} if post.link else {}


def _shown(urn: str, alt: str) -> dict[str, str]:
    return {"id": urn} | ({"altText": alt} if alt else {})


def _title(post: Outgoing) -> str:
    """A card must have a title, and LinkedIn reads none from the address: the first line says it."""
    first = post.text.strip().partition("\n")[0]
    return clip(first, LONGEST_TITLE) or urlsplit(post.link).hostname or post.link
