"""Images of posts: drawn anew, kept once a content, put in order, forgotten when no post uses them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from cm_suite.core import clock
from cm_suite.core.images import cleaned, fitted
from pages.models import Brand
from publishing.models import Post, PostImage, StoredImage

SMALL_SIDE: Final = 480
SMALL_BYTES: Final = 200_000
UNUSED_FOR: Final = timedelta(days=2)
"""A form that stands open for two days still finds what was uploaded in it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An image of a post with its alternative text; its place is its place among the others."""

    stored_id: int
    alt: str = ""


def keep(brand: Brand, raw: bytes) -> StoredImage:
    """Keep an uploaded file, drawn anew; the same picture is kept once. Raises core's ImageRefused."""
    picture = cleaned(raw)
    sha256 = hashlib.sha256(picture.content).hexdigest()
    known = StoredImage.objects.filter(brand=brand, sha256=sha256)
    if known.update(created_at=clock.now()):
        return known.defer("content", "small").get()
    small = fitted(picture, longest=SMALL_SIDE, most_bytes=SMALL_BYTES)
    stored, _created = StoredImage.objects.get_or_create(
        brand=brand,
        sha256=sha256,
        defaults={
            "content": picture.content,
            "media_type": picture.media_type,
            "small": small.content,
            "small_type": small.media_type,
            "width": picture.width,
            "height": picture.height,
            "size": len(picture.content),
        },
    )
    return stored


def arrange(post: Post, images: Sequence[Placed]) -> None:
    """Give the post these images, in this order, and no others; in the caller's transaction."""
    PostImage.objects.filter(post=post).delete()
    PostImage.objects.bulk_create(
        PostImage(post=post, stored_id=each.stored_id, place=place, alt=each.alt)
        for place, each in enumerate(images)
    )


def placed_of(post: Post) -> tuple[Placed, ...]:
    """The images of a post as they stand. One query."""
    rows = PostImage.objects.filter(post=post).order_by("place", "pk")
    return tuple(Placed(*row) for row in rows.values_list("stored_id", "alt"))


def forget_unused() -> int:
    """Forget what was uploaded two days ago and is in no post. How many."""
    left = StoredImage.objects.filter(uses=None, created_at__lt=clock.now() - UNUSED_FOR)
    ids = list(left.values_list("pk", flat=True)[:1000])
    return StoredImage.objects.filter(uses=None, pk__in=ids).delete()[0]
