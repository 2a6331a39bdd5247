"""The runs of an audit, and the one that is on its way."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from pages.models import Brand
from reputation.enums import FetchState, RunState
from reputation.models import Audit, Fetch, Mention, Run, RunSource
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


def is_latest(run: Run) -> bool:
    """Whether no other run of its audit came after it."""
    return not Run.objects.filter(audit=run.audit_id, number__gt=run.number).exists()


def asked_otherwise(run: Run, before_id: int) -> bool:
    """Whether a run looked for other names, by other queries or in other sources than the one before.

    Or weighed what it found by other rules. Four queries.
    """
    both = [run.pk, before_id]
    names = set(Run.objects.filter(pk__in=both).values_list("subject", flat=True))
    rules = Mention.objects.filter(run__in=both).order_by().values_list("model_version", flat=True)
    queries = Run.queries.through.objects.filter(run__in=both).values_list("run_id", "query_id")
    sources = RunSource.objects.filter(run__in=both).values_list("run_id", "source_id")
    return (
        len(names) > 1
        or len(rules.distinct()) > 1
        or _differ(run.pk, list(queries))
        or _differ(run.pk, list(sources))
    )


def _differ(run_id: int, rows: list[tuple[int, int]]) -> bool:
    """Whether what was asked in one run is not what was asked in the other."""
    one = {asked for run, asked in rows if run == run_id}
    return one != {asked for run, asked in rows if run != run_id}


def runs_in(brand: Brand) -> QuerySet[Run]:
    """Every run of the brand, each with its audit."""
    return Run.objects.filter(audit__brand=brand).select_related("audit__brand")
