"""The steps of a run that one worker does alone: taken under a lease, done, or given up."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from cm_suite.core import clock, leases, ledger
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from reputation import rules
from reputation.enums import RunState
from reputation.models import Run
from reputation.services import tell

S = RunState
STEP_LEASE: Final = 180.0  # seconds; longer than one question to a source, or one batch of texts, can take
FREE: Final = Q(lease_until=None) | Q(lease_until__lte=Now())


class LeaseLostError(RuntimeError):
    """Another worker has taken the run over: what this one was writing is undone."""


def take(run_id: int, from_: Collection[str], to: str, *, where: Q | None = None) -> Run | None:
    """The run leased for a step, None when somebody else does it or it is elsewhere by now.

    A step that was cut off too often ends the run.
    """
    rows = Run.objects.filter(FREE, where or Q(), pk=run_id)
    taken = leases.claim(rows, from_=from_, to=to, seconds=STEP_LEASE, limit=1)
    if not taken:
        return None
    run = taken[0]
    if run.tries >= rules.MOST_STEP_TRIES:
        fail(run, "unexpected")
        return None
    Run.objects.filter(mine(run), pk=run.pk).update(tries=F("tries") + 1)
    run.tries += 1
    return run


def mine(run: Run) -> Q:
    """The run's row as long as nobody else has taken it over."""
    return Q(lease_token=run.lease_token)


def hold(run: Run) -> None:
    """Make the lease whole again. Raises LeaseLostError when it is lost, or the run was cancelled."""
    if not leases.renew(run, STEP_LEASE):
        raise LeaseLostError(run.pk)


def advance(run: Run, to: RunState, **fields: Any) -> None:
    """End the step. Raises LeaseLostError, in the caller's transaction, when it was not ours any more."""
    if not move(run, run.state, to, where=mine(run), tries=0, **RELEASED, **fields):
        raise LeaseLostError(run.pk)


def rest(run: Run) -> None:
    """The turn is over: another one goes on where this one stopped."""
    Run.objects.filter(mine(run), pk=run.pk, state=run.state).update(tries=0, **RELEASED)


def stumble(run: Run) -> None:
    """After a fault of ours: the step may be begun again, by the next sweep."""
    Run.objects.filter(mine(run), pk=run.pk, state=run.state).update(**RELEASED)


def fail(run: Run, code: str) -> None:
    """End a leased run without a report, and say so."""
    with transaction.atomic():
        fields: dict[str, Any] = {"code": code, "ended_at": clock.now(), **RELEASED}
        if move(run, run.state, S.FAILED, where=mine(run), **fields):
            note(run, "audit.run_failed")
            tell.failed(run)


def note(run: Run, kind: str) -> None:
    """A line in the ledger about a run, by nobody in particular."""
    ledger.append(run.audit.brand_id, kind, actor_id=None, subject_kind="run", subject_id=run.pk)
