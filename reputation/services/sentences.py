"""The three sentences of a report: how much and where, who sees it worst, what is unsure. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from reputation.enums import SourceKind, SourceStatus
from reputation.rules import Said, Sentence
from reputation.services.figures import Before, MentionLine, PublicRow, SourceHealth, Totals

ANSWERS = frozenset({SourceStatus.ANSWERED, SourceStatus.WAITING})


def three(
    totals: Totals,
    publics: Sequence[PublicRow],
    sources: Sequence[SourceHealth],
    lines: Sequence[MentionLine],
    before: Before | None,
) -> tuple[Sentence, Sentence, Sentence]:
    """What a director needs to know of a run."""
    return _how_much(totals, lines, sources, before), _worst(totals, publics), _unsure(totals, sources)


def _how_much(
    totals: Totals, lines: Sequence[MentionLine], sources: Sequence[SourceHealth], before: Before | None
) -> Sentence:
    if not totals.read:
        return Sentence(Said.NOTHING_READ, {"asked": totals.asked, "sources": totals.sources})
    if not totals.originals:
        return Sentence(Said.NOT_NAMED, {"read": totals.read, "hosts": totals.hosts})
    params: dict[str, Any] = {
        "read": totals.read,
        "originals": totals.originals,
        "copies": totals.copies,
        "hosts": totals.naming_hosts,
        "first": _site(_busiest(lines), lines, sources),
    }
    if before is None or before.originals == totals.originals:
        return Sentence(Said.NAMED, params)
    more = totals.originals > before.originals
    return Sentence(Said.NAMED_MORE if more else Said.NAMED_LESS, {**params, "before": before.originals})


def _busiest(lines: Sequence[MentionLine]) -> str:
    """The site with most originals; of several the first by name."""
    counts = Counter(line.host for line in lines if line.same_as is None)
    return min(counts, key=lambda host: (-counts[host], host))


def _site(host: str, lines: Sequence[MentionLine], sources: Sequence[SourceHealth]) -> str:
    """The site as people call it: the name of the one feed that speaks for it alone, or else its address."""
    feeds = {source.source_id for source in sources if source.kind == SourceKind.FEED}
    there = {(line.source_id, line.source) for line in lines if line.host == host}
    elsewhere = {line.source_id for line in lines if line.host != host}
    names = [name for source_id, name in there if source_id in feeds - elsewhere]
    return names[0] if len(there) == len(names) == 1 else host


def _worst(totals: Totals, publics: Sequence[PublicRow]) -> Sentence:
    if not totals.originals:
        return Sentence(Said.NO_OPINION)
    theirs = [row for row in publics if row.public_id is not None and row.originals.total]
    if not theirs:
        return Sentence(Said.NO_PUBLIC, {"total": totals.originals})
    worst = max(theirs, key=lambda row: row.originals.negative / (row.originals.total + 1))
    negative, total = worst.originals.negative, worst.originals.total
    if not totals.sentiments.negative:
        positive = totals.sentiments.positive
        return Sentence(Said.NO_NEGATIVE, {"positive": positive, "total": totals.originals})
    if not negative:
        beyond = {"negative": totals.sentiments.negative, "total": totals.originals}
        return Sentence(Said.NEGATIVE_BEYOND, beyond)
    percent = (200 * negative + total) // (2 * total)
    found = {"name": worst.name, "negative": negative, "total": total, "percent": percent}
    return Sentence(Said.WORST_PUBLIC, found)


def _unsure(totals: Totals, sources: Sequence[SourceHealth]) -> Sentence:
    silent = tuple(source.name for source in sources if source.status not in ANSWERS)
    gaps = {
        "silent": len(silent),
        "names": silent,
        "unread": totals.failed + totals.waiting,
        "asked": totals.asked,
    }
    doubt = {"uncertain": totals.sentiments.uncertain, "total": totals.originals}
    if gaps["silent"] or gaps["unread"]:
        if doubt["uncertain"]:
            return Sentence(Said.GAPS_UNCERTAIN, {**gaps, **doubt})
        return Sentence(Said.GAPS, gaps)
    if doubt["uncertain"]:
        return Sentence(Said.UNCERTAIN, doubt)
    return Sentence(Said.ALL_CERTAIN, {"read": totals.read, "sources": totals.sources})
