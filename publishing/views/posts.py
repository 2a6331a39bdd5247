"""One post: its words, where it goes and what became of it."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.models import Page
from publishing.forms import EditForm, WhenForm
from publishing.models import Delivery, Post
from publishing.selectors.posts import PostDetail, post_detail
from publishing.selectors.queue import drafts as drafts_of
from publishing.services import draft, plan
from publishing.services.draft import Content
from publishing.services.results import Conflict, Refused
from publishing.services.verdicts import check
from publishing.views.compose import tell
from publishing.views.says import Said, refused_words, said
from publishing.views.wishes import Wish, slot_of, wall_of, wish_of


@brand_view(Act.SEE)
@require_safe
def drafts(request: BrandRequest) -> HttpResponse:
    """Posts that are on no page's plan."""
    return render(request, "publishing/drafts.html", {"drafts": drafts_of(request.brand)})


@brand_view(Act.SEE, post=Act.WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def post(request: BrandRequest, post_id: int) -> HttpResponse:
    """Read a post, or save a change of its words."""
    found = _post(request, post_id)
    if request.method != "POST":
        return _show(request, found, EditForm.of(found))
    form = EditForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    data = form.cleaned_data
    content = Content(data["text"], data["link"] or "", data["content_type"])
    result = draft.edit(found, data["version"], content, request.user)
    if isinstance(result, Conflict):
        return _conflict(request, result.current, form)
    if isinstance(result, Refused):
        form.add_error(None, refused_words(result))
        return _show(request, found, form, status=409)
    messages.success(request, _("Saved."))
    return redirect("publishing:post", request.brand.slug, post_id)


@brand_view(Act.WRITE)
@require_POST
def place(request: BrandRequest, post_id: int) -> HttpResponse:
    """Plan the post on one page, at a chosen time or at the free slot that was offered."""
    found = _post(request, post_id)
    page = get_object_or_404(Page, pk=_number(request.POST.get("page")), brand=request.brand)
    slot = slot_of(request.POST.get("take", ""))
    form = WhenForm(request.POST)
    at: datetime | None = slot or (form.wall if form.is_valid() else None)
    if at is None:
        messages.error(request, _("Choose a day and a time."))
        return redirect("publishing:post", request.brand.slug, post_id)
    reason = "" if slot else request.POST.get("override_reason", "")
    if tell(request, plan.schedule(found, page, at, request.user, override_reason=reason)):
        return redirect("publishing:post", request.brand.slug, post_id)
    wall = wall_of(at) if at.tzinfo else at
    return redirect(Wish((page.pk,), wall).address(request.brand.slug, found))


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
    return get_object_or_404(Post.objects.select_related("brand"), pk=post_id, brand=request.brand)


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() else 0


def _show(request: BrandRequest, found: Post, form: EditForm, status: int = 200) -> HttpResponse:
    detail = post_detail(found)
    wish = wish_of(request)
    context = {
        "post": found,
        "detail": detail,
        "form": form,
        "wish": wish,
        "free_pages": _free_pages(request, detail),
        "verdicts": _verdicts(request, found, wish),
        "when": WhenForm(initial={"day": wish.wall.date(), "time": wish.wall.time()} if wish.wall else None),
    }
    return render(request, "publishing/post.html", context, status=status)


def _conflict(request: BrandRequest, current: Post, form: EditForm) -> HttpResponse:
    """Both versions side by side; saving again takes the place of the other one, knowingly."""
    mine = {**form.cleaned_data, "version": current.version}
    context = {"post": current, "form": EditForm(initial=mine)}
    return render(request, "publishing/conflict.html", context, status=409)


def _free_pages(request: BrandRequest, detail: PostDetail) -> list[Page]:
    """Connected pages where this post is not planned yet; none once it was put away."""
    if detail.post.discarded_at is not None:
        return []
    taken = {each.row.page_id for each in detail.deliveries if each.row.state != "cancelled"}
    found = Page.objects.filter(brand=request.brand).exclude(state="disconnected").exclude(pk__in=taken)
    return list(found.order_by("network", "name", "pk"))


def _verdicts(request: BrandRequest, found: Post, wish: Wish) -> list[Said]:
    """Judge the wish in the address again, as things stand now."""
    pages = Page.objects.filter(brand=request.brand, pk__in=wish.page_ids).select_related("brand")
    known = dict(Delivery.objects.filter(post=found).values_list("page_id", "pk"))
    content = Content(found.text, found.link, found.content_type)
    return [said(check(content, page, wish.wall, request.user, without=known.get(page.pk))) for page in pages]
