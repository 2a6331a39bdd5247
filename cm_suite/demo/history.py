"""The past: what was published, and what was not. The one place that writes it without the engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cm_suite.core import ledger
from cm_suite.core.errors import NextStep, Outcome
from cm_suite.core.text import fingerprint
from cm_suite.demo import album
from cm_suite.demo.script import Line, Words
from cm_suite.demo.stage import Stage
from pages.models import Page, Pause, Person
from pages.networks.registry import is_ours
from pages.newsroom import addresses
from pages.newsroom.models import NewsroomPost
from publishing.enums import DeliveryState, EngineCode
from publishing.models import Attempt, Delivery, Post

S = DeliveryState
WRITTEN_BEFORE: Final = timedelta(hours=26)
NOTICED_AFTER: Final = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened: words, when they were due, and what else the delivery holds."""

    words: Words
    due_at: datetime
    by: Person


def lines_of(stage: Stage, lines: Iterable[Line]) -> list[Told]:
    """The lines of a script with their instants; two people write by turns."""
    writers = (stage.author, stage.author, stage.lead)
    return [
        Told(line.words, stage.instant(line.day, line.at), writers[turn % 3])
        for turn, line in enumerate(lines)
    ]


def published(page: Page, told: Sequence[Told], *, posts: Sequence[Post] = ()) -> list[Delivery]:
    """Write what went out on a page on time, each with its one send. `posts`: known already, in order."""
    kept = list(posts) or write_posts(page.brand_id, told)
    deliveries = _deliveries(page, told, kept, S.PUBLISHED)
    for delivery in deliveries:
        delivery.published_at = delivery.due_at + NOTICED_AFTER
    references = (_on_the_newsroom if is_ours(page.network) else _elsewhere)(page, deliveries)
    for delivery, (remote_id, remote_url) in zip(deliveries, references, strict=True):
        delivery.remote_id, delivery.remote_url = remote_id, remote_url
    Delivery.objects.bulk_create(deliveries)
    Attempt.objects.bulk_create(_sent(delivery) for delivery in deliveries)
    return deliveries


def not_published(page: Page, told: Told, state: S, **fields: Any) -> Delivery:
    """Write a delivery that did not go out."""
    [delivery] = _deliveries(page, [told], write_posts(page.brand_id, [told]), state)
    for name, value in fields.items():
        setattr(delivery, name, value)
    delivery.save(force_insert=True)
    record([delivery], "delivery.planned", told.by)
    return delivery


def troubles(stage: Stage, missed: Line, cancelled: Line, refused: Line | None) -> list[Delivery]:
    """One post that missed its time, one taken off the plan, one that its network would not take."""
    [late, off] = lines_of(stage, [missed, cancelled])
    made = [not_published(stage.newsroom, late, S.MISSED, code=EngineCode.LATE)]
    record(made, "delivery.missed", None)
    record([not_published(stage.newsroom, off, S.CANCELLED)], "delivery.cancelled", stage.lead)
    if stage.social is not None and refused is not None:
        [long] = lines_of(stage, [refused])
        fields = {"code": EngineCode.TOO_LONG, "step": NextStep.EDIT}
        made.append(not_published(stage.social, long, S.REJECTED, **fields))
        record(made[1:], "delivery.rejected", None)
    return made


def write_posts(brand_id: int, told: Sequence[Told]) -> list[Post]:
    """Write the words with their pictures, as if on the day before they were due."""
    posts = Post.objects.bulk_create(
        Post(
            brand_id=brand_id,
            author=each.by,
            text=each.words.text,
            link=each.words.link,
            content_type=each.words.content_type,
        )
        for each in told
    )
    for post, each in zip(posts, told, strict=True):
        post.created_at = post.updated_at = each.due_at - WRITTEN_BEFORE
    Post.objects.bulk_update(posts, ["created_at", "updated_at"], batch_size=200)
    album.illustrate((post, each.words) for post, each in zip(posts, told, strict=True))
    return posts


def record(deliveries: Iterable[Delivery], kind: str, by: Person | None) -> None:
    """Add a line for each delivery to its brand's ledger. Its time is that of the seeding: it says so."""
    for delivery in deliveries:
        sent = kind == "delivery.published"
        ledger.append(
            delivery.page.brand_id,
            kind,
            actor_id=by.pk if by else None,
            subject_kind="delivery",
            subject_id=delivery.pk,
            content=_mark(delivery) if sent else "",
        )


def paused(stage: Stage, day: int, began: str, ended: str, reason: str) -> Pause:
    """Write a pause of the brand that is over."""
    pause = Pause.objects.create(
        brand=stage.brand,
        reason=reason,
        started_by=stage.approver,
        ended_by=stage.lead,
        ended_at=stage.instant(day, ended),
    )
    Pause.objects.filter(pk=pause.pk).update(started_at=stage.instant(day, began))
    for kind, by in (("pause.started", stage.approver), ("pause.ended", stage.lead)):
        ledger.append(
            stage.brand.pk, kind, actor_id=by.pk, subject_kind="pause", subject_id=pause.pk, content=reason
        )
    return pause


def _deliveries(page: Page, told: Sequence[Told], posts: Sequence[Post], state: S) -> list[Delivery]:
    return [
        Delivery(post=post, page=page, state=state, due_at=each.due_at, planned_by=each.by)
        for post, each in zip(posts, told, strict=True)
    ]


def _on_the_newsroom(page: Page, deliveries: Sequence[Delivery]) -> list[tuple[str, str]]:
    """Put the posts on the public page; the reference and the address of each."""
    rows = NewsroomPost.objects.bulk_create(
        NewsroomPost(
            page=page,
            key=delivery.key,
            text=delivery.post.text,
            link=delivery.post.link,
            content_type=delivery.post.content_type,
            language=page.brand.language,
            published_at=delivery.due_at + NOTICED_AFTER,
        )
        for delivery in deliveries
    )
    album.show({delivery.post_id: row for delivery, row in zip(deliveries, rows, strict=True)})
    return [(str(row.pk), addresses.of_post(page.brand.slug, row.pk)) for row in rows]


def _elsewhere(page: Page, deliveries: Sequence[Delivery]) -> list[tuple[str, str]]:
    """References as an account elsewhere gives them."""
    first = 113_000_000_000_000_000
    numbers = [first + int(delivery.due_at.timestamp()) for delivery in deliveries]
    return [(str(number), f"{page.url}/{number}") for number in numbers]


def _sent(delivery: Delivery) -> Attempt:
    """The record of the one send, as the engine writes it."""
    return Attempt(
        delivery=delivery,
        number=1,
        fingerprint=_mark(delivery),
        started_at=delivery.due_at + timedelta(seconds=1),
        finished_at=delivery.published_at,
        outcome=Outcome.DONE,
        remote_id=delivery.remote_id,
    )


def _mark(delivery: Delivery) -> str:
    return fingerprint(f"{delivery.post.text}\n{delivery.post.link}")
