"""All comments of a brand, and one of them with its past."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cm_suite.core import clock
from moderation.enums import ActionState, Kind
from moderation.forms import FilterForm
from moderation.messages import acts as words
from moderation.models import Comment
from moderation.selectors.comments import Wanted, comment_detail, comment_row, list_comments
from moderation.selectors.reading import plain_reading, readings
from moderation.selectors.review import latest_assessment
from moderation.services import assign
from moderation.views.desk import tabs
from pages.access import BrandRequest, brand_view
from pages.enums import Act

A_PAGE: Final = 50
A = ActionState
TRIED_AGAIN: Final = frozenset({A.REJECTED, A.NEEDS_PERSON})
GIVEN_UP: Final = frozenset({A.PLANNED, A.REJECTED, A.NEEDS_PERSON})


@brand_view(Act.SEE)
@require_safe
def comments(request: BrandRequest) -> HttpResponse:
    """The comments asked for, the latest first."""
    form = FilterForm(request.GET, brand=request.brand)
    wanted = form.wanted
    page = Paginator(list_comments(request.brand, wanted), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [comment_row(request.brand, each) for each in page],
        "filtered": wanted != Wanted(),
        "tabs": tabs(request, "comments"),
    }
    return render(request, "moderation/comments.html", context)


@brand_view(Act.SEE)
@require_safe
def comment(request: BrandRequest, comment_id: int) -> HttpResponse:
    """One comment: its wordings, what was said and decided of it, what became of that."""
    found = comment_of(request, comment_id)
    if found.kind == Kind.MESSAGE:
        return redirect(reverse("moderation:conversation", args=[request.brand.slug, found.pk]))
    detail = comment_detail(found)
    offered = readings(found, latest_assessment(found), clock.now())
    context = {
        "comment": found,
        "detail": detail,
        "reading": next(iter(offered), None),
        "pieces": offered[0].pieces if offered else plain_reading(found),
        "presence": words.PRESENCE[found.presence],
        "tried_again": TRIED_AGAIN,
        "given_up": GIVEN_UP,
        "asking": request.GET.get("confirm") in {"show", "undo"},
        "confirming": request.GET.get("confirm") == "undo",
        "tabs": tabs(request, "comments"),
    }
    return render(request, "moderation/comment.html", context)


@brand_view(Act.SEE, post=Act.MODERATE)
@require_POST
def ask_review(request: BrandRequest, comment_id: int) -> HttpResponse:
    """Put any comment in the queue, by a person's wish, and open it."""
    found = comment_of(request, comment_id)
    review = assign.ask_review(found, request.user)
    if review is None:
        messages.error(request, _("Nothing to review: it is gone, private, or the page itself wrote it."))
        return redirect(reverse("moderation:comment", args=[request.brand.slug, found.pk]))
    return redirect(reverse("moderation:review", args=[request.brand.slug, review.pk]))


def comment_of(request: BrandRequest, comment_id: int) -> Comment:
    """A comment of this brand. Raises Http404."""
    rows = Comment.objects.select_related("page__brand", "thread")
    return get_object_or_404(rows, pk=comment_id, page__brand=request.brand)
