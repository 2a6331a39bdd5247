"""The images of posts, without their bytes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import cast

from django.db.models import Count, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from pages.models import Brand
from publishing.models import Post, PostImage, StoredImage
from publishing.rules import ALT_MOST


@dataclass(frozen=True, slots=True)
class PictureRow:
    """One image in its place: its size in pixels, and its alternative text, empty when nobody wrote one."""

    stored_id: int
    width: int
    height: int
    alt: str = ""

    @property
    def left(self) -> int:
        """Characters left for its alternative text."""
        return ALT_MOST - len(self.alt)


@dataclass(frozen=True, slots=True)
class Thumb:
    """The first image of a post, as lists show it, and how many others there are."""

    stored_id: int
    alt: str
    more: int


def pictures_of(post: Post) -> tuple[PictureRow, ...]:
    """The images of a post, in order. One query."""
    rows = PostImage.objects.filter(post=post).values_list(
        "stored_id", "stored__width", "stored__height", "alt"
    )
    return tuple(PictureRow(*row) for row in rows.order_by("place", "pk"))


def alts_of(post: Post) -> tuple[str, ...]:
    """The alternative texts of a post's images, in order: as many as there are images. One query."""
    return tuple(PostImage.objects.filter(post=post).order_by("place", "pk").values_list("alt", flat=True))


def known(brand: Brand, ids: Collection[int]) -> dict[int, PictureRow]:
    """Those of these images that the brand has, by id. One query, or none."""
    if not ids:
        return {}
    rows = StoredImage.objects.filter(brand=brand, pk__in=ids).values_list("pk", "width", "height")
    return {row[0]: PictureRow(*row) for row in rows}


def with_thumb[Row: Model](rows: QuerySet[Row], post: str) -> QuerySet[Row]:
    """The rows, each knowing the first image of the post at `post`; no query more."""
    images = PostImage.objects.filter(post=OuterRef(post)).order_by("place", "pk")
    counted = images.order_by().values("post").annotate(n=Count("pk")).values("n")
    seen = rows.annotate(
        thumb_id=Subquery(images.values("stored_id")[:1]),
        thumb_alt=Subquery(images.values("alt")[:1]),
        thumb_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
    )
    return cast("QuerySet[Row]", seen)


def thumb(row: Model) -> Thumb | None:
    """The first image of a row read with `with_thumb`; None without one."""
    stored_id: int | None = getattr(row, "thumb_id", None)
    if stored_id is None:
        return None
    return Thumb(stored_id, getattr(row, "thumb_alt", ""), getattr(row, "thumb_count", 1) - 1)
