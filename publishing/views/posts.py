"""One post: its words, where it goes and what became of it."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.models import Page
from publishing.forms import EditForm, WhenForm
from publishing.models import Post
from publishing.selectors.lists import draft_row, unplanned
from publishing.services import draft, plan
from publishing.services.draft import Content, content_of
from publishing.services.results import Conflict, Refused
from publishing.views.cards import Asked
from publishing.views.pictures import desk_of, wants_only_pictures
from publishing.views.post_page import conflict, show
from publishing.views.says import refused_words
from publishing.views.telling import tell
from publishing.views.wishes import Wish, number_of, slot_of, wish_of

A_PAGE: Final = 25


@brand_view(Act.SEE)
@require_safe
def drafts(request: BrandRequest) -> HttpResponse:
    """Posts that are on no page's plan."""
    page = Paginator(unplanned(request.brand), A_PAGE).get_page(request.GET.get("page"))
    context = {"drafts": [draft_row(each) for each in page], "page": page}
    return render(request, "publishing/drafts.html", context)


@brand_view(Act.SEE, post=Act.WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def post(request: BrandRequest, post_id: int) -> HttpResponse:
    """Read a post, or save a change of its words."""
    found = _post(request, post_id)
    if request.method != "POST":
        return show(request, found, asked=Asked(wish_of(request)))
    form, desk = EditForm(request.POST), desk_of(request)
    if wants_only_pictures(request):
        form.errors.clear()
        return show(request, found, form=form, desk=desk)
    if not form.is_valid() or desk.errors:
        return show(request, found, form=form, desk=desk, status=422)
    data = form.cleaned_data
    content = Content(data["text"], data["link"] or "", data["content_type"], desk.placed)
    result = draft.edit(found, data["version"], content, request.user)
    if isinstance(result, Conflict) and content_of(result.current) != content:
        return conflict(request, result.current, data, desk)
    if isinstance(result, Refused):
        form.add_error(None, refused_words(result))
        return show(request, found, form=form, desk=desk, status=409)
    messages.success(request, _("Saved."))
    return redirect("publishing:post", request.brand.slug, post_id)


@brand_view(Act.WRITE)
@require_POST
def place(request: BrandRequest, post_id: int) -> HttpResponse:
    """Plan the post on one page, at a chosen time or at the free slot that was offered."""
    found = _post(request, post_id)
    page = get_object_or_404(Page, pk=number_of(request.POST.get("page")), brand=request.brand)
    slot = slot_of(request.POST.get("take", ""))
    form = WhenForm.typed(request.POST, page.pk)
    if slot is None and not form.is_valid():
        return show(request, found, asked=Asked(typed={page.pk: form}), status=422)
    at = slot or form.wall
    reason = "" if slot else form.cleaned_data["override_reason"]
    if tell(request, plan.schedule(found, page, at, request.user, override_reason=reason)):
        return redirect("publishing:post", request.brand.slug, post_id)
    return redirect(Wish((page.pk,), at).address(request.brand.slug, found))


@brand_view(Act.WRITE)
@require_POST
def discard(request: BrandRequest, post_id: int) -> HttpResponse:
    """Put a post away with what is planned of it."""
    result = draft.discard(_post(request, post_id), request.user)
    if isinstance(result, Refused):
        messages.error(request, refused_words(result))
        return redirect("publishing:post", request.brand.slug, post_id)
    messages.success(request, _("Discarded, with everything that was planned of it."))
    return redirect("publishing:drafts", request.brand.slug)


def _post(request: BrandRequest, post_id: int) -> Post:
    rows = Post.objects.select_related("brand", "author")
    return get_object_or_404(rows, pk=post_id, brand=request.brand)
