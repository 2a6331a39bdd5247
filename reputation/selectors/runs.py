"""The runs of an audit, and the one that is on its way."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from pages.models import Brand
from reputation.enums import FetchState, RunState
from reputation.models import Audit, Fetch, Mention, Run
from reputation.rules import RUNNING


def runs_of(audit: Audit) -> QuerySet[Run]:
    """Its runs, the latest first, each with `asked` and `unread` (pages) and `originals` (mentions)."""
    fetches = Fetch.objects.filter(run=OuterRef("pk"))
    mentions = Mention.objects.filter(run=OuterRef("pk"), same_as=None)
    return (
        Run.objects.filter(audit=audit)
        .select_related("asked_by")
        .annotate(
            asked=_count(fetches),
            unread=_count(fetches.filter(state=FetchState.FAILED)),
            originals=_count(mentions),
        )
        .order_by("-number")
    )


def _count(rows: QuerySet[Any]) -> Coalesce:
    """How many of a run's rows, without joining one kind to the other."""
    counted = rows.order_by().values("run").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def running(audit: Audit) -> Run | None:
    """The run that is on its way, if any: one at a time."""
    return Run.objects.filter(audit=audit, state__in=RUNNING).first()


def last_done(audit: Audit) -> Run | None:
    """Its latest finished run."""
    return Run.objects.filter(audit=audit, state=RunState.DONE).order_by("-number").first()


def runs_in(brand: Brand) -> QuerySet[Run]:
    """Every run of the brand, each with its audit."""
    return Run.objects.filter(audit__brand=brand).select_related("audit__brand")
