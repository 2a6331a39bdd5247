"""The audits of a brand: what is due, and how each stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from cm_suite.core import clock
from pages.models import Brand
from reputation.models import Audit, Run


@dataclass(frozen=True, slots=True)
class AuditDue:
    """An audit whose next run comes soon. `state` is that of its last run, None before the first."""

    audit: Audit
    next_run_at: datetime
    last_run: Run | None
    state: str | None


def due(brand: Brand, days: int) -> list[AuditDue]:
    """Audits that run within so many days from now, or should have run already, the soonest first."""
    until = clock.now() + timedelta(days=days)
    latest = Run.objects.filter(audit=OuterRef("pk")).order_by("-number").values("pk")[:1]
    found = list(
        Audit.objects.filter(brand=brand, archived_at=None, next_run_at__lte=until)
        .annotate(last_id=Subquery(latest))
        .order_by("next_run_at", "pk")
    )
    runs = Run.objects.in_bulk([audit.last_id for audit in found if audit.last_id])
    return [_due(audit, runs.get(audit.last_id)) for audit in found]


def _due(audit: Audit, last: Run | None) -> AuditDue:
    if audit.next_run_at is None:
        raise ValueError("an audit that runs by hand is never due")
    return AuditDue(audit, audit.next_run_at, last, last.state if last else None)
