"""How much of each page's caps is used now, for many pages at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from cm_suite.core import clock
from publishing import rules
from publishing.messages import length_words
from publishing.models import Cap, Delivery, Gap
from publishing.policy import caps as policy
from publishing.policy.judge import next_free

AHEAD: Final = timedelta(minutes=10)  # a slot that is offered must still be free when somebody takes it


@dataclass(frozen=True, slots=True)
class Budget:
    """One cap and how much of its window, as it ends now, is used; `planned`: due in the window ahead."""

    hours: int
    limit: int
    used: int
    planned: int

    @property
    def window(self) -> str:
        """The window in words, as the page's rules tell it."""
        return length_words(timedelta(hours=self.hours))

    @property
    def left(self) -> float:
        """The share that is left; negative when an override went over the cap."""
        return (self.limit - self.used) / self.limit


@dataclass(frozen=True, slots=True)
class _Use:
    """One delivery that counts: when, and whether it is out."""

    delivery_id: int
    at: datetime
    out: bool


def budgets_of(page_ids: Collection[int]) -> dict[int, Budget]:
    """For each page with caps, the cap with the smallest share left; two queries whatever their number."""
    caps = list(Cap.objects.filter(page__in=page_ids).order_by("page_id", "hours"))
    if not caps:
        return {}
    now = clock.now()
    reach = timedelta(hours=max(cap.hours for cap in caps))
    uses = _uses(page_ids, now - reach, now + reach)
    tightest: dict[int, Budget] = {}
    for cap in caps:
        budget = _budget(cap, uses[cap.page_id], now)
        known = tightest.get(cap.page_id)
        if known is None or budget.left < known.left:
            tightest[cap.page_id] = budget
    return tightest


def next_slots(deliveries: Sequence[Delivery]) -> dict[int, datetime | None]:
    """The next free minute, AHEAD of now, for each of these posts on its page; three queries for all."""
    if not deliveries:
        return {}
    page_ids = {each.page_id for each in deliveries}
    found = _rules(page_ids)
    reach = max((_length(rule) for listed in found.values() for rule in listed), default=timedelta())
    now = clock.now()
    uses = _uses(page_ids, now - reach, None)
    return {
        each.pk: next_free(
            now + AHEAD,
            [
                policy.Taken(use.at, use.delivery_id)
                for use in uses[each.page_id]
                if use.delivery_id != each.pk
            ],
            tuple(found[each.page_id]),
        )
        for each in deliveries
    }


def _rules(page_ids: Collection[int]) -> Mapping[int, list[policy.Rule]]:
    """The caps and the gap of each page."""
    found: dict[int, list[policy.Rule]] = defaultdict(list)
    for cap in Cap.objects.filter(page__in=page_ids):
        found[cap.page_id].append(policy.Cap(cap.at_most, timedelta(hours=cap.hours)))
    for gap in Gap.objects.filter(page__in=page_ids):
        found[gap.page_id].append(policy.Gap(timedelta(minutes=gap.minutes)))
    return found


def _length(rule: policy.Rule) -> timedelta:
    return rule.window if isinstance(rule, policy.Cap) else rule.least


def _uses(page_ids: Collection[int], since: datetime, until: datetime | None) -> Mapping[int, list[_Use]]:
    """What counts on each page, due or out in that time; without an end, everything to come."""
    ahead = Q(due_at__gte=since) if until is None else Q(due_at__gte=since, due_at__lt=until)
    rows = Delivery.objects.filter(
        ahead | Q(published_at__gte=since), page__in=page_ids, state__in=rules.COUNTED
    )
    found: dict[int, list[_Use]] = defaultdict(list)
    fields = rows.values_list("page_id", "pk", "state", "hold_reason", "due_at", "published_at")
    for page_id, pk, state, hold, due_at, published_at in fields:
        if rules.counts(state, hold):
            out = state in rules.GONE
            found[page_id].append(_Use(pk, rules.counted_at(due_at, published_at if out else None), out))
    return found


def _budget(cap: Cap, uses: Iterable[_Use], now: datetime) -> Budget:
    window = timedelta(hours=cap.hours)
    known = list(uses)
    return Budget(
        hours=cap.hours,
        limit=cap.at_most,
        used=sum(use.out and use.at > now - window for use in known),
        planned=sum(not use.out and use.at < now + window for use in known),
    )
