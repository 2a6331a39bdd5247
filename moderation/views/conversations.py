"""Private messages: the list of conversations, one of them, and answering in it."""

from __future__ import annotations

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from moderation.enums import Kind
from moderation.forms import AnswerForm
from moderation.messages import acts as words
from moderation.models import Comment
from moderation.selectors import conversations as talks
from moderation.selectors import room
from moderation.selectors.author import author_block
from moderation.selectors.review import author_history
from moderation.services import beside
from moderation.views.comments import GIVEN_UP, TRIED_AGAIN, comment_of
from moderation.views.desk import tabs
from pages.access import BrandRequest, brand_view
from pages.enums import Act


@brand_view(Act.SEE)
@require_safe
def messages(request: BrandRequest) -> HttpResponse:
    """The conversations of the brand's pages, the latest first."""
    page, rows = talks.conversations(request.brand, request.GET.get("page"))
    context = {
        "page": page,
        "rows": rows,
        "without": talks.without_messages(request.brand),
        "tabs": tabs(request, "messages"),
    }
    return render(request, "moderation/messages.html", context)


@brand_view(Act.SEE)
@require_safe
def conversation(request: BrandRequest, comment_id: int) -> HttpResponse:
    """The conversation that a message belongs to; anything else is shown where it belongs."""
    found = comment_of(request, comment_id)
    if found.kind != Kind.MESSAGE:
        return redirect(reverse("moderation:comment", args=[request.brand.slug, found.pk]))
    return _show(request, found, AnswerForm(room=room.of(found)))


@brand_view(Act.MODERATE)
@require_POST
def answer(request: BrandRequest, comment_id: int) -> HttpResponse:
    """Answer a message in its conversation."""
    found = comment_of(request, comment_id)
    form = AnswerForm(request.POST, room=room.of(found))
    if not form.is_valid() and found.kind == Kind.MESSAGE:
        return _show(request, found, form, status=422)
    result = beside.answer(found, request.user, form.cleaned_data.get("text", ""))
    if not result.done and found.kind == Kind.MESSAGE:
        form.add_error(None, str(words.RESULTS[result.kind]))
        return _show(request, found, form, status=409)
    told = words.ANSWERED if result.done else words.RESULTS[result.kind]
    flash.add_message(request, flash.SUCCESS if result.done else flash.ERROR, str(told))
    return redirect(reverse("moderation:conversation", args=[request.brand.slug, found.pk]) + "#answer")


def _show(request: BrandRequest, message: Comment, form: AnswerForm, status: int = 200) -> HttpResponse:
    talk = talks.conversation(message)
    about = talk.last or talk.first
    about.page = message.page
    context = {
        "message": message,
        "comment": about,
        "talk": talk,
        "form": form,
        "author": author_history(about),
        "standing": author_block(about),
        "tried_again": TRIED_AGAIN,
        "given_up": GIVEN_UP,
        "tabs": tabs(request, "messages"),
    }
    return render(request, "moderation/conversation.html", context, status=status)
