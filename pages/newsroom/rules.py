"""Rules of the newsroom: when a post is old, when a digest is due, which legal details a page owes."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cm_suite.core import clock

NETWORK: Final = "newsroom"
POSTS_A_PAGE: Final = 10
POSTS_A_FEED: Final = 30
POSTS_A_DIGEST: Final = 10

DIGEST_HOUR: Final = 18  # in the brand's zone
DIGEST_SETTLES: Final = timedelta(minutes=1)  # lets a post of the last second be committed first
DIGEST_GRACE: Final = timedelta(hours=12)  # a later digest waits for the next one
CONFIRM_WITHIN: Final = timedelta(days=3)
ASK_AGAIN_AFTER: Final = timedelta(minutes=10)
WHY_WITHIN: Final = timedelta(days=1)

LEGAL_FIELDS: Final = ("publisher", "publication_director", "contact_email", "postal_address", "host")


def is_dated(published_at: datetime, at: datetime) -> bool:
    """Whether a post is more than a year old at that instant, so that readers should be warned."""
    try:
        anniversary = published_at.replace(year=published_at.year + 1)
    except ValueError:  # 29 February
        anniversary = published_at.replace(year=published_at.year + 1, month=3, day=1)
    return at > anniversary


def digest_moment(at: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant (UTC) whose digest should leave at `at`; None while none is due.

    A digest holds what was published until DIGEST_HOUR in the brand's zone. It leaves DIGEST_SETTLES
    after that, or up to DIGEST_GRACE if nothing ran then.
    """
    today = at.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        moment = clock.resolve_local(datetime.combine(day, time(DIGEST_HOUR)), zone).instant
        if moment + DIGEST_SETTLES <= at:
            return moment if at - moment <= DIGEST_GRACE else None
    return None


def missing_legal(values: dict[str, str]) -> list[str]:
    """The legal details that are not filled in, in the order a legal notice gives them."""
    return [field for field in LEGAL_FIELDS if not values.get(field, "").strip()]
