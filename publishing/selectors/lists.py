"""What waits for a person, page by page: the questions behind long lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from cm_suite.core.text import clip
from pages.models import Brand
from publishing import rules
from publishing.models import Delivery, Post
from publishing.selectors.pictures import Thumb, thumb, with_thumb
from publishing.selectors.rows import deliveries_of

EXCERPT: Final = 140


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A post that is on no page's plan. `author` is empty for somebody who has gone."""

    post_id: int
    excerpt: str
    content_type: str
    author: str
    updated_at: datetime
    thumb: Thumb | None = None


def troubled(brand: Brand, page_id: int | None = None) -> QuerySet[Delivery]:
    """Held, refused, missed, to check by hand, on every page or one; the oldest first."""
    found = deliveries_of(brand).filter(state__in=rules.TROUBLE)
    return found if page_id is None else found.filter(page_id=page_id)


def unplanned(brand: Brand) -> QuerySet[Post]:
    """Posts that are on no page's plan, the latest first."""
    live = Delivery.objects.filter(page__brand=brand).exclude(state__in=rules.ENDED).values("post_id")
    found = Post.objects.filter(brand=brand, discarded_at=None).exclude(pk__in=live)
    return with_thumb(found.select_related("author").order_by("-updated_at", "-pk"), "pk")


def draft_row(post: Post) -> DraftRow:
    """The post, read with `unplanned`, as a row."""
    return DraftRow(
        post_id=post.pk,
        excerpt=clip(" ".join(post.text.split()), EXCERPT),
        content_type=post.content_type,
        author=post.author.name if post.author else "",
        updated_at=post.updated_at,
        thumb=thumb(post),
    )
