"""What leads set: a new audit, a change of one, the end of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cm_suite.core import clock
from pages.access import BrandRequest, brand_view
from pages.enums import Act
from reputation import messages as words
from reputation.enums import Refusal
from reputation.forms.audit import AuditForm, draft
from reputation.forms.rows import PublicForm, PublicFormSet, Publics, SourceForm, SourceFormSet, Sources
from reputation.forms.standing import differences, form_rows
from reputation.forms.typed import typed, typed_rows
from reputation.models import Audit
from reputation.rules import next_slot
from reputation.services import request as services
from reputation.services.drafts import Conflict, Refused
from reputation.views.rooms import audit_of, to_audit

MORE: Final = "more"
FIRST_CRON: Final = "0 8 * * 1"
PARTS: Final = frozenset({"publics", "sources", "schedule"})

type Typed = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The three forms of an audit that are one sheet to whoever fills it in."""

    form: AuditForm
    publics: Publics
    sources: Sources

    def is_valid(self) -> bool:
        """All three, so that every error shows at once."""
        return all([self.form.is_valid(), self.publics.is_valid(), self.sources.is_valid()])


@brand_view(Act.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: BrandRequest) -> HttpResponse:
    """A new audit."""
    if request.method != "POST":
        return _show(request, _empty(request), cron=FIRST_CRON)
    if request.POST.get(MORE):
        return _more(request)
    sheet = _sent(request)
    if not sheet.is_valid():
        return _show(request, sheet, status=422)
    saved = services.create_audit(request.brand, request.user, draft(*_parts(sheet)))
    if isinstance(saved, Refused):
        return _refused(request, sheet, saved)
    messages.success(request, _("The audit is saved. Run it once now, to see what it finds."))
    return to_audit(request, saved.audit)


@brand_view(Act.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: BrandRequest, audit: str) -> HttpResponse:
    """Change an audit; whoever saved first is not overwritten unseen."""
    found = audit_of(request, audit)
    if request.method != "POST" and found.archived_at:
        messages.error(request, words.refusal(Refusal.ARCHIVED, {}))
        return to_audit(request, found)
    if request.method != "POST":
        return _show(request, _standing(request, found), audit=found, cron=found.cron)
    if request.POST.get(MORE):
        return _more(request, found)
    sheet = _sent(request)
    if not sheet.is_valid():
        return _show(request, sheet, audit=found, status=422)
    seen = sheet.form.cleaned_data["version"] or 0
    answer = services.change_audit(found, request.user, draft(*_parts(sheet)), seen)
    if isinstance(answer, Conflict):
        return _conflict(request, sheet, answer.current)
    if isinstance(answer, Refused):
        return _refused(request, sheet, answer, found)
    messages.success(request, _("The audit is saved."))
    return to_audit(request, answer.audit)


@brand_view(Act.MANAGE)
@require_POST
def archive(request: BrandRequest, audit: str) -> HttpResponse:
    """Put an audit away: it runs no more, its reports stay."""
    found = audit_of(request, audit)
    answer = services.archive(found, request.user)
    if isinstance(answer, Refused):
        messages.error(request, words.refusal(answer.code, answer.params))
    else:
        messages.success(request, _("The audit is put away. Its reports stay readable."))
    return to_audit(request, found)


@brand_view(Act.MANAGE)
@require_POST
def restore(request: BrandRequest, audit: str) -> HttpResponse:
    """Take an audit that was put away back to work."""
    found = audit_of(request, audit)
    services.restore(found, request.user)
    messages.success(request, _("The audit is back at work. Its schedule counts from now."))
    return to_audit(request, found)


def _parts(sheet: Sheet) -> tuple[AuditForm, Publics, Sources]:
    return sheet.form, sheet.publics, sheet.sources


def _empty(request: BrandRequest) -> Sheet:
    form = AuditForm(
        brand=request.brand, initial={"subject": request.brand.name, "recipients": [request.user.pk]}
    )
    return Sheet(form, PublicFormSet(prefix="publics"), SourceFormSet(prefix="sources"))


def _sent(request: BrandRequest) -> Sheet:
    """The sheet as it was sent, to be checked."""
    return Sheet(
        AuditForm(request.POST, brand=request.brand),
        PublicFormSet(request.POST, prefix="publics"),
        SourceFormSet(request.POST, prefix="sources"),
    )


def _typed(request: BrandRequest, part: str) -> Sheet:
    """The sheet as it was sent, not to be checked yet, with an empty row in the list named by `part`."""
    publics = typed_rows(PublicForm, request.POST, "publics")
    sources = typed_rows(SourceForm, request.POST, "sources")
    form = AuditForm(brand=request.brand, initial=typed(AuditForm, request.POST))
    return _filled(form, publics, sources, part)


def _standing(request: BrandRequest, audit: Audit) -> Sheet:
    initial, publics, sources = form_rows(audit)
    return _filled(AuditForm(brand=request.brand, initial=initial), publics, sources)


def _filled(form: AuditForm, publics: Typed, sources: Typed, part: str = "") -> Sheet:
    """A sheet with these rows; a list without any has an empty one."""
    sheet = Sheet(
        form,
        PublicFormSet(prefix="publics", initial=publics),
        SourceFormSet(prefix="sources", initial=sources),
    )
    sheet.publics.extra = int(part == "publics" or not publics)
    sheet.sources.extra = int(part == "sources" or not sources)
    if part == "publics":
        _begin_at_end(sheet.publics, publics)
    elif part == "sources":
        _begin_at_end(sheet.sources, sources)
    return sheet


def _begin_at_end(rows: Publics | Sources, before: Typed) -> None:
    """Writing goes on in the row that was added, if there was room for it."""
    if len(rows.forms) > len(before):
        rows.forms[-1].fields["kind"].widget.attrs["autofocus"] = True


def _more(request: BrandRequest, audit: Audit | None = None) -> HttpResponse:
    """The sheet with one more row, or with its schedule said anew: nothing is saved, nothing is an error."""
    part = request.POST.get(MORE, "")
    fragment = part if request.htmx and part in PARTS else ""
    schedule = AuditForm(request.POST, brand=request.brand).schedule
    return _show(request, _typed(request, part), audit=audit, cron=schedule, fragment=fragment)


def _conflict(request: BrandRequest, sheet: Sheet, current: Audit) -> HttpResponse:
    """Somebody saved first: theirs is shown beside what was typed, and saving again replaces it knowingly."""
    data = request.POST.copy()
    data["version"] = str(current.version)
    again = Sheet(AuditForm(data, brand=request.brand), sheet.publics, sheet.sources)
    theirs = differences(current, draft(*_parts(sheet)))
    return _show(request, again, audit=current, theirs=theirs, status=409)


def _refused(
    request: BrandRequest, sheet: Sheet, answer: Refused, audit: Audit | None = None
) -> HttpResponse:
    sheet.form.add_error(None, words.refusal(answer.code, answer.params))
    return _show(request, sheet, audit=audit, status=422)


def _show(
    request: BrandRequest,
    sheet: Sheet,
    *,
    audit: Audit | None = None,
    cron: str | None = "",
    fragment: str = "",
    status: int = 200,
    **more: object,
) -> HttpResponse:
    cron = sheet.form.schedule if sheet.form.is_bound else cron
    context = {
        "audit": audit,
        "form": sheet.form,
        "publics": sheet.publics,
        "sources": sheet.sources,
        "schedule": None if cron is None else words.schedule(cron),
        "next_run": _next(request, cron),
        **more,
    }
    name = "reputation/edit.html" + (f"#{fragment}" if fragment else "")
    return render(request, name, context, status=status)


def _next(request: BrandRequest, cron: str | None) -> datetime | None:
    """When a run would come first if this were saved now."""
    return next_slot(cron, clock.zone(request.brand.zone), clock.now()) if cron else None
