"""Asking: an audit made, changed, put away; a run asked for or cancelled. Who may is asked at the door."""

from __future__ import annotations

from pages.models import Brand, Person
from reputation.models import Audit, Run
from reputation.services.drafts import Asking, AuditDraft, Changing, Refused, Saving


def create_audit(brand: Brand, by: Person, draft: AuditDraft) -> Saving:
    """Keep a new audit, with an address made from its name and the instant of its first run."""
    raise NotImplementedError


def change_audit(audit: Audit, by: Person, draft: AuditDraft, version: int) -> Changing:
    """Replace what was said of an audit, if it still is the `version` the person saw."""
    raise NotImplementedError


def archive(audit: Audit, by: Person) -> Saving:
    """Put an audit away: it runs no more, its reports stay. What runs is cancelled."""
    raise NotImplementedError


def ask_run(audit: Audit, by: Person) -> Asking:
    """Have an audit run now, unless it runs already."""
    raise NotImplementedError


def cancel(run: Run, by: Person) -> Run | Refused:
    """Stop a run: what it has read stays, it will have no report."""
    raise NotImplementedError
