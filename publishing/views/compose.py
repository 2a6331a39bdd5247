"""Writing a new post, with the rules of every page asked while one writes."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib import messages
from django.forms.boundfield import BoundWidget
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pages.access import BrandRequest, brand_view
from pages.enums import Act, PageState
from pages.models import Page
from publishing.forms import ComposeForm
from publishing.models import Post
from publishing.selectors.free import free_slots
from publishing.services import draft, plan
from publishing.services.draft import Content, content_of
from publishing.services.fits import not_published
from publishing.services.results import Planned, Refused
from publishing.services.verdicts import check
from publishing.views.cards import next_hour
from publishing.views.names import PageName, only_read, page_name
from publishing.views.pictures import Desk, desk_of, wants_only_pictures
from publishing.views.post_page import conflict
from publishing.views.previews import Preview
from publishing.views.says import refused_words, said
from publishing.views.telling import tell
from publishing.views.wishes import Wish, page_slot_of, wall_of

NO_DELIVERY = 0  # of a post that is not planned yet: an id that no row has


@brand_view(Act.WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: BrandRequest) -> HttpResponse:
    """An empty post, or one to be kept: as a draft, or planned on the chosen pages."""
    if request.method != "POST":
        return _form(request, ComposeForm(brand=request.brand, initial=_first_values(request)))
    desk = desk_of(request)
    if wants_only_pictures(request):
        return _form(request, ComposeForm(request.POST, brand=request.brand), desk=desk)
    act = request.POST.get("act", "plan")
    form = ComposeForm(request.POST, brand=request.brand, planning=act != "draft")
    if not form.is_valid() or desk.errors:
        return _form(request, form, 422, desk)
    content = _content(form, desk)
    saved = draft.create(request.brand, request.user, content, key=form.cleaned_data["key"])
    if isinstance(saved, Refused):
        form.add_error(None, refused_words(saved))
        return _form(request, form, 409, desk)
    if content_of(saved.post) != content:
        return conflict(request, saved.post, form.cleaned_data, desk, sent_before=True)
    if act == "draft":
        messages.success(request, _("Kept as a draft."))
        return redirect("publishing:post", request.brand.slug, saved.post.pk)
    return _plan(request, saved.post, form)


@brand_view(Act.WRITE)
@require_POST
def checks(request: BrandRequest) -> HttpResponse:
    """The verdict of every chosen page on what is in the form now; nothing is kept."""
    form = ComposeForm(request.POST, brand=request.brand)
    form.is_valid()
    context = {"form": form, "previews": _previews(request, form, desk_of(request))}
    return render(request, "publishing/compose.html#checks", context)


def _form(
    request: BrandRequest, form: ComposeForm, status: int = 200, desk: Desk | None = None
) -> HttpResponse:
    desk = desk or Desk()
    if form.is_bound:
        form.is_valid()
    previews = _previews(request, form, desk) if form.is_bound else []
    if wants_only_pictures(request):
        form.errors.clear()
    context = {
        "form": form,
        "desk": desk,
        "previews": previews,
        "boxes": _boxes(form),
        "only_read": only_read(request.brand),
    }
    return render(request, "publishing/compose.html", context, status=status)


def _boxes(form: ComposeForm) -> list[tuple[BoundWidget, PageName]]:
    """The box of each page, with its name and where it is."""
    boxes = list(form["pages"])
    return [(box, page_name(box.data["value"].instance, alone=False)) for box in boxes]


def _plan(request: BrandRequest, post: Post, form: ComposeForm) -> HttpResponse:
    """Plan on each chosen page; what is refused goes on, with its verdict, on the post's own page."""
    wall = form.wall
    if wall is None:
        return redirect("publishing:post", request.brand.slug, post.pk)
    taken = page_slot_of(request.POST.get("take", ""))
    slots = dict([taken]) if taken else {}
    refused: list[Page] = []
    days: list[date] = []
    for page in form.cleaned_data["pages"]:
        planning = plan.schedule(post, page, slots.get(page.pk, wall), request.user)
        if tell(request, planning) and isinstance(planning, Planned):
            days.append(wall_of(planning.delivery.due_at).date())
        else:
            refused.append(page)
    if refused:
        return _refused(request, post, refused, slots.get(refused[0].pk, wall))
    return redirect(f"{reverse('publishing:plan', args=[request.brand.slug])}?from={min(days):%Y-%m-%d}")


def _refused(request: BrandRequest, post: Post, refused: list[Page], at: datetime) -> HttpResponse:
    names = ", ".join(page.name for page in refused)
    messages.warning(request, _("The post is kept. It is not planned yet on: %(pages)s.") % {"pages": names})
    return redirect(Wish(tuple(page.pk for page in refused), at).address(request.brand.slug, post))


def _previews(request: BrandRequest, form: ComposeForm, desk: Desk) -> list[Preview]:
    """What each chosen page says of the form as far as it is filled in, and how the post will look."""
    content = _content(form, desk)
    pages: list[Page] = list(form.cleaned_data.get("pages") or ())
    names = {page.pk: page_name(page, alone=False) for page in pages}
    return [
        Preview(said(check(content, page, form.wall, request.user)), names[page.pk], content, desk.rows)
        for page in pages
    ]


def _content(form: ComposeForm, desk: Desk) -> Content:
    data = form.cleaned_data
    kind = data.get("content_type") or "information"
    return Content(data.get("text", ""), data.get("link") or "", kind, desk.placed)


def _first_values(request: BrandRequest) -> dict[str, object]:
    """A new post goes on the only page if there is one only, as soon as its rules leave it free from the
    next full hour on; on the day of the address, and with several pages, at that hour.
    """
    soon, day = next_hour(), _day(request.GET.get("day", ""))
    connected = Page.objects.filter(brand=request.brand, state=PageState.CONNECTED)
    only = list(connected.exclude(network__in=not_published()).values_list("pk", flat=True)[:2])
    if len(only) != 1:
        return {"day": day or soon.date(), "time": soon.time()}
    if day is None:
        soon = _free_on(only[0], soon)
    return {"day": day or soon.date(), "time": soon.time(), "pages": only}


def _free_on(page_id: int, wall: datetime) -> datetime:
    """The first free minute of a page from a wall time on, on the same clocks; that time if none is free."""
    [slot] = free_slots({NO_DELIVERY: page_id}, timezone.make_aware(wall)).values()
    return wall_of(slot) if slot else wall


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
