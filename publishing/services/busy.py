"""One request in flight for each account: what is leaving for a page, and one delivery of each at a time."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Now

from publishing.enums import DeliveryState
from publishing.models import Delivery

S = DeliveryState


def being_sent(page: str) -> Exists:
    """Whether a post is just leaving for the page that `page` leads to, as a condition on a query.

    A post that is being looked for there counts as one that leaves.
    """
    leaving = (S.CLAIMED, S.SENDING, S.UNKNOWN)
    rows = Delivery.objects.filter(page=OuterRef(page), state__in=leaving, lease_until__gt=Now())
    return Exists(rows)


def one_of_each_page(rows: QuerySet[Delivery], *order: str) -> QuerySet[Delivery]:
    """Of these rows the first of each page, by `order`; of pages that nothing leaves for. Ordered the same.

    `rows` may filter, and filters by state.
    """
    idle = rows.filter(~being_sent("page"))
    first = rows.filter(page=OuterRef("page")).order_by(*order).values("pk")[:1]
    return idle.filter(pk=Subquery(first)).order_by(*order)
