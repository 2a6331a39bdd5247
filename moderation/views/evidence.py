"""The sealed copy of a comment, and what is done about an act the network did not carry out."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from moderation.enums import Decided, Kind
from moderation.forms import SettleForm
from moderation.messages import acts as words
from moderation.models import Action, Evidence
from moderation.services import act as carrying
from moderation.services import evidence as keeping
from moderation.services.results import Result
from pages.access import BrandRequest, brand_view
from pages.enums import Act

BESIDE: Final = (Decided.BLOCK, Decided.UNBLOCK)


@brand_view(Act.SECOND)
@require_safe
def evidence(request: BrandRequest, evidence_id: int) -> HttpResponse:
    """The file that `manage.py verify_evidence` reads; words once the person was erased."""
    rows = Evidence.objects.select_related("comment__page__brand")
    found = get_object_or_404(rows, pk=evidence_id, comment__page__brand=request.brand)
    try:
        content = keeping.export(found)
    except keeping.EvidenceErased:
        messages.info(request, _("The key of this copy was destroyed: nobody can open it any more."))
        return redirect(reverse("moderation:comment", args=[request.brand.slug, found.comment_id]))
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="evidence-{found.pk}.json"'
    response["Cache-Control"] = "no-store"
    return response


@brand_view(Act.MODERATE)
@require_POST
def retry(request: BrandRequest, action_id: int) -> HttpResponse:
    """Try again what the network refused."""
    action = _action(request, action_id)
    return _acted(request, action, carrying.retry(action, request.user), _("It is tried again."))


@brand_view(Act.MODERATE)
@require_POST
def cancel(request: BrandRequest, action_id: int) -> HttpResponse:
    """Give it up; the comment is back in the queue."""
    action = _action(request, action_id)
    beside = action.decision.act in BESIDE or action.decision.review.comment.kind == Kind.MESSAGE
    done = _("Given up.") if beside else _("Given up: the comment is as it was, and back in the queue.")
    return _acted(request, action, carrying.cancel(action, request.user), done)


@brand_view(Act.MODERATE)
@require_POST
def settle(request: BrandRequest, action_id: int) -> HttpResponse:
    """A person looked on the network: it was done, or not."""
    action = _action(request, action_id)
    form = SettleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say what you saw, and how you know: both are kept."))
        return _back(request, action)
    data = form.cleaned_data
    result = carrying.settle(action, request.user, done=data["done"], reason=data["reason"])
    done = _("Noted: it was done.") if data["done"] else _("Noted: it was not done. It is tried again.")
    return _acted(request, action, result, done)


def _action(request: BrandRequest, action_id: int) -> Action:
    rows = Action.objects.select_related("decision__review__comment__page__brand")
    return get_object_or_404(rows, pk=action_id, decision__review__comment__page__brand=request.brand)


def _acted(request: BrandRequest, action: Action, result: Result, done: str) -> HttpResponse:
    if result.done:
        messages.success(request, done)
    else:
        messages.error(request, str(words.RESULTS[result.kind]))
    return _back(request, action)


def _back(request: BrandRequest, action: Action) -> HttpResponse:
    comment = action.decision.review.comment
    room = "moderation:conversation" if comment.kind == Kind.MESSAGE else "moderation:comment"
    path = reverse(room, args=[request.brand.slug, comment.pk])
    return redirect(f"{path}#action-{action.pk}")
