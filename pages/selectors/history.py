"""Who changed what, from the ledger: it knows when, who and a hash, never the words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cm_suite.core.models import LedgerEntry
from pages.models import Brand, Person


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the history. `who` is empty for somebody who is no longer known."""

    at: datetime
    who: str
    seq: int
    mark: str


def changes(brand: Brand, kind: str, limit: int = 20) -> list[Change]:
    """The latest changes of one kind, the newest first; `mark` is the start of the text's keyed hash."""
    rows = list(LedgerEntry.objects.filter(brand_id=brand.pk, kind=kind).order_by("-seq")[:limit])
    names = dict(
        Person.objects.filter(pk__in={row.actor_id for row in rows if row.actor_id}).values_list("pk", "name")
    )
    return [Change(row.at, names.get(row.actor_id or 0, ""), row.seq, row.content_hash[:12]) for row in rows]


def last_editor(brand: Brand, kind: str) -> str:
    """The name of whoever made the last change of this kind; empty when nobody is known."""
    latest = changes(brand, kind, limit=1)
    return latest[0].who if latest else ""
