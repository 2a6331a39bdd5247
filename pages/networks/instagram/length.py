"""How long a caption is on Instagram, and how it leaves.

https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/error-codes
(2207010): 2,200 characters and 30 hashtags. No link can be followed there: it is text of the caption.
"""

from __future__ import annotations

import re
from typing import Final

from pages.networks.types import Outgoing
from pages.networks.words import compose

LIMIT: Final = 2200
MOST_HASHTAGS: Final = 30
_HASHTAG: Final = re.compile(r"#\w")


def caption_of(post: Outgoing) -> str:
    """The caption of a post."""
    return compose(post.text, post.link)


def hashtags(caption: str) -> int:
    """How many hashtags a caption has, each as often as it is there."""
    return len(_HASHTAG.findall(caption))


def measure(text: str, link: str, url_length: int | None = None) -> int:
    """Characters of the caption. One with too many hashtags is too long by so many, however short it is."""
    caption = compose(text, link)
    excess = hashtags(caption) - MOST_HASHTAGS
    return max(len(caption), LIMIT + excess) if excess > 0 else len(caption)
