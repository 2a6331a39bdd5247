"""How far a run is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from reputation.enums import FetchState, RunState
from reputation.models import Fetch, Run, RunSource


@dataclass(frozen=True, slots=True)
class SourceProgress:
    """Pages of one source: `done` read or given up, of which `failed`; `status` is its SourceStatus."""

    source_id: int
    name: str
    status: str
    done: int
    total: int
    failed: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `total` grows while the sources are asked; `done` counts what failed too."""

    state: str
    done: int
    total: int
    failed: int
    by_source: tuple[SourceProgress, ...]

    @property
    def percent(self) -> int:
        """From 0 to 100, whole."""
        return self.done * 100 // self.total if self.total else 0

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in {RunState.DONE, RunState.FAILED, RunState.CANCELLED}


def progress_of(run: Run) -> Progress:
    """How far the run is in the database right now: three queries."""
    state = Run.objects.values_list("state", flat=True).get(pk=run.pk)
    tally: dict[int, Counter[str]] = {}
    counted = Fetch.objects.filter(run=run).values_list("source_id", "state").annotate(Count("pk"))
    for source_id, stands, count in counted.order_by():
        tally.setdefault(source_id, Counter())[stands] = count
    answers = run.sources.select_related("source").order_by("source__place", "source_id")
    rows = tuple(_source(each, tally.get(each.source_id, Counter())) for each in answers)
    return Progress(
        state=state,
        done=sum(row.done for row in rows),
        total=sum(row.total for row in rows),
        failed=sum(row.failed for row in rows),
        by_source=rows,
    )


def _source(answer: RunSource, pages: Counter[str]) -> SourceProgress:
    failed = pages[FetchState.FAILED]
    return SourceProgress(
        source_id=answer.source_id,
        name=answer.source.name,
        status=answer.status,
        done=pages[FetchState.STORED] + failed,
        total=pages.total(),
        failed=failed,
    )
