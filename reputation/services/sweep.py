"""What a killed worker or a flushed Redis left behind, rung for again."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from cm_suite.core import clock
from cm_suite.core.queue import enqueue
from reputation import rules
from reputation.enums import FetchState, RunState
from reputation.models import Fetch, Run
from reputation.services.request import WORK
from reputation.services.steps import FREE

S = RunState


def ring() -> int:
    """Ring for every run that waits for a worker; how many."""
    waiting = list(_alone() | _collecting())
    for run in waiting:
        enqueue(WORK, run.pk)
    return len(waiting)


def _alone() -> QuerySet[Run]:
    """Nobody has begun it, or whoever did one of its steps is gone."""
    return Run.objects.filter(FREE, state__in=(S.PLANNED, S.LISTING, S.SCORING))


def _collecting() -> QuerySet[Run]:
    """Nobody reads, and a page can be read now or all of them are."""
    pages = Fetch.objects.filter(run=OuterRef("pk"))
    reading = pages.filter(state=FetchState.FETCHING, lease_until__gt=Now())
    due = Q(next_try_at=None) | Q(next_try_at__lte=clock.now())
    ready = pages.filter(due, state=FetchState.PLANNED)
    left = pages.filter(state__in=rules.OPEN)
    return Run.objects.filter(~Exists(reading), Exists(ready) | ~Exists(left), state=S.COLLECTING)
