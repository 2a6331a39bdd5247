"""What one run says, as codes and figures: the page and the mail turn it into words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db.models import Count

from reputation.enums import FetchState, RunState, SourceStatus
from reputation.models import Mention, Public, Run
from reputation.services import gather, sentences
from reputation.services.figures import (
    Before,
    Counts,
    FaultCount,
    MentionLine,
    PublicRow,
    QueryRow,
    Report,
    SourceHealth,
    Totals,
)
from reputation.services.gather import PageLine

__all__ = [
    "Before",
    "Counts",
    "FaultCount",
    "MentionLine",
    "PublicRow",
    "QueryRow",
    "Report",
    "SourceHealth",
    "Totals",
    "report_of",
]

NO_ANSWER = frozenset({SourceStatus.SILENT, SourceStatus.REFUSED, SourceStatus.FAULT})


def report_of(run: Run) -> Report:
    """The report of a run, also of one not finished (what is known by now). A fixed number of queries."""
    pages = gather.pages(run)
    found = gather.mentions(run)
    lines = found.lines
    publics = _publics(found)
    sources = _sources(run, pages, lines)
    totals = _totals(pages, lines, sources)
    before = _before(run)
    return Report(
        run_id=run.pk,
        number=run.number,
        state=run.state,
        subject=tuple(run.subject.splitlines()),
        started_at=run.started_at,
        ended_at=run.ended_at,
        sentences=sentences.three(totals, publics, sources, lines, before),
        totals=totals,
        publics=publics,
        sources=sources,
        mentions=lines,
        before=before,
    )


def _publics(found: gather.Found) -> tuple[PublicRow, ...]:
    by_public: dict[int, list[gather.Asked]] = {}
    for asked in found.asked:
        by_public.setdefault(asked.public.pk, []).append(asked)
    rows = [_public(asked[0].public, asked, found.lines) for asked in by_public.values()]
    answered = {pk for asked in found.asked for pk in asked.mentions}
    beyond = [line for line in found.lines if line.id not in answered]
    if beyond:
        rows.append(PublicRow(None, "", "", *_apart(beyond), ()))
    return tuple(rows)


def _public(public: Public, asked: list[gather.Asked], lines: Iterable[MentionLine]) -> PublicRow:
    theirs = frozenset().union(*(each.mentions for each in asked))
    own = [line for line in lines if line.id in theirs]
    first = {line.id for line in own if line.same_as is None}
    queries = tuple(QueryRow(each.words, len(first & each.mentions)) for each in asked)
    return PublicRow(public.pk, public.kind, public.name, *_apart(own), queries)


def _apart(lines: Iterable[MentionLine]) -> tuple[Counts, Counts]:
    """Originals and copies, by sentiment."""
    own = list(lines)
    return (
        Counts.of(line.sentiment for line in own if line.same_as is None),
        Counts.of(line.sentiment for line in own if line.same_as is not None),
    )


def _sources(run: Run, pages: list[PageLine], lines: Iterable[MentionLine]) -> tuple[SourceHealth, ...]:
    mentions = Counter(line.source_id for line in lines)
    answers = run.sources.select_related("source").order_by("source__place", "source_id")
    rows: list[SourceHealth] = []
    for answer in answers:
        own = [page for page in pages if page.source_id == answer.source_id]
        read = [page for page in own if page.state == FetchState.STORED]
        failed = [page for page in own if page.state == FetchState.FAILED]
        faults = Counter(page.code for page in failed).most_common()
        rows.append(
            SourceHealth(
                source_id=answer.source_id,
                name=answer.source.name,
                kind=answer.source.kind,
                status=answer.status,
                reason=answer.reason,
                listed=answer.listed,
                read=len(read),
                unchanged=sum(page.unchanged for page in read),
                empty=sum(page.code == "empty" for page in read),
                failed=len(failed),
                waiting=len(own) - len(read) - len(failed),
                mentions=mentions[answer.source_id],
                faults=tuple(FaultCount(code, count) for code, count in faults),
            )
        )
    return tuple(rows)


def _totals(
    pages: list[PageLine], lines: tuple[MentionLine, ...], sources: tuple[SourceHealth, ...]
) -> Totals:
    originals = [line for line in lines if line.same_as is None]
    return Totals(
        asked=len(pages),
        read=sum(source.read for source in sources),
        unchanged=sum(source.unchanged for source in sources),
        failed=sum(source.failed for source in sources),
        waiting=sum(source.waiting for source in sources),
        hosts=len({page.host for page in pages if page.state == FetchState.STORED}),
        naming_hosts=len({line.host for line in originals}),
        originals=len(originals),
        copies=len(lines) - len(originals),
        sentiments=Counts.of(line.sentiment for line in originals),
        sources=len(sources),
        silent=sum(source.status in NO_ANSWER for source in sources),
    )


def _before(run: Run) -> Before | None:
    """The last run of the audit that was finished before this one."""
    earlier = Run.objects.filter(audit=run.audit_id, number__lt=run.number, state=RunState.DONE)
    last = earlier.order_by("-number").first()
    if last is None:
        return None
    rows = Mention.objects.filter(run=last)
    originals = rows.filter(same_as=None).values_list("sentiment").annotate(Count("pk")).order_by()
    sentiments = Counts(**dict(originals))
    return Before(
        run_id=last.pk,
        number=last.number,
        at=last.ended_at or last.asked_at,
        originals=sentiments.total,
        copies=rows.exclude(same_as=None).count(),
        sentiments=sentiments,
        read=last.fetches.filter(state=FetchState.STORED).count(),
    )
