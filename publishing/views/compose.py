"""Writing a new post, with the rules of every page asked while one writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.models import Page
from publishing.forms import ComposeForm
from publishing.models import Post
from publishing.services import draft, plan
from publishing.services.draft import Content
from publishing.services.results import Planned, Planning, Refused
from publishing.services.verdicts import check
from publishing.views.says import Said, planned_words, refused_words, said
from publishing.views.wishes import Wish, slot_of, wall_of


@brand_view(Act.WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: BrandRequest) -> HttpResponse:
    """An empty post, or one to be kept: as a draft, or planned on the chosen pages."""
    if request.method != "POST":
        form = ComposeForm(brand=request.brand, initial=_first_values(request))
        return render(request, "publishing/compose.html", {"form": form})
    act = request.POST.get("act", "plan")
    form = ComposeForm(request.POST, brand=request.brand, planning=act != "draft")
    if not form.is_valid():
        shown = {"form": form, "checks": _checks(request, form)}
        return render(request, "publishing/compose.html", shown, status=422)
    saved = draft.create(request.brand, request.user, _content(form), key=form.cleaned_data["key"])
    if isinstance(saved, Refused):
        messages.error(request, refused_words(saved))
        return redirect("publishing:drafts", request.brand.slug)
    if act == "draft":
        messages.success(request, _("Kept as a draft."))
        return redirect("publishing:post", request.brand.slug, saved.post.pk)
    return _plan(request, saved.post, form, slot_of(request.POST.get("take", "")))


@brand_view(Act.WRITE)
@require_POST
def checks(request: BrandRequest) -> HttpResponse:
    """The verdict of every chosen page on what is in the form now; nothing is kept."""
    form = ComposeForm(request.POST, brand=request.brand)
    form.is_valid()
    return render(request, "publishing/compose.html#checks", {"form": form, "checks": _checks(request, form)})


def _plan(request: BrandRequest, post: Post, form: ComposeForm, take: datetime | None) -> HttpResponse:
    """Plan on each chosen page; what is refused goes on, with its verdict, on the post's own page."""
    wall = form.wall
    if wall is None:
        return redirect("publishing:post", request.brand.slug, post.pk)
    at = take or wall
    chosen: Sequence[Page] = list(form.cleaned_data["pages"])
    refused = [page for page in chosen if not tell(request, plan.schedule(post, page, at, request.user))]
    if refused:
        return redirect(Wish(tuple(page.pk for page in refused), wall).address(request.brand.slug, post))
    day = (wall_of(take) if take else wall).date()
    return redirect(f"{reverse('publishing:plan', args=[request.brand.slug])}?from={day:%Y-%m-%d}")


def tell(request: BrandRequest, planning: Planning) -> bool:
    """Put what became of a wish in a message. True when it was planned."""
    if isinstance(planning, Planned):
        messages.success(request, " ".join(planned_words(planning)))
        return True
    if not planning.blocked:
        messages.error(request, refused_words(planning))
    return False


def _checks(request: BrandRequest, form: ComposeForm) -> list[Said]:
    """What each chosen page says of the form as far as it is filled in."""
    data = form.cleaned_data
    content = _content(form) if data.get("text") else Content("")
    return [said(check(content, page, form.wall, request.user)) for page in data.get("pages") or ()]


def _content(form: ComposeForm) -> Content:
    data = form.cleaned_data
    return Content(data.get("text", ""), data.get("link") or "", data.get("content_type") or "information")


def _first_values(request: BrandRequest) -> dict[str, object]:
    """A new post goes at the next full hour, on the only page if there is one only."""
    values: QueryDict = request.GET
    soon = timezone.localtime() + timedelta(hours=1)
    initial: dict[str, object] = {
        "day": values.get("day") or soon.strftime("%Y-%m-%d"),
        "time": soon.strftime("%H:00"),
    }
    only = Page.objects.filter(brand=request.brand, state="connected").values_list("pk", flat=True)[:2]
    if len(only) == 1:
        initial["pages"] = list(only)
    return initial
