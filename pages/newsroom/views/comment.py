"""Writing a comment, and the author's own page about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import reverse

from pages.models import Page
from pages.newsroom import addresses, selectors, services
from pages.newsroom.forms import CommentForm, EditForm
from pages.newsroom.models import CommentMode, NewsroomComment, NewsroomPost
from pages.newsroom.selectors import comments
from pages.newsroom.services import AnsweredGone, CommentsClosed, Edited, Written
from pages.newsroom.views.limits import Counted, may_write_to, too_many
from pages.newsroom.views.shared import by_link, form_page, missing, show

_STATUS = {Edited.MEANWHILE: 409, Edited.CLOSED: 409}


@form_page
def comment(request: HttpRequest, page: Page, post_id: int) -> HttpResponse:
    """The form under a post; `?to=<comment>` answers one. What was typed is never lost."""
    post = selectors.post(page, post_id)
    if post is None:
        return missing(page)
    post.page = page
    if post.removed_at is not None:
        return _closed(request, page, post)
    if request.method != "POST":
        if not comments.takes_comments(page):
            return _closed(request, page, post)
        return _form(request, page, post, CommentForm(post, initial={"to": _asked_to(request)}))
    form = CommentForm(post, request.POST)
    known = services.already_written(post, form.nonce)
    if known is not None:
        return _again(page, known, str(form.data.get("text", "")))
    if not form.is_valid():
        return _form(request, page, post, form, status=422)
    return _write(request, page, post, form)


def _write(request: HttpRequest, page: Page, post: NewsroomPost, form: CommentForm) -> HttpResponse:
    if form.trapped:
        return HttpResponseRedirect(reverse("newsroom:post", args=[page.brand.slug, post.pk]))
    draft = form.draft()
    if too_many(Counted.COMMENT, request, page):
        return _form(request, page, post, form, status=429, too_many="connection")
    if draft.email and not may_write_to(draft.email):
        return _form(request, page, post, form, status=429, too_many="address")
    try:
        written = services.write(post, draft)
    except CommentsClosed:
        return _closed(request, page, post)
    except AnsweredGone:
        return _form(request, page, post, form, status=422)
    return HttpResponseRedirect(_own_address(page, written.token, "new"))


def _again(page: Page, known: Written, text: str) -> HttpResponse:
    """The same form once more: its comment; other words than the first time become an edit to confirm."""
    form = EditForm({"text": text, "version": known.comment.version})
    if not form.is_valid() or form.cleaned_data["text"] == known.comment.text:
        return HttpResponseRedirect(_own_address(page, known.token, "new"))
    action = _own_address(page, known.token)
    return _own(page, known.comment, form, said="other_words", action=action, status=409)


def _own_address(page: Page, token: str, said: str = "") -> str:
    path = reverse("newsroom:yours", args=[page.brand.slug])
    return f"{path}?t={token}&said={said}" if said else f"{path}?t={token}"


def _asked_to(request: HttpRequest) -> int | None:
    return _row(request.GET.get("to", ""))


def _row(value: object) -> int | None:
    """The row that was typed or linked; None for what no row can be."""
    typed = str(value or "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else None


def _form(
    request: HttpRequest, page: Page, post: NewsroomPost, form: CommentForm, status: int = 200, **more: Any
) -> HttpResponse:
    to = _row(form["to"].value())
    above = comments.visible_under(post, to) if to else None
    context = {
        "post": post,
        "form": form,
        "above": above,
        "above_gone": bool(to) and above is None,
        "read_first": comments.comment_mode(page) == CommentMode.MODERATE_FIRST,
        "csrf_token": get_token(request),
        **more,
    }
    return show(page, "comment", context, status=status)


def _closed(request: HttpRequest, page: Page, post: NewsroomPost) -> HttpResponse:
    """No comments any more; what was typed meanwhile can be copied."""
    context = {"post": post, "removed": post.removed_at is not None, "typed": request.POST.get("text", "")}
    return show(page, "closed", context, status=410 if context["removed"] else 403)


@by_link
def yours(request: HttpRequest, page: Page) -> HttpResponse:
    """The author's page, opened by its private link: where the comment stands; edit or withdraw it."""
    token = request.GET.get("t", "")
    found = comments.comment_by_token(page, token)
    if found is None:
        return show(page, "link_lost")
    if request.method != "POST":
        link = addresses.with_token(page.brand.slug, "yours", token)
        return _own(page, found, said=request.GET.get("said", ""), private_link=link)
    if request.POST.get("act") == "withdraw":
        services.withdraw(found)
        return HttpResponseRedirect(_own_address(page, token))
    form = EditForm(request.POST)
    if not form.is_valid():
        return _own(page, found, form, status=422)
    if too_many(Counted.EDIT, request, page):
        return _own(page, found, form, said="too_many", status=429)
    done = services.edit(found, form.cleaned_data["text"], form.cleaned_data["version"])
    if done in _STATUS:
        found.refresh_from_db()
        form = EditForm({**form.cleaned_data, "version": found.version})
        return _own(page, found, form, said=done, status=_STATUS[done])
    return HttpResponseRedirect(_own_address(page, token, done))


def _own(
    page: Page, found: NewsroomComment, form: EditForm | None = None, *, status: int = 200, **more: Any
) -> HttpResponse:
    shown = EditForm(initial={"text": found.text, "version": found.version})
    context = {
        "comment": found,
        "post": found.post,
        "form": form or shown,
        "editable": found.state in services.EDITABLE and comments.takes_comments(page),
        "withdrawable": found.state in services.WITHDRAWABLE,
        **more,
    }
    return show(page, "yours", context, status=status)
