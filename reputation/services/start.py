"""Runs that begin by themselves: one per instant of the schedule, once after an outage however long."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef

from cm_suite.core import clock
from reputation import rules
from reputation.enums import Cause
from reputation.models import Audit, Run
from reputation.services import request


def due() -> list[int]:
    """The audits whose time has come. One that is running already comes when that run has ended."""
    running = Run.objects.filter(audit=OuterRef("pk"), state__in=rules.RUNNING)
    rows = Audit.objects.filter(~Exists(running), archived_at=None, next_run_at__lte=clock.now())
    return list(rows.order_by("next_run_at", "pk").values_list("pk", flat=True))


def planned() -> list[Audit]:
    """The audits that run later, with their brands."""
    rows = Audit.objects.filter(archived_at=None, next_run_at__gt=clock.now()).exclude(cron="")
    return list(rows.select_related("brand"))


def follow(audit: Audit) -> bool:
    """Bring an audit's next run to the clocks that its brand goes by now; whether it moved."""
    at = rules.next_slot(audit.cron, clock.zone(audit.brand.zone), clock.now())
    if at == audit.next_run_at:
        return False
    same = Audit.objects.filter(pk=audit.pk, version=audit.version, next_run_at=audit.next_run_at)
    return bool(same.update(next_run_at=at))


@transaction.atomic
def begin(audit_id: int) -> bool:
    """Begin one audit for the last instant of its schedule that has passed, and set the next."""
    rows = Audit.objects.select_for_update(of=("self",)).select_related("brand")
    audit = rows.filter(pk=audit_id).first()
    now = clock.now()
    if audit is None or audit.archived_at or audit.next_run_at is None or audit.next_run_at > now:
        return False
    if audit.runs.filter(state__in=rules.RUNNING).exists():
        return False
    zone = clock.zone(audit.brand.zone)
    slot = max(audit.next_run_at, rules.last_slot(audit.cron, zone, now))
    audit.next_run_at = rules.next_slot(audit.cron, zone, now)
    audit.save(update_fields=["next_run_at"])
    if audit.runs.filter(slot=slot).exists():
        return False
    request.start(audit, Cause.SCHEDULE, slot=slot)
    return True
