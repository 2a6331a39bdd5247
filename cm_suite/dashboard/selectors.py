"""What the dashboard asks of all apps: what goes out, what waits for a person, how the pages do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db.models import Count, Min, Q

from cm_suite.core import clock
from moderation.selectors.queue import Answered, ReviewLine, answered_share, now_reviews, open_count
from moderation.selectors.undone import UndoneLine, undone_line, undone_of
from pages.enums import PageState
from pages.messages import Words, network_name
from pages.models import Brand, Page, Pause
from pages.selectors.audience import PageAudience, audience, midnight
from pages.selectors.pauses import open_pauses
from publishing import rules
from publishing.enums import DeliveryState, HoldReason
from publishing.models import Delivery
from publishing.selectors.budgets import Budget, budgets_of, next_slots

S = DeliveryState
# A post held by a pause or a page to reconnect is not named by itself: its cause is.
ASKS: Final = Q(state__in=(S.NEEDS_PERSON, S.MISSED, S.REJECTED)) | Q(
    state=S.HELD, hold_reason__in=(HoldReason.POLICY, "")
)
SHOWN: Final = 12  # posts that need a person; the rest is counted and linked
REVIEWS_SHOWN: Final = 4  # comments to decide; the queue has the rest
UNDONE_SHOWN: Final = 4  # acts on comments that are not done; the queue has the rest
HEALTH_DAYS: Final = 28


class NowKind(StrEnum):
    """What a line of "Now" is about."""

    REVIEW = "review"
    UNDONE = "undone"
    DELIVERY = "delivery"
    RECONNECT = "reconnect"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class NowItem:
    """One thing that needs a person. `slot`: when the post could go; `waits`: how many posts it stops."""

    kind: NowKind
    at: datetime
    review: ReviewLine | None = None
    delivery: Delivery | None = None
    page: Page | None = None
    pause: Pause | None = None
    slot: datetime | None = None
    waits: int = 0
    undone: UndoneLine | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """What needs a person, by deadline, and how many more there are: posts, comments to decide, acts on
    comments that are not done.
    """

    items: Sequence[NowItem]
    more: int
    more_reviews: int = 0
    more_undone: int = 0

    @property
    def count(self) -> int:
        """All of them."""
        return len(self.items) + self.more + self.more_reviews + self.more_undone

    @property
    def more_in_queue(self) -> int:
        """What the queue's room has beside."""
        return self.more_reviews + self.more_undone

    @property
    def pauses(self) -> Sequence[Pause]:
        """The pauses in force."""
        return [item.pause for item in self.items if item.pause is not None]


@dataclass(frozen=True, slots=True)
class Lane:
    """What goes out on one page today and tomorrow."""

    page: Page
    network: Words
    today: Sequence[Delivery]
    tomorrow: Sequence[Delivery]


@dataclass(frozen=True, slots=True)
class Outlook:
    """Two days of the brand's zone, from the instant `first` up to `end`, a lane a page."""

    zone: str
    first: datetime
    end: datetime
    today: date
    lanes: Sequence[Lane]

    @property
    def tomorrow(self) -> date:
        """The second day."""
        return self.today + timedelta(days=1)

    @property
    def count(self) -> int:
        """How many posts the two days hold."""
        return sum(len(lane.today) + len(lane.tomorrow) for lane in self.lanes)


@dataclass(frozen=True, slots=True)
class Health:
    """One page: its fans over HEALTH_DAYS, its tightest budget, and how much of its comments was answered."""

    audience: PageAudience
    budget: Budget | None
    answered: Answered | None = None


def now_of(brand: Brand) -> Now:
    """What needs a person on the brand, by deadline; at most twelve queries."""
    rows = Delivery.objects.filter(ASKS, page__brand=brand).select_related("post", "page")
    asking = list(rows.order_by("due_at", "pk")[: SHOWN + 1])
    total = len(asking) if len(asking) <= SHOWN else rows.count()
    pauses = open_pauses(brand)
    slots = next_slots([each for each in asking[:SHOWN] if _could_go(each, pauses)])
    blocked = _waiting_by_page(brand)
    reviews, more_reviews = _reviews(brand)
    undone, more_undone = _undone(brand)
    items = [
        *reviews,
        *undone,
        *(
            NowItem(NowKind.DELIVERY, each.due_at, delivery=each, slot=slots.get(each.pk))
            for each in asking[:SHOWN]
        ),
        *_reconnects(brand, blocked),
        *_paused(pauses, blocked),
    ]
    ordered = sorted(items, key=lambda item: item.at)
    return Now(ordered, max(0, total - SHOWN), more_reviews, more_undone)


def outlook(brand: Brand) -> Outlook:
    """What goes out on each page from today's to tomorrow's last minute, in the brand's zone; two queries."""
    zone = clock.zone(brand.zone)
    today = clock.now().astimezone(zone).date()
    first, split, end = (midnight(today + timedelta(days=ahead), zone) for ahead in range(3))
    rows = Delivery.objects.filter(page__brand=brand, due_at__gte=first, due_at__lt=end)
    by_page: dict[int, list[Delivery]] = defaultdict(list)
    for row in rows.exclude(state__in=rules.ENDED).select_related("post").order_by("due_at", "pk"):
        by_page[row.page_id].append(row)
    pages = brand.pages.filter(~Q(state=PageState.DISCONNECTED) | Q(pk__in=by_page))
    lanes = [
        Lane(
            page,
            network_name(page.network),
            [each for each in by_page[page.pk] if each.due_at < split],
            [each for each in by_page[page.pk] if each.due_at >= split],
        )
        for page in pages
    ]
    return Outlook(brand.zone, first, end, today, lanes)


def health(brand: Brand) -> list[Health]:
    """Fans, budget and answers of every page; eight queries whatever their number."""
    lines = audience(brand, HEALTH_DAYS, elsewhere=True)
    budgets = budgets_of([line.page.pk for line in lines])
    answers = answered_share(brand, HEALTH_DAYS)
    return [Health(line, budgets.get(line.page.pk), answers.get(line.page.pk)) for line in lines]


@dataclass(frozen=True, slots=True)
class _Blocked:
    """How many posts of a page still wait, and when the next one is due."""

    count: int
    next_at: datetime


def _reconnects(brand: Brand, blocked: Mapping[int, _Blocked]) -> list[NowItem]:
    """Pages whose door is shut, due when their next post is."""
    pages = brand.pages.filter(state=PageState.NEEDS_RECONNECT)
    nothing = _Blocked(0, clock.now())
    return [
        NowItem(NowKind.RECONNECT, found.next_at, page=page, waits=found.count)
        for page in pages
        for found in [blocked.get(page.pk, nothing)]
    ]


def _reviews(brand: Brand) -> tuple[list[NowItem], int]:
    """The comments with the nearest target, and how many more there are.

    One that nothing has to be removed of has no deadline: it comes after those that are late.
    """
    lines = now_reviews(brand, REVIEWS_SHOWN)
    more = max(0, open_count(brand) - REVIEWS_SHOWN) if len(lines) == REVIEWS_SHOWN else 0
    now = clock.now()
    return [NowItem(NowKind.REVIEW, line.due_at or now, review=line) for line in lines], more


def _undone(brand: Brand) -> tuple[list[NowItem], int]:
    """Acts on comments that were refused or must be checked, due as their comment is, and how many more."""
    rows = undone_of(brand)
    first = list(rows[: UNDONE_SHOWN + 1])
    more = rows.count() - UNDONE_SHOWN if len(first) > UNDONE_SHOWN else 0
    now = clock.now()
    lines = [undone_line(brand, each, now) for each in first[:UNDONE_SHOWN]]
    return [NowItem(NowKind.UNDONE, line.due_at or line.since, undone=line) for line in lines], more


def _could_go(delivery: Delivery, pauses: Sequence[Pause]) -> bool:
    """Whether a slot is all the post lacks: its page is open, and nobody paused it."""
    page = delivery.page
    paused = any(pause.page_id in (None, page.pk) for pause in pauses)
    return delivery.state in (S.HELD, S.MISSED) and page.state == PageState.CONNECTED and not paused


def _paused(pauses: Sequence[Pause], blocked: Mapping[int, _Blocked]) -> list[NowItem]:
    """Pauses in force, with how many posts they stop."""
    return [
        NowItem(
            NowKind.PAUSE,
            pause.started_at,
            pause=pause,
            page=pause.page,
            waits=sum(each.count for page, each in blocked.items() if pause.page_id in (None, page)),
        )
        for pause in pauses
    ]


def _waiting_by_page(brand: Brand) -> dict[int, _Blocked]:
    rows = Delivery.objects.filter(page__brand=brand, state__in=(S.PLANNED, S.HELD)).order_by()
    found = rows.values_list("page_id").annotate(n=Count("pk"), next_at=Min("due_at"))
    return {page: _Blocked(n, next_at) for page, n, next_at in found}
