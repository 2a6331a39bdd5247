"""One request in flight for each account: what is leaving for a page, and one delivery of each at a time."""

from __future__ import annotations

from typing import Final

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from publishing.enums import DeliveryState
from publishing.models import Delivery

S = DeliveryState
LEAVING: Final = (S.CLAIMED, S.SENDING, S.UNKNOWN)
"""On its way to the network, or being looked for there, as long as somebody holds its lease."""


def leaving() -> QuerySet[Delivery]:
    """What a worker holds at this moment, for any page."""
    return Delivery.objects.filter(state__in=LEAVING, lease_until__gt=Now())


def being_sent(page: str) -> Exists:
    """Whether a post is just leaving for the page that `page` leads to, as a condition on a query."""
    return Exists(leaving().filter(page=OuterRef(page)))


def one_of_each_page(rows: QuerySet[Delivery], limit: int, *order: str) -> QuerySet[Delivery]:
    """Of these rows the first of each page, by `order`, up to `limit`; of pages that nothing leaves for.

    Two plain queries (this one, and the one that is given back) cost less than one that looks for the first
    of a page at each row. What another worker claims between them is not in what is given back any more.
    """
    idle = rows.exclude(page__in=leaving().values("page")).order_by(*order)
    first: dict[int, int] = {}
    for pk, page_id in idle.values_list("pk", "page_id").iterator():
        first.setdefault(page_id, pk)
        if len(first) == limit:
            break
    return idle.filter(pk__in=first.values())
