"""What several tests of the newsroom need."""

from __future__ import annotations

from datetime import UTC, datetime

from pages.models import Page
from pages.newsroom.models import Arrival, NewsroomPost, Subscriber, SubscriberState
from pages.newsroom.services.subscribe import address_hash

NOON = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)  # noon in Paris


def make_post(page: Page, text: str = "Bonjour", at: datetime = NOON, **fields: object) -> NewsroomPost:
    """A post that stands on the page."""
    values: dict[str, object] = {
        "key": f"key-{NewsroomPost.objects.count()}",
        "content_type": "information",
        "language": "fr",
        **fields,
    }
    return NewsroomPost.objects.create(page=page, text=text, published_at=at, **values)


def make_subscriber(page: Page, email: str = "lea@exemple.fr", at: datetime = NOON) -> Subscriber:
    """Somebody who follows since `at`."""
    Arrival.objects.create(page=page, at=at)
    return Subscriber.objects.create(
        page=page,
        email=email,
        email_hash=address_hash(email),
        language="fr",
        state=SubscriberState.ACTIVE,
        asked_at=at,
        confirmed_at=at,
        told_until=at,
    )
