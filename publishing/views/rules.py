"""The frequency rules of one page."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cm_suite.core import clock
from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.models import Page
from publishing import messages as words
from publishing.forms import BaseCaps, CapFormSet, GapForm, cap_rows
from publishing.policy.caps import Cap, Rule
from publishing.policy.caps import Gap as LeastGap
from publishing.selectors.budget import budget, rules_of
from publishing.services.limits import set_limits

PREFIX = "caps"


@brand_view(Act.SEE, post=Act.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: BrandRequest, page_id: int) -> HttpResponse:
    """See what the page allows and how much of it is used; leads change it."""
    page = get_object_or_404(Page, pk=page_id, brand=request.brand)
    if request.method != "POST":
        caps, minutes = _standing(page)
        initial = {"minutes": minutes, "seen": _seen(caps, minutes)}
        return _show(
            request, page, CapFormSet(initial=cap_rows(caps), prefix=PREFIX), GapForm(initial=initial)
        )
    formset, gap = CapFormSet(request.POST, prefix=PREFIX), GapForm(request.POST)
    if not formset.is_valid() or not gap.is_valid():
        return _show(request, page, formset, gap, 422)
    caps, minutes = formset.caps, gap.cleaned_data["minutes"] or None
    now = _seen(*_standing(page))
    if gap.cleaned_data["seen"] != now and _seen(caps, minutes) != now:
        return _changed_meanwhile(request, page, formset, now)
    if set_limits(page, caps, minutes, request.user):
        messages.success(request, _("The rules of %(page)s are saved.") % {"page": page.name})
    else:
        messages.info(request, _("Nothing has changed."))
    return redirect("publishing:rules", request.brand.slug, page.pk)


def _changed_meanwhile(request: BrandRequest, page: Page, formset: BaseCaps, now: str) -> HttpResponse:
    """Somebody saved other rules first: theirs are shown, and saving again replaces them knowingly."""
    data = request.POST.copy()
    data["seen"] = now
    return _show(request, page, formset, GapForm(data), 409)


def _show(
    request: BrandRequest, page: Page, formset: BaseCaps, gap: GapForm, status: int = 200
) -> HttpResponse:
    standing = budget(page, clock.now())
    listed: list[Rule] = [use.cap for use in standing.uses]
    listed += [standing.gap] if standing.gap else []
    context = {
        "page": page,
        "caps": formset,
        "gap": gap,
        "budget": standing,
        "uses": [(words.length_words(use.cap.window), use) for use in standing.uses],
        "standing": [words.rule_words(rule) for rule in listed],
        "changed_meanwhile": status == 409,
    }
    return render(request, "publishing/rules.html", context, status=status)


def _standing(page: Page) -> tuple[dict[int, int], int | None]:
    """The page's rules as the form holds them: posts allowed by window in hours, least gap in minutes."""
    found = rules_of(page)
    caps = {int(rule.window.total_seconds() // 3600): rule.at_most for rule in found if isinstance(rule, Cap)}
    gaps = [int(rule.least.total_seconds() // 60) for rule in found if isinstance(rule, LeastGap)]
    return caps, gaps[0] if gaps else None


def _seen(caps: Mapping[int, int], minutes: int | None) -> str:
    """The rules in one line, the same for the same rules."""
    return " ".join([*(f"{most}/{hours}" for hours, most in sorted(caps.items())), str(minutes or 0)])
