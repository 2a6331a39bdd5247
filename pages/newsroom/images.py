"""The images of the public page: as large as a screen shows them, and a small copy for narrow ones."""

from __future__ import annotations

from typing import Final

from cm_suite.core.images import Picture, fitted
from pages.networks.types import Image
from pages.newsroom.models import NewsroomImage

LARGE_SIDE: Final = 1920
LARGE_BYTES: Final = 1_500_000
SMALL_SIDE: Final = 720
SMALL_BYTES: Final = 300_000


def drawn_for_screens(place: int, image: Image) -> NewsroomImage:
    """A row, not yet of any post, with both copies of the image."""
    whole = Picture(image.content, image.media_type, image.width, image.height)
    large = fitted(whole, longest=LARGE_SIDE, most_bytes=LARGE_BYTES)
    small = fitted(large, longest=SMALL_SIDE, most_bytes=SMALL_BYTES)
    return NewsroomImage(
        place=place,
        alt=image.alt,
        content=large.content,
        media_type=large.media_type,
        width=large.width,
        height=large.height,
        small=small.content,
        small_type=small.media_type,
        small_width=small.width,
    )
