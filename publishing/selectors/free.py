"""What counts on many pages at once, and the next free slot of many deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Max
from django.db.models.functions import Coalesce

from publishing import rules
from publishing.models import Cap, Delivery, Gap
from publishing.policy import caps as policy
from publishing.policy.judge import next_free
from publishing.selectors.budget import MARGIN, longest_window

AHEAD: Final = timedelta(minutes=10)  # a slot that is offered must still be free when somebody takes it


@dataclass(frozen=True, slots=True)
class PageUse:
    """One delivery that uses its page's budget: the instant it counts for, and whether it is out."""

    delivery_id: int
    at: datetime
    out: bool


def free_slots(asking: Mapping[int, int], after: datetime) -> dict[int, datetime | None]:
    """For each delivery the first minute from `after` on that its page's rules leave free.

    `asking` gives each delivery's page, by ids. None: there is none within the horizon. Three queries
    whatever their number, none for no delivery.
    """
    page_ids = set(asking.values())
    if not page_ids:
        return {}
    found = _rules(page_ids)
    reach = max((longest_window(each) for each in found.values()), default=timedelta())
    uses = uses_of(page_ids, after - reach)
    return {
        pk: next_free(
            after,
            [policy.Taken(use.at, use.delivery_id) for use in uses[page_id] if use.delivery_id != pk],
            tuple(found[page_id]),
        )
        for pk, page_id in asking.items()
    }


def uses_of(page_ids: Collection[int], since: datetime) -> Mapping[int, list[PageUse]]:
    """What counts on each page from `since` on, as `selectors.budget` counts it. One query."""
    rows = Delivery.objects.filter(page__in=page_ids, state__in=rules.COUNTED, due_at__gte=since - MARGIN)
    left = rows.annotate(left_at=Coalesce(F("published_at"), Max("attempts__started_at"))).order_by()
    fields = left.values_list("page_id", "pk", "due_at", "left_at", "state", "hold_reason")
    found: dict[int, list[PageUse]] = defaultdict(list)
    for page_id, pk, due_at, left_at, state, hold in fields:
        if rules.counts(state, hold):
            out = state in rules.SEEN
            found[page_id].append(PageUse(pk, rules.counted_at(due_at, left_at if out else None), out))
    return found


def _rules(page_ids: Collection[int]) -> Mapping[int, list[policy.Rule]]:
    """The caps and the gap of each page."""
    found: dict[int, list[policy.Rule]] = defaultdict(list)
    for page_id, at_most, hours in Cap.objects.filter(page__in=page_ids).values_list(
        "page_id", "at_most", "hours"
    ):
        found[page_id].append(policy.Cap(at_most, timedelta(hours=hours)))
    for page_id, minutes in Gap.objects.filter(page__in=page_ids).values_list("page_id", "minutes"):
        found[page_id].append(policy.Gap(timedelta(minutes=minutes)))
    return found
