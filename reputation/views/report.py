"""The report of one run."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from reputation import messages as words
from reputation.enums import RunState
from reputation.models import Mention, Run
from reputation.selectors.evidence import unread_samples, with_words
from reputation.selectors.runs import asked_otherwise, is_latest
from reputation.services.progress import progress_of
from reputation.services.report import report_of
from reputation.views.audits import run_line
from reputation.views.evidence import mention_rows, names_of
from reputation.views.figures import ORDER, bars, fault_groups, figures, health, steps
from reputation.views.rooms import run_of

FIRST_MENTIONS: Final = 6
FAULTS_A_REASON: Final = 5


@brand_view(Act.SEE)
@require_safe
def report(request: BrandRequest, audit: str, number: int) -> HttpResponse:
    """What one run says; how far it is while it runs, why it says nothing when it was stopped."""
    run = run_of(request, audit, number)
    standing = None if run.state == RunState.DONE else progress_of(run)
    if standing is not None and standing.state != run.state:
        run = run_of(request, audit, number)  # it went on in between
    context = {"audit": run.audit, "run": run, "line": run_line(run)}
    if run.state == RunState.DONE:
        return render(request, "reputation/report.html", {**context, **_said(run)})
    context |= {"progress": standing, "latest": is_latest(run)}
    return render(request, "reputation/unfinished.html", context)


def _said(run: Run) -> dict[str, object]:
    found = report_of(run)
    samples = unread_samples(run, FAULTS_A_REASON) if found.totals.failed else {}
    first = [each.id for each in found.mentions if each.same_as is None][:FIRST_MENTIONS]
    shown = {each.pk: each for each in with_words(Mention.objects.filter(pk__in=first))}
    return {
        "report": found,
        "figures": figures(found.totals),
        "otherwise": found.before is not None and asked_otherwise(run, found.before.run_id),
        "sentences": [words.sentence(each) for each in found.sentences],
        "bars": bars(found.publics),
        "order": ORDER,
        "steps": steps(found.totals, found.before),
        "health": health(found.sources),
        "groups": fault_groups(found, samples),
        "rows": mention_rows([shown[pk] for pk in first], names_of(run)),
    }
