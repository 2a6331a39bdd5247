"""Taking a comment, deciding it, answering somebody else's decision, undoing one's own."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget

from moderation.enums import ActionState, Decided, ResultKind
from moderation.forms import DecideForm, SecondForm, UndoForm
from moderation.messages import acts as words
from moderation.messages.acts import Outcome
from moderation.messages.reasons import AGREED
from moderation.models import Action, Decision, Review
from moderation.selectors import room
from moderation.services import assign, beside, troubles
from moderation.services import decide as deciding
from moderation.services.results import Claimed, Result
from moderation.views.authors import author_context
from moderation.views.desk import ACTS, HOLD, PANE, Asked, review_of, show
from moderation.views.queue import address, let_go, show_next
from pages.access import BrandRequest, brand_view
from pages.enums import Act

K = ResultKind
LEAVING = frozenset({ActionState.CLAIMED, ActionState.SENDING, ActionState.UNKNOWN})
NOT_THERE_YET = LEAVING | {ActionState.PLANNED, ActionState.REJECTED}
CONFLICTS = frozenset({K.NOT_HELD, K.CHANGED, K.GONE})


@brand_view(Act.MODERATE)
@require_POST
def claim(request: BrandRequest, review_id: int) -> HttpResponse:
    """Take a comment for five minutes; one held before is given back, for one looks at one at a time."""
    found = review_of(request, review_id)
    claimed = assign.claim(found, request.user)
    if claimed.taken:
        let_go(request, found)
    if request.htmx:
        part = HOLD if request.htmx.target == "hold" else ACTS
        return show(request, review_of(request, review_id), template=part)
    if not claimed.taken:
        messages.warning(request, taken_words(claimed))
    elif "revision" in request.POST:  # taken again in the middle of a form: what was typed stays
        again = DecideForm(brand=request.brand, room=room.of(found.comment), initial=retyped(request, found))
        return show(request, review_of(request, review_id), Asked(form=again))
    return redirect(address(request, review_id))


@brand_view(Act.MODERATE)
@require_POST
def renew(request: BrandRequest, review_id: int) -> HttpResponse:
    """Five more minutes, while somebody is at work on it."""
    claimed = assign.renew(review_of(request, review_id), request.user)
    if request.htmx:
        return show(request, review_of(request, review_id), template=HOLD)
    if not claimed.taken:
        messages.warning(request, taken_words(claimed))
    return redirect(address(request, review_id))


@brand_view(Act.MODERATE)
@require_POST
def release(request: BrandRequest, review_id: int) -> HttpResponse:
    """Give a comment back: it waits for anybody."""
    given = assign.release(review_of(request, review_id), request.user)
    messages.info(
        request, _("Given back: it waits for anybody.") if given else _("It was not yours any more.")
    )
    return show_next(request, None) if request.htmx else redirect(address(request, None))


@brand_view(Act.MODERATE)
@require_POST
def decide(request: BrandRequest, review_id: int) -> HttpResponse:
    """Decide a comment that one holds; the next one opens."""
    found = review_of(request, review_id)
    form = DecideForm(request.POST, brand=request.brand, room=room.of(found.comment))
    if not form.is_valid():
        return _again(request, found, Asked(form=form))
    data = form.cleaned_data
    result = deciding.decide(
        found,
        request.user,
        form.decided,
        reason=form.full_reason,
        told=form.full_told,
        label=data["label"],
        text=data["text"],
        revision=data["revision"],
        alone_confirmed=data["alone_confirmed"],
    )
    if not result.done:
        return _refused(request, review_id, result, Asked(form=form))
    return _onwards(request, found, result)


@brand_view(Act.SECOND)
@require_POST
def second(request: BrandRequest, review_id: int) -> HttpResponse:
    """Answer a first decision: with it or against it."""
    found = review_of(request, review_id)
    form = SecondForm(request.POST)
    if not form.is_valid():
        return _again(request, found, Asked(second=form))
    data = form.cleaned_data
    result = deciding.second(
        found,
        request.user,
        agree=data["agree"],
        reason=data["reason"] or str(AGREED if data["agree"] else ""),
        revision=data["revision"],
        alone_confirmed=data["alone_confirmed"],
    )
    if not result.done:
        return _refused(request, review_id, result, Asked(second=form))
    return _onwards(request, found, result)


@brand_view(Act.MODERATE)
@require_POST
def undo(request: BrandRequest, decision_id: int) -> HttpResponse:
    """Show a hidden comment again, or ask a second person to agree to it; let a blocked author in again."""
    rows = Decision.objects.select_related("review__comment__page__brand")
    found = get_object_or_404(rows, pk=decision_id, review__comment__page__brand=request.brand)
    form = UndoForm(request.POST)
    if not form.is_valid():
        return _undone(request, found, Result(K.NEEDS_REASON))
    outcome = _let_in(request, found, form) if found.act == Decided.BLOCK else _taken_back(request, found)
    if outcome is not None:
        return _undone(request, found, Result(K.DONE), outcome)
    alone = form.cleaned_data["alone_confirmed"]
    result = deciding.undo(found, request.user, form.full_reason, alone_confirmed=alone)
    return _undone(request, found, result)


def retyped(request: BrandRequest, review: Review) -> dict[str, object]:
    """What was typed, for a form about the words as they stand now; the act is to be chosen anew."""
    typed = {name: request.POST.get(name, "") for name in ("quick", "reason", "told", "label", "text")}
    return {**typed, "revision": review.comment.revision}


def taken_words(claimed: Claimed) -> str:
    """Why a comment could not be taken."""
    if claimed.held_by is not None:
        return _("%(name)s is on it at the moment.") % {"name": claimed.held_by.name}
    return _("It cannot be taken: it was decided, or waits for a second person.")


def _onwards(request: BrandRequest, review: Review, result: Result) -> HttpResponse:
    """Say what was done, and open the next comment, taken already."""
    told = _told(result)
    following = _following(request, review)
    undoable = _undoable(result)
    if request.htmx:
        extra = {"toast": told, "undo": undoable, "moved": True}
        return retarget(show_next(request, following, Asked(extra=extra)), "#desk")
    messages.success(request, told)
    return redirect(address(request, following))


def _following(request: BrandRequest, review: Review) -> int | None:
    """The next comment, taken; none for those who only answer as second persons."""
    if Act.MODERATE.value not in request.rights:
        return None
    found = assign.claim_next(request.brand, request.user, skip=review)
    if found is not None:
        let_go(request, found)
    return found.pk if found else None


def _told(result: Result) -> str:
    if result.kind is K.NEEDS_SECOND or result.decision is None:
        return str(words.RESULTS[result.kind])
    done = str(words.DONE[result.decision.act])
    if not result.decision.agrees:
        return _("Noted: not followed. The comment is back in the queue.")
    if result.action is not None:
        return _("%(done)s: on its way to the network.") % {"done": done}
    return _("%(done)s.") % {"done": done}


def _undoable(result: Result) -> Decision | None:
    """What can be taken back right away: hiding."""
    hidden = result.kind is K.DONE and result.decision is not None and result.decision.act == Decided.HIDE
    return result.decision if hidden else None


def _again(request: BrandRequest, review: Review, asked: Asked) -> HttpResponse:
    """The same comment, with what was typed and what is wrong with it."""
    if request.htmx:
        return reswap(retarget(show(request, review, asked, template=ACTS), "#acts"), "outerHTML")
    return show(request, review, asked, status=422)


def _refused(request: BrandRequest, review_id: int, result: Result, asked: Asked) -> HttpResponse:
    """Nothing was done: say what happened, what is safe, what to do; the comment as it stands now."""
    fresh = review_of(request, review_id)
    outcome: Outcome = words.RESULTS[result.kind]
    alone = result.kind is K.ALONE_MUST_CONFIRM
    asked = Asked(form=asked.form, second=asked.second, outcome=outcome, alone=alone)
    if result.kind is K.CHANGED:  # other words: nothing is chosen any more, what was typed stays
        form = DecideForm(brand=request.brand, room=room.of(fresh.comment), initial=retyped(request, fresh))
        asked = Asked(form=form, outcome=outcome)
    if request.htmx:
        return retarget(show(request, fresh, asked, template=PANE), "#pane")
    return show(request, fresh, asked, status=409 if result.kind in CONFLICTS else 422)


def _taken_back(request: BrandRequest, decision: Decision) -> Outcome | None:
    """What undoing comes to while the network has not hidden anything; None once it has."""
    action: Action | None = getattr(decision, "action", None)
    if decision.act != Decided.HIDE or action is None or action.state not in NOT_THERE_YET:
        return None
    if action.state in LEAVING or not troubles.cancel(action, request.user).done:
        return words.ON_ITS_WAY
    return words.TAKEN_BACK


def _let_in(request: BrandRequest, decision: Decision, form: UndoForm) -> Outcome:
    """What undoing a block comes to: taken back before it left, or lifted on the network."""
    action: Action | None = getattr(decision, "action", None)
    waits = action is not None and action.state in troubles.WAITING
    if action is not None and waits and troubles.cancel(action, request.user).done:
        return words.NOT_BLOCKED
    result = beside.unblock(decision.review.comment, request.user, form.full_reason)
    return words.LET_IN_AGAIN if result.done else words.RESULTS[result.kind]


def _undone(
    request: BrandRequest, decision: Decision, result: Result, outcome: Outcome | None = None
) -> HttpResponse:
    comment = decision.review.comment
    target = reverse("moderation:comment", args=[request.brand.slug, comment.pk])
    outcome = outcome or (words.SHOWN_AGAIN if result.kind is K.DONE else words.RESULTS[result.kind])
    done = outcome.tone == "success"
    if result.kind is K.ALONE_MUST_CONFIRM:
        target += "?confirm=undo#undo"
    messages.add_message(request, messages.SUCCESS if done else messages.WARNING, str(outcome))
    if request.htmx and decision.act == Decided.BLOCK:
        return render(
            request, "moderation/author.html", author_context(request, comment) | {"oob_author": True}
        )
    if request.htmx and result.kind is not K.ALONE_MUST_CONFIRM:  # nobody is led away from their work
        return render(request, "moderation/toast.html")
    return HttpResponseClientRedirect(target) if request.htmx else redirect(target)
