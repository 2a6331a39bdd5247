"""Leases: who works on a row, until when, by the database's clock (the only one all hosts share).

The database's clock does not freeze with a test's: a test that wants an expired lease writes one.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final

from django.db import connections, models, transaction
from django.db.models import ExpressionWrapper, QuerySet, Value
from django.db.models.functions import Now

from cm_suite.core.states import legal

RELEASED: Final[dict[str, None]] = {"lease_token": None, "lease_until": None}


class Leased(models.Model):
    """A row that one worker at a time may hold; the model also has a `state` field and its `MOVES`."""

    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True


def claim[Row: Leased](
    queryset: QuerySet[Row], *, from_: str | Collection[str], to: str, seconds: float, limit: int
) -> list[Row]:
    """Take up to `limit` rows of `queryset` that are in `from_`: move them to `to` under a new lease.

    The rows come back fresh, in the queryset's order; each row goes to exactly one caller, however
    many ask at once. `seconds` is the length of the lease. The queryset may filter and order, not
    slice, group or make distinct; its `select_related` is dropped. Raises IllegalMove for a step that
    `MOVES` does not name.
    """
    model = queryset.model
    starts = legal(model, from_, to)
    token = uuid.uuid4()
    with transaction.atomic(using=queryset.db):
        pks = _lock(queryset.filter(state__in=starts), limit)
        rows = model._base_manager.using(queryset.db).filter(pk__in=pks)
        taken = rows.filter(state__in=starts).update(
            state=to, lease_token=token, lease_until=_from_now(seconds)
        )
        if not taken:
            return []
        mine = {row.pk: row for row in rows.filter(lease_token=token)}
    return [mine[pk] for pk in pks if pk in mine]


def _lock[Row: Leased](queryset: QuerySet[Row], limit: int) -> list[Any]:
    """Primary keys of the first free rows, locked until the transaction ends where the engine can."""
    features = connections[queryset.db].features
    bare = queryset.select_related(None).only("pk")
    if features.has_select_for_update_skip_locked:
        bare = bare.select_for_update(skip_locked=True, of=("self",))
    return [row.pk for row in bare[:limit]]


def renew(row: Leased, seconds: float) -> bool:
    """Prolong a lease that is still ours to `seconds` from now. False when it was lost or has expired."""
    if not _mine(row).update(lease_until=_from_now(seconds)):
        return False
    row.refresh_from_db(fields=["lease_until"])
    return True


def held(row: Leased) -> bool:
    """Whether the lease that `row` carries in memory is still in force in the database."""
    return row.lease_token is not None and _mine(row).exists()


def expired[Row: Leased](queryset: QuerySet[Row]) -> QuerySet[Row]:
    """The rows whose lease has run out (a row without a lease is not among them)."""
    return queryset.filter(lease_until__lte=Now())


def _mine(row: Leased) -> QuerySet[Any]:
    """The row, as long as its lease is ours and has not run out."""
    rows = type(row)._base_manager.using(row._state.db)
    return rows.filter(
        pk=row.pk, lease_token__isnull=False, lease_token=row.lease_token, lease_until__gt=Now()
    )


def _from_now(seconds: float) -> ExpressionWrapper[Any]:
    """The database's present instant plus `seconds`."""
    return ExpressionWrapper(Now() + Value(timedelta(seconds=seconds)), output_field=models.DateTimeField())
