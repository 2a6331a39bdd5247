"""Reporting a comment to whoever answers for the page."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import reverse

from pages.models import Page
from pages.newsroom import addresses, services
from pages.newsroom.forms import ReportForm
from pages.newsroom.models import CommentState, NewsroomComment
from pages.newsroom.selectors import comments
from pages.newsroom.services import NotShown
from pages.newsroom.views.limits import Counted, may_write_to, too_many
from pages.newsroom.views.shared import form_page, missing, public, show

NO_MAIL: Final = "no-mail"


@form_page
def report(request: HttpRequest, page: Page, post_id: int, comment_id: int) -> HttpResponse:
    """The four parts of a notice. What was typed is never lost."""
    found = comments.comment_of(page, comment_id)
    if found is None or found.post_id != post_id or found.by_brand or found.post.removed_at:
        return missing(page)
    form = ReportForm(found.pk, request.POST if request.method == "POST" else None)
    known = services.already_reported(form.nonce) if form.nonce else None
    if known is not None:
        return _sent(page, mailed=bool(known.email))
    if found.state != CommentState.VISIBLE:
        return show(page, "report_late", {"post": found.post}, status=410)
    if not form.is_valid():
        return _form(request, page, found, form, status=422 if form.is_bound else 200)
    return _keep(request, page, found, form)


def _keep(request: HttpRequest, page: Page, found: NewsroomComment, form: ReportForm) -> HttpResponse:
    if form.trapped:
        return _sent(page)
    notice = form.notice()
    if too_many(Counted.REPORT, request, page):
        return _form(request, page, found, form, status=429, too_many="connection")
    if notice.email and not may_write_to(notice.email):
        return _form(request, page, found, form, status=429, too_many="address")
    try:
        services.report(found, notice)
    except NotShown:
        return show(page, "report_late", {"post": found.post}, status=410)
    return _sent(page, mailed=bool(notice.email))


def _sent(page: Page, *, mailed: bool = True) -> HttpResponse:
    path = reverse("newsroom:reported", args=[page.brand.slug])
    return HttpResponseRedirect(path if mailed else f"{path}?{NO_MAIL}")


def _form(
    request: HttpRequest, page: Page, found: NewsroomComment, form: ReportForm, status: int, **more: Any
) -> HttpResponse:
    context = {
        "comment": found,
        "post": found.post,
        "form": form,
        "address": addresses.of_comment(page.brand.slug, found.post_id, found.pk),
        "csrf_token": get_token(request),
        **more,
    }
    return show(page, "report", context, status=status)


@public
def reported(request: HttpRequest, page: Page) -> HttpResponse:
    """What happens to a report, once it is sent."""
    return show(page, "reported", {"mailed": NO_MAIL not in request.GET})
