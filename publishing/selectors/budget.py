"""The budget of a page: its rules, which posts use them, what is left."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Max
from django.db.models.functions import Coalesce

from cm_suite.core.text import clip
from pages.models import Page
from publishing import rules
from publishing.models import Cap, Delivery, Gap
from publishing.policy import caps as policy
from publishing.policy.judge import judge, next_free, used
from publishing.policy.verdict import Reason, ReasonCode, Verdict

EXCERPT: Final = 80
MARGIN: Final = timedelta(days=1)  # a post may have left this much after it was due, and counts there


@dataclass(frozen=True, slots=True)
class UsedBy:
    """One post that uses a budget, `at` the instant for which it counts."""

    delivery_id: int
    post_id: int
    excerpt: str
    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """One rule in the way of a slot, and the posts that used it up, by time."""

    code: ReasonCode
    rule: policy.Rule
    used_by: tuple[UsedBy, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """One cap of a page now: posts in the window that ends now, of how many."""

    cap: policy.Cap
    used: int

    @property
    def left(self) -> int:
        """How many more posts fit now; never negative."""
        return max(0, self.cap.at_most - self.used)

    @property
    def hours(self) -> int:
        """Length of the window in whole hours."""
        return int(self.cap.window.total_seconds() // 3600)


@dataclass(frozen=True, slots=True)
class Budget:
    """Every rule of a page now, and the first minute from now on that keeps them all."""

    uses: tuple[Use, ...]
    gap: policy.Gap | None
    next_free: datetime | None


def rules_of(page: Page) -> tuple[policy.Rule, ...]:
    """The page's caps, shortest window first, then its gap. Two queries."""
    found: list[policy.Rule] = [
        policy.Cap(at_most, timedelta(hours=hours))
        for at_most, hours in Cap.objects.filter(page=page).values_list("at_most", "hours")
    ]
    minutes = Gap.objects.filter(page=page).values_list("minutes", flat=True).first()
    return (*found, policy.Gap(timedelta(minutes=minutes))) if minutes else tuple(found)


def counted(
    page: Page, states: Collection[str], since: datetime, *, without: int | None = None
) -> list[policy.Taken]:
    """What counts on the page from `since` on, among `states`, one delivery left out. One query."""
    rows = Delivery.objects.filter(page=page, state__in=states, due_at__gte=since - MARGIN)
    if without is not None:
        rows = rows.exclude(pk=without)
    left = rows.annotate(left_at=Coalesce(F("published_at"), Max("attempts__started_at"))).order_by()
    fields = left.values_list("pk", "due_at", "left_at", "state", "hold_reason")
    return [
        policy.Taken(rules.counted_at(due_at, left_at if state in rules.SEEN else None), pk)
        for pk, due_at, left_at, state, hold in fields
        if rules.counts(state, hold)
    ]


def longest_window(found: Iterable[policy.Rule]) -> timedelta:
    """How far around an instant posts matter."""
    lengths = [rule.window if isinstance(rule, policy.Cap) else rule.least for rule in found]
    return max(lengths, default=timedelta(0))


def verdict_for_plan(page: Page, at: datetime, *, without: int | None = None) -> Verdict:
    """Whether a post may be planned at `at`, judged against everything planned or out. Three queries."""
    found = rules_of(page)
    if not found:
        return Verdict(True, (), at)
    taken = counted(page, rules.COUNTED, at - longest_window(found), without=without)
    return judge(at, taken, found)


def verdict_for_send(page: Page, at: datetime, limits: Sequence[policy.Rule], *, without: int) -> Verdict:
    """Whether a post may leave at `at`, judged against what is out or perhaps out. One query at most."""
    if not limits:
        return Verdict(True, (), at)
    return judge(at, counted(page, rules.SEEN, at - longest_window(limits), without=without), limits)


def next_slot(page: Page, after: datetime, *, without: int | None = None) -> datetime | None:
    """The first free minute from `after` on; None if there is none within the horizon. Three queries."""
    found = rules_of(page)
    taken = counted(page, rules.COUNTED, after - longest_window(found), without=without)
    return next_free(after, taken, found)


def explain(reasons: Iterable[Reason]) -> tuple[Blocked, ...]:
    """The reasons of a verdict with the posts behind them. One query, whatever their number."""
    listed = list(reasons)
    ids = {delivery_id for reason in listed for delivery_id in reason.used_by}
    found = Delivery.objects.filter(pk__in=ids).select_related("post")
    left = found.annotate(left_at=Coalesce(F("published_at"), Max("attempts__started_at")))
    by_id = {row.pk: _used_by(row, row.left_at) for row in left} if ids else {}
    return tuple(
        Blocked(each.code, each.rule, tuple(by_id[pk] for pk in each.used_by if pk in by_id))
        for each in listed
    )


def budget(page: Page, now: datetime) -> Budget:
    """What the page's rules allow now. Three queries."""
    found = rules_of(page)
    taken = counted(page, rules.COUNTED, now - longest_window(found))
    caps = [rule for rule in found if isinstance(rule, policy.Cap)]
    gaps = [rule for rule in found if isinstance(rule, policy.Gap)]
    return Budget(
        uses=tuple(Use(cap, len(used(now, taken, cap))) for cap in caps),
        gap=gaps[0] if gaps else None,
        next_free=next_free(now, taken, found),
    )


def _used_by(row: Delivery, left_at: datetime | None) -> UsedBy:
    return UsedBy(
        delivery_id=row.pk,
        post_id=row.post_id,
        excerpt=clip(" ".join(row.post.text.split()), EXCERPT),
        at=rules.counted_at(row.due_at, left_at if row.state in rules.SEEN else None),
        state=row.state,
    )
