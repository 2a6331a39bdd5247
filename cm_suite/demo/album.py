"""The pictures of the demo's posts: kept as an upload is, shown as the newsroom shows what was published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cm_suite.demo.pictures import draw
from cm_suite.demo.script import Words
from pages.models import Brand
from pages.networks.types import Image
from pages.newsroom.images import drawn_for_screens
from pages.newsroom.models import NewsroomImage, NewsroomPost
from publishing.models import Post, PostImage
from publishing.services.pictures import Placed, keep


def placed(brand: Brand, words: Words) -> tuple[Placed, ...]:
    """The picture that goes with the words, kept for the brand; none for most."""
    if not words.image:
        return ()
    return (Placed(keep(brand, draw(words.image)).pk, words.alt),)


def illustrate(pairs: Iterable[tuple[Post, Words]]) -> None:
    """Give each post the picture of its words."""
    PostImage.objects.bulk_create(
        PostImage(post=post, stored_id=each.stored_id, place=place, alt=each.alt)
        for post, words in pairs
        if words.image
        for place, each in enumerate(placed(post.brand, words))
    )


def show(posts: Mapping[int, NewsroomPost]) -> None:
    """Put the pictures of posts on the public page as well. `posts`: those there, by the post's number."""
    rows = PostImage.objects.filter(post__in=posts).select_related("stored").order_by("post", "place")
    shown = []
    for row in rows:
        kept = row.stored
        image = Image(bytes(kept.content), kept.media_type, kept.width, kept.height, row.alt)
        shown.append(drawn_for_screens(row.place, image))
        shown[-1].post = posts[row.post_id]
    NewsroomImage.objects.bulk_create(shown)
