"""Rules of the newsroom: posts that are old, digests that are due, legal details, what a comment may be."""

from __future__ import annotations

import unicodedata
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
REFUSALS_MOST: Final = 3  # digests in a row to an address that takes none any more
CONFIRM_WITHIN: Final = timedelta(days=3)
ASK_AGAIN_AFTER: Final = timedelta(minutes=10)
WHY_WITHIN: Final = timedelta(days=1)

COMMENT_MOST: Final = 5000  # characters
NAME_MOST: Final = 60
THREADS_A_PAGE: Final = 50
ANSWERS_A_THREAD: Final = 10  # the others are on the thread's own pages
ANSWERS_A_PAGE: Final = 100
TOO_QUICK: Final = timedelta(seconds=2)  # nobody reads a form, fills it in and sends it in less
FORM_WITHIN: Final = timedelta(days=3)
ADDRESSES_KEPT: Final = timedelta(days=365)  # of those who comment or report
WORDS_KEPT: Final = timedelta(days=30)  # of a comment that its author withdrew

BATCH: Final = 100
SETTLES: Final = timedelta(seconds=10)  # what is written in this instant is committed by then, on any host

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


def departure_day(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant (UTC) kept of a departure: noon of its day in the brand's zone.

    Its hour would join the reason given to the subscription that ended at that hour.
    """
    return clock.resolve_local(datetime.combine(at.astimezone(zone).date(), time(12)), zone).instant


def missing_legal(values: dict[str, str]) -> list[str]:
    """The legal details that are not filled in, in the order a legal notice gives them."""
    return [field for field in LEGAL_FIELDS if not values.get(field, "").strip()]


def passes_for(name: str, brand: str) -> bool:
    """Whether readers would take a visitor's name for the brand's own: case, accents and signs aside."""
    return bool(_skeleton(name)) and _skeleton(name) == _skeleton(brand)


def _skeleton(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in apart if sign.isalnum())
