"""What people of the demo were told: yesterday's news is read, trouble is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse

from cm_suite.core import clock
from cm_suite.core.text import clip
from cm_suite.demo.stage import Stage
from pages.enums import Act
from pages.models import Person
from pages.notices.enums import NoticeKind
from pages.notices.models import Notice
from pages.selectors.people import people_with
from publishing.enums import DeliveryState
from publishing.models import Delivery

KINDS: Final = {
    DeliveryState.PUBLISHED: NoticeKind.PUBLISHED,
    DeliveryState.MISSED: NoticeKind.MISSED,
    DeliveryState.REJECTED: NoticeKind.REJECTED,
}
RECENT: Final = 4
READ_AFTER: Final = timedelta(hours=3)


def tell(stage: Stage, published: Sequence[Delivery], troubles: Iterable[Delivery]) -> None:
    """Write the notices of the last posts, of what went wrong, and of the page to reconnect."""
    now = clock.now()
    for delivery in published[-RECENT:]:
        at = delivery.published_at or delivery.due_at
        _about(stage, delivery, at, [stage.author], read_at=min(at + READ_AFTER, now))
    deciders = [stage.author, *people_with(stage.brand, Act.APPROVE)]
    for delivery in troubles:
        _about(stage, delivery, delivery.due_at, deciders)
    if stage.social is not None:
        leads = people_with(stage.brand, Act.MANAGE)
        link = reverse("pages:page", args=[stage.brand.slug, stage.social.pk])
        at = stage.social.checked_at or now
        key = f"reconnect:{stage.social.pk}:demo"
        _write(stage, NoticeKind.RECONNECT, key, stage.social.name, link, at, leads)


def _about(
    stage: Stage, delivery: Delivery, at: datetime, to: Iterable[Person], read_at: datetime | None = None
) -> None:
    subject = f"{clip(' '.join(delivery.post.text.split()), 100)} · {delivery.page.name}"
    link = reverse("publishing:post", args=[stage.brand.slug, delivery.post_id])
    kind = KINDS[DeliveryState(delivery.state)]
    _write(stage, kind, f"delivery:{delivery.pk}:demo", subject, link, at, to, read_at)


def _write(
    stage: Stage,
    kind: NoticeKind,
    key: str,
    subject: str,
    link: str,
    at: datetime,
    to: Iterable[Person],
    read_at: datetime | None = None,
) -> None:
    Notice.objects.bulk_create(
        Notice(
            person=person,
            brand=stage.brand,
            kind=kind,
            key=key,
            subject=subject,
            link=link,
            at=at,
            read_at=read_at,
        )
        for person in {person.pk: person for person in to}.values()
    )
