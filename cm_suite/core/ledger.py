"""The ledger: append-only and hash-chained, one chain per brand. Tamper-evident, not tamper-proof."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Final, NamedTuple

from django.db import transaction
from django.db.models import Max

from cm_suite.core import clock
from cm_suite.core.crypto import keyed_hash
from cm_suite.core.models import LedgerEntry, LedgerHead

GENESIS: Final = "0" * 64


class Head(NamedTuple):
    """How long a chain is and the hash of its last line (GENESIS when empty)."""

    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody calls on a head
    hash: str


class BreakReason(StrEnum):
    """What is wrong with the first line that does not hold."""

    EDITED = "edited"
    MISSING = "missing"
    CUT = "cut"
    ADDED = "added"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold."""

    seq: int
    reason: BreakReason


def append(
    brand_id: int, kind: str, *, actor_id: int | None, subject_kind: str, subject_id: int, content: str = ""
) -> LedgerEntry:
    """Add a line to the brand's chain, in the caller's transaction if there is one.

    `content` is kept as a keyed hash only. Callers of one brand wait for each other: the head's row is
    locked until the transaction ends, so append late in it, and for several brands in the order of ids.
    """
    with transaction.atomic():
        head, _ = LedgerHead.objects.select_for_update().get_or_create(
            brand_id=brand_id, defaults={"hash": GENESIS}
        )
        entry = LedgerEntry(
            brand_id=brand_id,
            seq=head.count + 1,
            at=clock.now(),
            kind=kind,
            actor_id=actor_id,
            subject_kind=subject_kind,
            subject_id=subject_id,
            content_hash=keyed_hash(content) if content else "",
            prev_hash=head.hash,
        )
        entry.hash = _hash_of(entry)
        entry.save(force_insert=True)
        head.count, head.hash = entry.seq, entry.hash
        head.save(update_fields=["count", "hash"])
    return entry


def head(brand_id: int) -> Head:
    """The length of the brand's chain and the hash of its last line, to be printed outside the database."""
    found = LedgerHead.objects.filter(brand_id=brand_id).values_list("count", "hash").first()
    return Head(*found) if found else Head(0, GENESIS)


def verify(brand_id: int, printed: Head | None = None) -> Break | None:
    """Recompute the brand's chain from its first line; the first break, or None when it holds.

    `printed`, a head noted earlier outside the database, must also lie on the chain: this shows an end
    that was cut together with the head, or a chain that was rewritten whole.
    """
    stored = head(brand_id)
    seq, last = 0, GENESIS
    lines = LedgerEntry.objects.filter(brand_id=brand_id, seq__lte=stored.count).order_by("seq")
    for entry in lines.iterator():
        if entry.seq != seq + 1:
            return Break(seq + 1, BreakReason.MISSING)
        if entry.prev_hash != last or entry.hash != _hash_of(entry):
            return Break(entry.seq, BreakReason.EDITED)
        seq, last = entry.seq, entry.hash
        if printed and printed.count == seq and printed.hash != last:
            return Break(seq, BreakReason.HEAD)
    return _check_end(brand_id, stored, Head(seq, last), printed)


def _check_end(brand_id: int, stored: Head, walked: Head, printed: Head | None) -> Break | None:
    """Compare where the walk ended with the stored head, the printed one and what lies beyond."""
    longest = max(stored.count, printed.count if printed else 0)
    if walked.count < longest:
        return Break(walked.count + 1, BreakReason.CUT)
    if walked.hash != stored.hash:
        return Break(walked.count, BreakReason.HEAD)
    beyond = LedgerEntry.objects.filter(brand_id=brand_id).aggregate(last=Max("seq"))["last"] or 0
    if beyond > head(brand_id).count:
        return Break(walked.count + 1, BreakReason.ADDED)
    return None


def _hash_of(entry: LedgerEntry) -> str:
    """SHA-256 (hex) over the line's fields in a fixed form, the previous line's hash included."""
    fields = [
        entry.brand_id,
        entry.seq,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.kind,
        entry.actor_id,
        entry.subject_kind,
        entry.subject_id,
        entry.content_hash,
        entry.prev_hash,
    ]
    canonical = json.dumps(fields, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
