"""What a person does to one delivery: another time, off the plan, back on it, settled, taken down."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from publishing import rules
from publishing.enums import Refusal
from publishing.forms import FoundForm, ReasonForm, WhenForm
from publishing.models import Delivery
from publishing.services import plan, settle
from publishing.services import remove as removing
from publishing.services.results import Acting, Planned, Planning, Refused
from publishing.views.cards import Asked
from publishing.views.post_page import show
from publishing.views.says import SHOWN_BY_VERDICT, planned_words, refused_words
from publishing.views.telling import tell
from publishing.views.wishes import Wish, slot_of

ADDRESS_MOST: Final = 2000


@brand_view(Act.WRITE)
@require_POST
def reschedule(request: BrandRequest, delivery_id: int) -> HttpResponse:
    """Another time: the one that is typed, or the free slot that was offered."""
    delivery = _delivery(request, delivery_id)
    slot = slot_of(request.POST.get("take", ""))
    form = WhenForm.typed(request.POST, delivery.page_id)
    if slot is None and not form.is_valid():
        return show(request, delivery.post, asked=Asked(typed={delivery.page_id: form}), status=422)
    at = slot or form.wall
    reason = "" if slot else form.cleaned_data["override_reason"]
    seen = slot_of(request.POST.get("seen", ""))
    planning = plan.reschedule(delivery, at, request.user, override_reason=reason, seen=seen)
    if tell(request, planning):
        return _back(request, delivery)
    _tell_present(request, delivery, planning)
    return redirect(Wish((delivery.page_id,), at).address(request.brand.slug, delivery.post))


@brand_view(Act.WRITE)
@require_POST
def cancel(request: BrandRequest, delivery_id: int) -> HttpResponse:
    """Off the plan; it can be put back."""
    delivery = _delivery(request, delivery_id)
    done = _("Taken off the plan. It can be put back.")
    return _acted(request, delivery, plan.cancel(delivery, request.user), done)


@brand_view(Act.WRITE)
@require_POST
def restore(request: BrandRequest, delivery_id: int) -> HttpResponse:
    """Back on the plan, at the time it had."""
    delivery = _delivery(request, delivery_id)
    planning = plan.undo_cancel(delivery, request.user)
    if tell(request, planning) or not isinstance(planning, Refused) or planning.code not in SHOWN_BY_VERDICT:
        return _back(request, delivery)
    return redirect(Wish((delivery.page_id,), delivery.due_at).address(request.brand.slug, delivery.post))


@brand_view(Act.WRITE)
@require_POST
def found(request: BrandRequest, delivery_id: int) -> HttpResponse:
    """A person looked, and the post is there: at this address."""
    delivery = _delivery(request, delivery_id)
    form = FoundForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Paste the whole address of the post; it begins with https://."))
        return _back(request, delivery)
    result = settle.it_is_there(delivery, form.cleaned_data["url"], request.user)
    return _acted(request, delivery, result, _("Noted: the post is there."))


@brand_view(Act.WRITE)
@require_POST
def absent(request: BrandRequest, delivery_id: int) -> HttpResponse:
    """A person looked, and the post is not there: it may be planned again."""
    delivery = _delivery(request, delivery_id)
    result = settle.it_is_not(delivery, request.user)
    return _acted(request, delivery, result, _("Noted: the post is not there. Plan it again when you like."))


@brand_view(Act.WRITE)
@require_POST
def remove(request: BrandRequest, delivery_id: int) -> HttpResponse:
    """Take a post down where it was published, with the reason."""
    delivery = _delivery(request, delivery_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(each) for each in form.errors["reason"]))
        return _back(request, delivery)
    result = removing.remove(delivery, form.cleaned_data["reason"], request.user)
    return _acted(request, delivery, result, _("Taken down."))


def _delivery(request: BrandRequest, delivery_id: int) -> Delivery:
    rows = Delivery.objects.select_related("post__brand", "post__author", "page__brand")
    return get_object_or_404(rows, pk=delivery_id, page__brand=request.brand)


def _acted(request: BrandRequest, delivery: Delivery, result: Acting, done: str) -> HttpResponse:
    if isinstance(result, Refused):
        messages.error(request, refused_words(result))
    else:
        messages.success(request, done)
    return _back(request, delivery)


def _tell_present(request: BrandRequest, delivery: Delivery, planning: Planning) -> None:
    """The time that somebody else gave it meanwhile, if that is why it was not moved."""
    if isinstance(planning, Refused) and planning.code == Refusal.STATE_CHANGED:
        now = Delivery.objects.select_related("page").get(pk=delivery.pk)
        if now.state in rules.WAITING:
            messages.info(request, " ".join(planned_words(Planned(now))))


def _is_here(request: BrandRequest, target: str) -> bool:
    """Whether it is an absolute path of this site; anything else would be looked up as a view's name."""
    allowed = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return allowed and target.startswith("/") and len(target) <= ADDRESS_MOST


def _back(request: BrandRequest, delivery: Delivery) -> HttpResponse:
    """To where the person came from, when the form says so; else to the delivery on its post's page."""
    target = request.POST.get("next", "")
    if _is_here(request, target):
        return HttpResponseRedirect(target)
    path = reverse("publishing:post", args=[request.brand.slug, delivery.post_id])
    return redirect(f"{path}#delivery-{delivery.pk}")
