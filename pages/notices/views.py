"""A person's notices on a brand, and for leads the brand's outgoing mail."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.notices import selectors
from pages.notices.forms import MailReasonForm
from pages.notices.models import Mail, Notice
from pages.notices.services import mark_all_read, mark_read, mark_sent, resend

PER_PAGE = 30


@brand_view(Act.SEE)
@require_GET
def inbox(request: BrandRequest) -> HttpResponse:
    """What this person should know about the brand, unread first."""
    notices = Paginator(selectors.inbox(request.user, request.brand), PER_PAGE)
    unread = selectors.unread_count(request.user, request.brand)
    context = {"notices": notices.get_page(request.GET.get("page")), "unread_count": unread}
    return render(request, "notices/inbox.html", context)


@brand_view(Act.SEE)
@require_GET
def follow(request: BrandRequest, notice_id: int) -> HttpResponse:
    """Go where the notice leads, which is having read it; a browser that looks ahead does not count."""
    notice = get_object_or_404(Notice, pk=notice_id, person=request.user, brand=request.brand)
    if not request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        mark_read(notice)
    if not url_has_allowed_host_and_scheme(notice.link, allowed_hosts=None):
        return redirect("notices:inbox", brand=request.brand.slug)
    return HttpResponseRedirect(notice.link)


@brand_view(Act.SEE)
@require_POST
def read_all(request: BrandRequest) -> HttpResponse:
    """Mark everything of the brand as read."""
    count = mark_all_read(request.user, request.brand)
    if count:
        words = ngettext("%(count)d notice marked as read.", "%(count)d notices marked as read.", count)
        messages.success(request, words % {"count": count})
    return redirect("notices:inbox", brand=request.brand.slug)


@brand_view(Act.MANAGE)
@require_GET
def mail(request: BrandRequest) -> HttpResponse:
    """The brand's outgoing mail: what left, what waits, what needs a decision."""
    return _mail_page(request)


@brand_view(Act.MANAGE)
@require_POST
def resend_mail(request: BrandRequest, mail_id: int) -> HttpResponse:
    """Send a refused or unknown mail again, with a reason."""
    done = _("The mail is in the queue again.")
    return _decide(request, mail_id, lambda row, reason: resend(row, by=request.user, reason=reason), done)


@brand_view(Act.MANAGE)
@require_POST
def close_mail(request: BrandRequest, mail_id: int) -> HttpResponse:
    """Say that an unknown mail arrived, with a reason."""
    done = _("The mail is marked as sent.")
    return _decide(request, mail_id, lambda row, reason: mark_sent(row, by=request.user, reason=reason), done)


def _decide(request: BrandRequest, mail_id: int, act: Callable[[Mail, str], bool], done: str) -> HttpResponse:
    row = get_object_or_404(Mail, pk=mail_id, brand=request.brand)
    form = MailReasonForm(request.POST)
    if not form.is_valid():
        return _mail_page(request, wrong=mail_id, form=form)
    if act(row, form.cleaned_data["reason"]):
        messages.success(request, done)
    else:
        messages.warning(request, _("Nothing was changed: this mail is no longer waiting for a decision."))
    return redirect("notices:mail", brand=request.brand.slug)


def _mail_page(
    request: BrandRequest, *, wrong: int | None = None, form: MailReasonForm | None = None
) -> HttpResponse:
    rows = Paginator(selectors.mails_of(request.brand), PER_PAGE)
    context = {
        "mails": rows.get_page(request.GET.get("page")),
        "wrong": wrong,
        "form": form or MailReasonForm(),
    }
    return render(request, "notices/mail.html", context, status=422 if wrong else 200)
