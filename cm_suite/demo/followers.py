"""Who follows the newsrooms by e-mail, who left, and why: invented addresses at `.example`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from unicodedata import normalize

from cm_suite.core import clock, ledger
from cm_suite.demo.script import names
from pages.enums import DepartureCause
from pages.models import Brand, Departure, Page
from pages.newsroom.models import Arrival, Subscriber, SubscriberState
from pages.newsroom.rules import DIGEST_HOUR, departure_day
from pages.newsroom.services.subscribe import address_hash

BEFORE: Final = 18  # followed before the three weeks
GAINED: Final = (  # day after day; one row a brand
    (5, 2, 1, 0, 1, 2, 1, 3, 1, 0, 0, 2, 1, 1, 0, 4, 3, 1, 0, 2, 1),
    (2, 1, 1, 3, 0, 0, 2, 1, 1, 2, 4, 1, 0, 1, 2, 0, 1, 3, 2, 1, 3),
)
LEFT: Final = (
    (17, DepartureCause.ONE_OFFER),
    (14, DepartureCause.TOO_COMMERCIAL),
    (11, DepartureCause.TOO_OFTEN),
    (10, ""),
    (6, DepartureCause.TOO_OFTEN),
    (4, DepartureCause.TOO_COMMERCIAL),
    (3, DepartureCause.REPETITIVE),
    (1, DepartureCause.TOO_OFTEN),
)
PENDING: Final = 2
WEEKS: Final = 3
_NAMES: Final = names()


@dataclass(frozen=True, slots=True)
class Came:
    """A subscriber to be: the place in the list of names, and the instant of the confirmation."""

    number: int
    at: datetime


def follow(page: Page, turn: int) -> int:
    """Give a newsroom its followers, day by day; how many follow it now. `turn`: which brand of the demo."""
    now = clock.now()
    rows = [_active(page, came, now) for came in _arrivals(now, turn)]
    gone = rows[3 : 3 + len(LEFT)]
    departures = [
        _leave(row, now - timedelta(days=days, hours=turn + 2), cause)
        for row, (days, cause) in zip(gone, LEFT, strict=True)
    ]
    rows += [_pending(page, len(rows) + number, now) for number in range(PENDING)]
    Subscriber.objects.bulk_create(rows)
    Arrival.objects.bulk_create(_came(rows))
    Departure.objects.bulk_create(departures)
    _record(page, [row for row in rows if row.confirmed_at], "subscriber.confirmed")
    _record(page, gone, "subscriber.left")
    return sum(row.state == SubscriberState.ACTIVE for row in rows)


def crowd(page: Page, count: int, days: int) -> None:
    """Many followers for measures, spread over so many days; a seventh of them left."""
    now = clock.now()
    step = timedelta(days=days) / count
    rows = [_active(page, Came(number, now - step * (count - number)), now) for number in range(count)]
    gone = rows[::7]
    causes = [cause for _, cause in LEFT]
    departures = [
        _leave(row, now - (now - row.asked_at) / 2, causes[n % len(causes)]) for n, row in enumerate(gone)
    ]
    Subscriber.objects.bulk_create(rows, batch_size=1000)
    Arrival.objects.bulk_create(_came(rows), batch_size=1000)
    Departure.objects.bulk_create(departures, batch_size=1000)


def address(number: int) -> str:
    """An invented address; each number has its own."""
    first = _NAMES["first"][number % len(_NAMES["first"])]
    last = _NAMES["last"][number % len(_NAMES["last"])]
    again = number // (len(_NAMES["first"]) * len(_NAMES["last"]))
    name = f"{first}.{last}{again or ''}".lower()
    return normalize("NFKD", name).encode("ascii", "ignore").decode() + "@courriel.example"


def _came(rows: Iterable[Subscriber]) -> list[Arrival]:
    return [Arrival(page=row.page, at=row.confirmed_at) for row in rows if row.confirmed_at]


def _arrivals(now: datetime, turn: int) -> Iterator[Came]:
    """When each follower came: a handful before, then day by day."""
    first = now - timedelta(days=7 * WEEKS)
    for number in range(BEFORE):
        yield Came(number, first - timedelta(days=2 * number + 1, hours=5))
    number = BEFORE
    for day in range(7 * WEEKS):
        for each in range(GAINED[turn % len(GAINED)][day]):
            yield Came(number, first + timedelta(days=day, hours=2 + 3 * each, minutes=7 * each))
            number += 1


def _active(page: Page, came: Came, now: datetime) -> Subscriber:
    email = address(came.number)
    return Subscriber(
        page=page,
        email=email,
        email_hash=address_hash(email),
        language=page.brand.language,
        state=SubscriberState.ACTIVE,
        asked_at=came.at - timedelta(minutes=9),
        confirmed_at=came.at,
        told_until=last_digest(page.brand, now),
    )


def _pending(page: Page, number: int, now: datetime) -> Subscriber:
    """Somebody who has not opened the confirmation yet."""
    row = _active(page, Came(number, now - timedelta(hours=6)), now)
    row.state, row.confirmed_at, row.told_until = SubscriberState.PENDING, None, None
    return row


def _leave(row: Subscriber, at: datetime, cause: str) -> Departure:
    """End a subscription at an instant as leaving does; the departure it makes."""
    row.state, row.email = SubscriberState.LEFT, ""
    row.left_at, row.told_until = at, None
    return Departure(page=row.page, at=departure_day(at, clock.zone(row.page.brand.zone)), cause=cause)


def last_digest(brand: Brand, now: datetime) -> datetime:
    """When the last digest was due: what came before it was told, what came after will be."""
    zone = clock.zone(brand.zone)
    today = now.astimezone(zone).date()
    moments = (
        clock.resolve_local(datetime.combine(today - timedelta(days=back), time(DIGEST_HOUR)), zone).instant
        for back in (0, 1)
    )
    return next(moment for moment in moments if moment <= now)


def _record(page: Page, rows: Sequence[Subscriber], kind: str) -> None:
    for row in rows:
        ledger.append(page.brand_id, kind, actor_id=None, subject_kind="subscriber", subject_id=row.pk)
