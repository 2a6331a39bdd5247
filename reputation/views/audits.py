"""The audits of a brand, and one audit with its runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.messages import Reason
from reputation import messages as words
from reputation.enums import RunState, Sentiment
from reputation.models import Run
from reputation.selectors import audits as selectors
from reputation.selectors.audits import AuditRow, Shares
from reputation.selectors.runs import last_done, running, runs_of
from reputation.services.progress import progress_of
from reputation.services.report import report_of
from reputation.views.figures import ORDER, Change, bars, change_of
from reputation.views.rooms import audit_of

RUNS_A_PAGE: Final = 10


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One audit of the list, in words. `parts`: its opinions, each with its start and width in per cent.

    `change` counts pages, `drift` points of negative share, both since the run before.
    """

    row: AuditRow
    schedule: str
    icon: str
    tone: str
    parts: tuple[tuple[str, str, str], ...]
    negative: int
    positive: int
    change: Change | None
    drift: Change | None


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run of an audit, in words."""

    run: Run
    icon: str
    tone: str
    why: Reason | None


@brand_view(Act.SEE)
@require_safe
def audits(request: BrandRequest) -> HttpResponse:
    """Every audit of the brand with how it stands; those that were put away below."""
    context = {
        "lines": [_line(row) for row in selectors.listed(request.brand)],
        "away": [_line(row) for row in selectors.listed(request.brand, archived=True)],
    }
    return render(request, "reputation/audits.html", context)


@brand_view(Act.SEE)
@require_safe
def audit(request: BrandRequest, audit: str) -> HttpResponse:
    """One audit: the run on its way, what the last one says, what it asks, and its past runs."""
    found = audit_of(request, audit)
    current, done = running(found), last_done(found)
    page = Paginator(runs_of(found), RUNS_A_PAGE).get_page(request.GET.get("page"))
    lines = [run_line(run) for run in page]
    context = {
        "audit": found,
        "names": found.subject.splitlines(),
        "schedule": words.schedule(found.cron),
        "publics": selectors.publics_of(found),
        "sources": list(selectors.sources_of(found)),
        "recipients": list(selectors.recipients_of(found)),
        "page": page,
        "lines": lines,
        "stopped": lines[0] if lines and page.number == 1 and lines[0].why else None,
        "run": current,
        "progress": progress_of(current) if current else None,
        "done": done,
        **(_last_words(done) if done else {}),
    }
    return render(request, "reputation/audit.html", context)


def run_line(run: Run) -> RunLine:
    """A run with its mark, and why it stopped when it did."""
    why = words.run_fault(run.code) if run.state == RunState.FAILED else None
    return RunLine(run, *words.run_mark(run.state), why)


def _last_words(done: Run) -> dict[str, object]:
    report = report_of(done)
    return {
        "sentences": [words.sentence(each) for each in report.sentences],
        "bars": bars(report.publics),
        "order": ORDER,
    }


def _line(row: AuditRow) -> AuditLine:
    icon, tone = words.run_mark(row.last.state) if row.last else ("", "")
    return AuditLine(
        row=row,
        schedule=words.schedule(row.audit.cron),
        icon=icon,
        tone=tone,
        parts=tuple(_parts(row.shares)),
        negative=row.shares.percent(Sentiment.NEGATIVE),
        positive=row.shares.percent(Sentiment.POSITIVE),
        change=None if row.change is None else change_of(row.change),
        drift=None if row.drift is None else change_of(row.drift, Sentiment.NEGATIVE),
    )


def _parts(shares: Shares) -> Iterable[tuple[str, str, str]]:
    start = 0.0
    for sentiment in ORDER:
        share = getattr(shares, sentiment) * 100 / shares.total if shares.total else 0.0
        if share:
            yield sentiment.value, f"{start:.2f}", f"{share:.2f}"
        start += share
