"""Today, and all brands."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from cm_suite.dashboard.lines import brand_lines
from cm_suite.dashboard.rows import mine_of, rows_of
from cm_suite.dashboard.selectors import HEALTH_DAYS, health, now_of, outlook
from cm_suite.dashboard.timeline import timeline
from moderation.selectors.conversations import waiting_count
from pages.access import BrandRequest, PersonRequest, brand_view, person_view
from pages.enums import Act
from pages.selectors.brands import missing_legal_words
from pages.selectors.people import memberships_of
from reputation.selectors.audits import due

AUDIT_DAYS = 7


@person_view
@require_safe
def home(request: PersonRequest) -> HttpResponse:
    """All the person's brands, most trouble first; straight to the one of those who have one."""
    memberships = memberships_of(request.user)
    if len(memberships) == 1:
        return redirect("dashboard:today", brand=memberships[0].brand.slug)
    return render(request, "dashboard/home.html", {"lines": brand_lines(memberships)})


@brand_view(Act.SEE)
@require_safe
def today(request: BrandRequest) -> HttpResponse:
    """What needs a person now, what goes out today and tomorrow, how each page does."""
    now, days, pages = now_of(request.brand), outlook(request.brand), health(request.brand)
    rows = rows_of(now, request.rights, [each.audience.page for each in pages])
    context = {
        "now": now,
        "rows": rows,
        "mine": mine_of(now, rows, request.rights),
        "talks": waiting_count(request.brand),
        "outlook": days,
        "line": timeline(days, now.pauses),
        "health": pages,
        "health_days": HEALTH_DAYS,
        "audits": due(request.brand, AUDIT_DAYS),
        "missing": missing_legal_words(request.brand) if Act.MANAGE in request.rights else [],
    }
    return render(request, "dashboard/today.html", context)
