"""One post with everything that became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from publishing import rules
from publishing.models import Attempt, Delivery, Override, Post
from publishing.selectors.figures import DeliveryFigures, figures_of
from publishing.selectors.pictures import PictureRow, pictures_of
from publishing.selectors.rows import DeliveryRow, deliveries_of, row


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One send: `outcome` is empty while it runs; `answer` is the network's, without secrets."""

    number: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    code: str
    answer: str


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """Who let a delivery pass over a cap, when and why. `person` is empty for somebody who has gone."""

    person: str
    reason: str
    at: datetime
    for_due_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryDetail:
    """One delivery with its sends and overrides. `reason` is why a person removed it, if so.

    `figures` is what became of it, once it is out.
    """

    row: DeliveryRow
    reason: str
    attempts: tuple[AttemptRow, ...]
    overrides: tuple[OverrideRow, ...]
    figures: DeliveryFigures | None = None


@dataclass(frozen=True, slots=True)
class PostDetail:
    """The post, its deliveries by time, and whether its words may still change."""

    post: Post
    author: str
    deliveries: tuple[DeliveryDetail, ...]
    editable: bool
    images: tuple[PictureRow, ...] = ()


def post_detail(post: Post) -> PostDetail:
    """Everything about one post. Seven queries at most, however often it was sent."""
    found = deliveries_of(post.brand).filter(post=post).prefetch_related("attempts", "overrides__person")
    figures = figures_of(list(found))
    deliveries = tuple(_detail(each, figures.get(each.pk)) for each in found)
    states = {each.row.state for each in deliveries}
    return PostDetail(
        post=post,
        author=post.author.name if post.author else "",
        deliveries=deliveries,
        images=pictures_of(post),
        editable=post.discarded_at is None and not states & (rules.FROZEN | rules.OUT),
    )


def _detail(delivery: Delivery, figures: DeliveryFigures | None) -> DeliveryDetail:
    return DeliveryDetail(
        row=row(delivery),
        reason=delivery.reason,
        attempts=tuple(_attempt(each) for each in delivery.attempts.all()),
        overrides=tuple(_override(each) for each in delivery.overrides.all()),
        figures=figures,
    )


def _attempt(attempt: Attempt) -> AttemptRow:
    return AttemptRow(
        number=attempt.number,
        started_at=attempt.started_at,
        finished_at=attempt.finished_at,
        outcome=attempt.outcome,
        code=attempt.code,
        answer=attempt.answer,
    )


def _override(override: Override) -> OverrideRow:
    return OverrideRow(
        person=override.person.name if override.person else "",
        reason=override.reason,
        at=override.at,
        for_due_at=override.for_due_at,
    )
