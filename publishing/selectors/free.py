"""The next free slot of many deliveries at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import F, Max
from django.db.models.functions import Coalesce

from publishing import rules
from publishing.models import Cap, Delivery, Gap
from publishing.policy import caps as policy
from publishing.policy.judge import next_free
from publishing.selectors.budget import MARGIN, longest_window
from publishing.selectors.rows import DeliveryRow


def free_slots(rows: Sequence[DeliveryRow], after: datetime) -> dict[int, datetime | None]:
    """For each delivery the first minute from `after` on that its page's rules leave free.

    None: there is none within the horizon. Three queries whatever their number, none for no row.
    """
    page_ids = {each.page_id for each in rows}
    if not page_ids:
        return {}
    found = _rules(page_ids)
    reach = max((longest_window(each) for each in found.values()), default=timedelta())
    taken = _taken(page_ids, after - reach)
    return {
        row.delivery_id: next_free(
            after,
            [each for each in taken[row.page_id] if each.id != row.delivery_id],
            tuple(found[row.page_id]),
        )
        for row in rows
    }


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


def _taken(page_ids: Collection[int], since: datetime) -> Mapping[int, list[policy.Taken]]:
    """What counts on each page from `since` on, as `selectors.budget` counts it."""
    rows = Delivery.objects.filter(page__in=page_ids, state__in=rules.COUNTED, due_at__gte=since - MARGIN)
    left = rows.annotate(left_at=Coalesce(F("published_at"), Max("attempts__started_at"))).order_by()
    fields = left.values_list("page_id", "pk", "due_at", "left_at", "state", "hold_reason")
    found: dict[int, list[policy.Taken]] = defaultdict(list)
    for page_id, pk, due_at, left_at, state, hold in fields:
        if rules.counts(state, hold):
            at = rules.counted_at(due_at, left_at if state in rules.GONE else None)
            found[page_id].append(policy.Taken(at, pk))
    return found
