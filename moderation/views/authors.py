"""Keeping somebody away from a page, and letting them in again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from moderation.enums import Decided, Kind, ResultKind
from moderation.forms import BlockForm
from moderation.messages import acts as words
from moderation.messages.acts import Outcome
from moderation.models import Comment
from moderation.selectors.author import author_block
from moderation.selectors.review import author_history
from moderation.services import beside
from moderation.services.results import Result
from moderation.views.comments import comment_of
from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.models import Person

type Deed = Callable[[Comment, Person, str], Result]


@brand_view(Act.MODERATE)
@require_POST
def block(request: BrandRequest, comment_id: int) -> HttpResponse:
    """Keep the author of a comment away from its page."""
    return _done(request, comment_of(request, comment_id), beside.block, words.BLOCKED)


@brand_view(Act.MODERATE)
@require_POST
def unblock(request: BrandRequest, comment_id: int) -> HttpResponse:
    """Let the author of a comment in again."""
    return _done(request, comment_of(request, comment_id), beside.unblock, words.LET_IN_AGAIN)


def _done(request: BrandRequest, comment: Comment, deed: Deed, well: Outcome) -> HttpResponse:
    form = BlockForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    result = deed(comment, request.user, reason)
    outcome = well if result.done else words.RESULTS[result.kind]
    if not request.htmx:
        messages.add_message(request, messages.SUCCESS if result.done else messages.ERROR, str(outcome))
        return redirect(_room(request, comment))
    undo = result.decision if result.decision and result.decision.act == Decided.BLOCK else None
    context = author_context(request, comment) | {
        "refused": "" if result.done else str(outcome),
        "asked_again": result.kind is ResultKind.NEEDS_REASON,
        "toast": str(outcome) if result.done else "",
        "undo": undo,
    }
    return render(request, "moderation/author.html", context)


def author_context(request: BrandRequest, comment: Comment) -> dict[str, Any]:
    """What is known of a comment's author, for the fragment that stands beside it.

    `keys`: it stands in the queue, whose keyboard presses its buttons.
    """
    queue = reverse("moderation:queue", args=[request.brand.slug])
    return {
        "keys": (request.htmx.current_url_abs_path or "").startswith(queue),
        "comment": comment,
        "author": author_history(comment),
        "block": author_block(comment),
        "swapped": True,
    }


def _room(request: BrandRequest, comment: Comment) -> str:
    """Where the comment is shown."""
    room = "moderation:conversation" if comment.kind == Kind.MESSAGE else "moderation:comment"
    return reverse(room, args=[request.brand.slug, comment.pk]) + f"#author-{comment.pk}"
