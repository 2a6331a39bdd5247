"""A run from the outside: asked for, watched, cancelled."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from reputation import messages as words
from reputation.models import Audit
from reputation.selectors.runs import last_done
from reputation.services.drafts import AlreadyRunning, Refused
from reputation.services.progress import progress_of
from reputation.services.request import ask_run
from reputation.services.request import cancel as cancel_run
from reputation.views.rooms import audit_of, run_of, to_audit

ANNOUNCED: Final = 20  # per cent: read aloud at each of these steps only


@brand_view(Act.WRITE)
@require_POST
def run(request: BrandRequest, audit: str) -> HttpResponse:
    """Run an audit now; one that runs already is watched instead."""
    found = audit_of(request, audit)
    asked = ask_run(found, request.user)
    if isinstance(asked, Refused):
        messages.error(request, words.refusal(asked.code, asked.params))
    elif isinstance(asked, AlreadyRunning):
        messages.info(request, _("This audit is running already: here is how far it is."))
    else:
        messages.success(request, _("The audit has started. You can leave this page: it goes on."))
    return to_audit(request, found)


@brand_view(Act.SEE)
@require_safe
def progress(request: BrandRequest, audit: str, number: int) -> HttpResponse:
    """How far a run is, as a fragment; once it has ended, the way to what it says."""
    found = run_of(request, audit, number)
    standing = progress_of(found)
    target = resolve_url("reputation:report", request.brand.slug, audit, number)
    if not request.htmx:
        return redirect(target)
    if standing.finished:
        return HttpResponseClientRedirect(target)
    percent = standing.percent // ANNOUNCED * ANNOUNCED
    step = f"{standing.state}-{percent}"
    context = {
        "audit": found.audit,
        "run": found,
        "progress": standing,
        "percent": percent,
        "step": step,
        "aloud": request.GET.get("said") != step,
    }
    return render(request, "reputation/progress.html#inside", context)


@brand_view(Act.WRITE)
@require_POST
def cancel(request: BrandRequest, audit: str, number: int) -> HttpResponse:
    """Stop a run; what it has read stays."""
    found = run_of(request, audit, number)
    answer = cancel_run(found, request.user)
    if isinstance(answer, Refused):
        messages.error(request, words.refusal(answer.code, answer.params))
    else:
        messages.success(request, _cancelled(found.audit))
    return to_audit(request, found.audit)


def _cancelled(audit: Audit) -> str:
    if last_done(audit) is None:
        return _("The run is cancelled. It has no report.")
    return _("The run is cancelled. It has no report; the one before stands.")
