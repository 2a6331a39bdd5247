"""A delivery as lists show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from cm_suite.core.text import clip
from pages.models import Brand
from pages.selectors.links import post_url
from publishing.models import Delivery
from publishing.rules import SEEN, DeliveryAct, acts_for
from publishing.selectors.pictures import Thumb, thumb, with_thumb

EXCERPT: Final = 140


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery with its post, its page and its people. Instants are in UTC.

    `code` says why it stands where it stands, `step` what to do (`core.errors.NextStep` or empty); `acts`
    are what its state allows, whoever asks. `author` and `planned_by` are empty for people who have gone.
    `remote_url` is where the post is read today.
    """

    delivery_id: int
    post_id: int
    excerpt: str
    content_type: str
    author: str
    planned_by: str
    page_id: int
    page_name: str
    network: str
    state: str
    hold_reason: str
    code: str
    step: str
    due_at: datetime
    next_attempt_at: datetime | None
    published_at: datetime | None
    remote_url: str
    acts: tuple[DeliveryAct, ...]
    thumb: Thumb | None = None


def deliveries_of(brand: Brand) -> QuerySet[Delivery]:
    """The brand's deliveries with all that a row shows, by time. One query.

    Of a discarded post only what fans have seen, or may have: it may have arrived all the same.
    """
    shown = Q(post__discarded_at=None) | Q(state__in=SEEN)
    rows = Delivery.objects.filter(shown, page__brand=brand)
    read = rows.select_related("post__author", "page__brand", "planned_by").order_by("due_at", "pk")
    return with_thumb(read, "post")


def row(delivery: Delivery) -> DeliveryRow:
    """The delivery, read with `deliveries_of`, as a row."""
    post, page = delivery.post, delivery.page
    return DeliveryRow(
        delivery_id=delivery.pk,
        post_id=post.pk,
        excerpt=clip(" ".join(post.text.split()), EXCERPT),
        content_type=post.content_type,
        author=post.author.name if post.author else "",
        planned_by=delivery.planned_by.name if delivery.planned_by else "",
        page_id=page.pk,
        page_name=page.name,
        network=page.network,
        state=delivery.state,
        hold_reason=delivery.hold_reason,
        code=delivery.code,
        step=delivery.step,
        due_at=delivery.due_at,
        next_attempt_at=delivery.next_attempt_at,
        published_at=delivery.published_at,
        remote_url=post_url(page, delivery.remote_id, delivery.remote_url),
        acts=acts_for(delivery.state),
        thumb=thumb(delivery),
    )
