"""Asking: an audit made, changed, put away; a run asked for or cancelled. Who may is asked at the door."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from cm_suite.core import clock, ledger
from cm_suite.core.leases import RELEASED
from cm_suite.core.queue import enqueue
from cm_suite.core.states import move
from pages.models import Brand, Person
from reputation import rules
from reputation.enums import Cause, Refusal, RunState
from reputation.models import Audit, Run
from reputation.services import keep
from reputation.services.check import check, tidy
from reputation.services.drafts import (
    AlreadyRunning,
    Asking,
    AuditDraft,
    Changing,
    Conflict,
    Refused,
    Saved,
    Saving,
)

WORK: Final = "reputation.jobs.work"
TAKEN: Final = frozenset({"new"})  # the page for a new audit is there


def create_audit(brand: Brand, by: Person, draft: AuditDraft) -> Saving:
    """Keep a new audit, with an address made from its name and the instant of its first run."""
    draft = tidy(draft)
    refused = check(brand, draft)
    if refused:
        return refused
    with transaction.atomic():
        audit = _with_address(brand, by, draft)
        keep.replace(audit, draft)
        _write(audit, "audit.created", by, repr(draft))
    return Saved(audit)


def change_audit(audit: Audit, by: Person, draft: AuditDraft, version: int) -> Changing:
    """Replace what was said of an audit, if it still is the `version` the person saw."""
    draft = tidy(draft)
    with transaction.atomic():
        current = _locked(audit)
        refused = _put_away(current) or check(current.brand, draft)
        if refused:
            return refused
        if current.version != version:
            return Conflict(current)
        current.name, current.subject = draft.name, "\n".join(draft.subject)
        if draft.cron != current.cron:
            current.cron, current.next_run_at = draft.cron, first_run(draft.cron, current.brand)
        current.version += 1
        current.save()
        keep.replace(current, draft)
        _write(current, "audit.changed", by, repr(draft))
    return Saved(current)


def archive(audit: Audit, by: Person) -> Saving:
    """Put an audit away: it runs no more, its reports stay. What runs is cancelled."""
    with transaction.atomic():
        current = _locked(audit)
        refused = _put_away(current)
        if refused:
            return refused
        for run in current.runs.filter(state__in=rules.RUNNING):
            cancel(run, by)
        current.archived_at, current.next_run_at = clock.now(), None
        current.version += 1
        current.save()
        _write(current, "audit.archived", by)
    return Saved(current)


def restore(audit: Audit, by: Person) -> Audit:
    """Take an audit that was put away back to work: its schedule counts from now. Twice changes nothing."""
    with transaction.atomic():
        current = _locked(audit)
        if current.archived_at is not None:
            current.archived_at, current.next_run_at = None, first_run(current.cron, current.brand)
            current.version += 1
            current.save()
            _write(current, "audit.restored", by)
    return current


def ask_run(audit: Audit, by: Person) -> Asking:
    """Have an audit run now, unless it runs already."""
    with transaction.atomic():
        current = _locked(audit)
        refused = _put_away(current)
        if refused:
            return refused
        running = current.runs.filter(state__in=rules.RUNNING).first()
        if running is not None:
            return AlreadyRunning(running)
        run = start(current, Cause.PERSON, by=by)
        _write_run(run, "audit.run_asked", by)
    return run


def run_now(audit: Audit) -> Run:
    """The run that whoever operates the installation asks for; the one on its way, if there is one."""
    with transaction.atomic():
        current = _locked(audit)
        running = current.runs.filter(state__in=rules.RUNNING).first()
        return running or start(current, Cause.PERSON)


def start(audit: Audit, cause: Cause, *, by: Person | None = None, slot: datetime | None = None) -> Run:
    """Write the next run of an audit whose row is locked, and ring for it."""
    last = audit.runs.order_by("-number").values_list("number", flat=True).first() or 0
    run = Run.objects.create(
        audit=audit, number=last + 1, cause=cause, slot=slot, asked_by=by, asked_at=clock.now()
    )
    enqueue(WORK, run.pk)
    return run


def cancel(run: Run, by: Person) -> Run | Refused:
    """Stop a run: what it has read stays, it will have no report. Refused once it has ended."""
    with transaction.atomic():
        if not move(run, rules.RUNNING, RunState.CANCELLED, ended_at=clock.now(), **RELEASED):
            return Refused(Refusal.NOT_RUNNING)
        _write_run(run, "audit.run_cancelled", by)
    return run


def first_run(cron: str, brand: Brand) -> datetime | None:
    """The next instant (UTC) of a schedule on the brand's clocks, None when it runs by hand."""
    return rules.next_slot(cron, clock.zone(brand.zone), clock.now()) if cron else None


def _with_address(brand: Brand, by: Person, draft: AuditDraft) -> Audit:
    """The audit's row under the first free address that its name gives."""
    stem = slugify(draft.name)[:50].strip("-") or "audit"
    stem = f"{stem}-audit" if stem in TAKEN else stem
    number = 1
    while True:
        slug = stem if number == 1 else f"{stem}-{number}"
        try:
            with transaction.atomic():
                return Audit.objects.create(
                    brand=brand,
                    name=draft.name,
                    slug=slug,
                    subject="\n".join(draft.subject),
                    cron=draft.cron,
                    next_run_at=first_run(draft.cron, brand),
                    created_by=by,
                )
        except IntegrityError:
            number += 1


def _locked(audit: Audit) -> Audit:
    return Audit.objects.select_for_update(of=("self",)).select_related("brand").get(pk=audit.pk)


def _put_away(audit: Audit) -> Refused | None:
    return Refused(Refusal.ARCHIVED) if audit.archived_at else None


def _write(audit: Audit, kind: str, by: Person, content: str = "") -> None:
    ledger.append(
        audit.brand_id, kind, actor_id=by.pk, subject_kind="audit", subject_id=audit.pk, content=content
    )


def _write_run(run: Run, kind: str, by: Person) -> None:
    ledger.append(run.audit.brand_id, kind, actor_id=by.pk, subject_kind="run", subject_id=run.pk)
