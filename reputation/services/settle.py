"""How the sources of a run answered, once its pages are read: a list is judged by its pages."""

from __future__ import annotations

from collections import Counter
from typing import Final

from reputation.enums import FetchState, SourceStatus
from reputation.models import Fetch, Run, RunSource

REFUSALS: Final = frozenset({"robots_forbidden", "forbidden", "rate_limited", "private_address"})
NO_TEXT: Final = "no_text"


def sources(run: Run) -> None:
    """Settle the sources that are still waiting, and those whose pages gave nothing at all.

    No page read: refused or out of reach, with the fault most pages had. Pages read, but not one word:
    silent.
    """
    tally = _tally(run)
    for asked in run.sources.all():
        status, reason = _status(asked, tally.get(asked.source_id, Counter()))
        if (status, reason) != (asked.status, asked.reason):
            RunSource.objects.filter(pk=asked.pk).update(status=status, reason=reason)


def _tally(run: Run) -> dict[int, Counter[tuple[str, str]]]:
    """Pages by source, each counted by its state and code."""
    found: dict[int, Counter[tuple[str, str]]] = {}
    for source_id, state, code in Fetch.objects.filter(run=run).values_list("source_id", "state", "code"):
        found.setdefault(source_id, Counter())[state, code] += 1
    return found


def _status(asked: RunSource, pages: Counter[tuple[str, str]]) -> tuple[str, str]:
    read = sum(count for (state, _code), count in pages.items() if state == FetchState.STORED)
    empty = pages[FetchState.STORED, "empty"]
    if asked.status not in {SourceStatus.WAITING, SourceStatus.ANSWERED}:
        return asked.status, asked.reason
    if read and read == empty:
        return SourceStatus.SILENT, NO_TEXT
    if read or not pages:
        return SourceStatus.ANSWERED, asked.reason
    (_state, code), _count = pages.most_common(1)[0]
    return (SourceStatus.REFUSED if code in REFUSALS else SourceStatus.FAULT), code
