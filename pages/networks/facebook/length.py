"""How long a post is on Facebook, and its text as it leaves."""

from __future__ import annotations

from typing import Final

from pages.networks.types import Outgoing
from pages.networks.words import compose

LIMIT: Final = 63_206


def message_of(post: Outgoing) -> str:
    """What stands in the post: beside images no card shows the link, so it is written out."""
    return compose(post.text, post.link) if post.images else post.text.strip()


def measure(text: str, link: str, url_length: int | None = None) -> int:
    """Characters of the text with its link; no address is shortened."""
    return len(compose(text, link))
