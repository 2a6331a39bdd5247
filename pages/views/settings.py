"""The settings of a brand, its charter, and how a person hears of things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pages.access import BrandRequest, PersonRequest, brand_view, person_view
from pages.enums import Act
from pages.forms.settings import BrandForm, CharterForm, CommentsForm, NoticesForm
from pages.models import Brand, Charter
from pages.newsroom.selectors import newsroom as newsroom_of
from pages.newsroom.selectors.comments import comment_mode
from pages.notices.messages import notice_words
from pages.notices.selectors import ways
from pages.notices.services import save_preferences
from pages.selectors.brands import missing_legal_words
from pages.selectors.history import changes, last_editor
from pages.selectors.pauses import open_pauses
from pages.services import brand_settings, charter
from pages.services.brand_settings import Clash, EditedMeanwhile, ModeChanged
from pages.services.charter import CharterChanged


@dataclass(frozen=True, slots=True)
class ClashWords:
    """One field two people changed, in words."""

    label: str
    theirs: str
    mine: str


@brand_view(Act.SEE, post=Act.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: BrandRequest) -> HttpResponse:
    """The brand, its legal notice, its charter and its pauses; leads change them."""
    if request.method != "POST":
        return _page(request)
    if request.POST.get("form") == "charter":
        return _save_charter(request)
    if request.POST.get("form") == "comments":
        return _save_comments(request)
    return _save_brand(request)


def _save_brand(request: BrandRequest) -> HttpResponse:
    form = BrandForm(request.brand, request.POST)
    if not form.is_valid():
        if "seen" in form.errors:
            form.shown_again(brand_settings.values_of(request.brand))
        return _page(request, form=form, status=422)
    try:
        saved = brand_settings.save_settings(
            request.brand, form.wanted(), form.cleaned_data["seen"], request.user
        )
    except EditedMeanwhile as edited:
        form.shown_again(edited.current)
        clashes = [_clash(form, clash) for clash in edited.clashes]
        return _page(
            request,
            form=form,
            clashes=clashes,
            editor=last_editor(request.brand, brand_settings.KIND),
            status=409,
        )
    _tell(request, form, saved)
    return redirect("pages:settings", brand=request.brand.slug)


def _tell(request: BrandRequest, form: BrandForm, saved: brand_settings.Saved) -> None:
    messages.success(request, _("Saved.") if saved.changed else _("Nothing had changed."))
    if saved.kept:
        names = ", ".join(str(form.fields[field].label) for field in saved.kept)
        messages.info(
            request,
            _("Somebody else changed this meanwhile, and it was kept: %(fields)s.") % {"fields": names},
        )


def _clash(form: BrandForm, clash: Clash) -> ClashWords:
    choices = dict(getattr(form.fields[clash.field], "choices", ()))
    return ClashWords(
        label=str(form.fields[clash.field].label),
        theirs=str(choices.get(clash.theirs, clash.theirs)),
        mine=str(choices.get(clash.mine, clash.mine)),
    )


def _save_charter(request: BrandRequest) -> HttpResponse:
    form = CharterForm(request.POST)
    if not form.is_valid():
        return _page(request, charter_form=form, status=422)
    try:
        written = charter.write(
            request.brand, form.cleaned_data["text"], request.user, seen=form.cleaned_data["seen"]
        )
    except CharterChanged as changed:
        form.shown_again(charter.mark_of(changed.current))
        editor = last_editor(request.brand, charter.KIND)
        return _page(request, charter_form=form, theirs=changed.current, editor=editor, status=409)
    messages.success(request, _("The charter is saved.") if written else _("Nothing had changed."))
    return redirect("pages:settings", brand=request.brand.slug)


def _save_comments(request: BrandRequest) -> HttpResponse:
    newsroom = newsroom_of(request.brand.slug)
    if newsroom is None:
        raise Http404
    form = CommentsForm(request.POST)
    if not form.is_valid():
        return _page(request, comments_form=form, status=422)
    try:
        changed = brand_settings.save_comment_mode(newsroom, form.wanted(), form.was_shown(), request.user)
    except ModeChanged as meanwhile:
        form.shown_again(meanwhile.current)
        editor = last_editor(request.brand, brand_settings.COMMENTS_KIND)
        return _page(request, comments_form=form, other_mode=meanwhile.current, editor=editor, status=409)
    messages.success(request, _("Saved.") if changed else _("Nothing had changed."))
    return redirect("pages:settings", brand=request.brand.slug)


def _page(
    request: BrandRequest,
    *,
    form: BrandForm | None = None,
    charter_form: CharterForm | None = None,
    comments_form: CommentsForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    brand = request.brand
    current = Charter.objects.filter(brand=brand).first()
    newsroom = newsroom_of(brand.slug)
    mode = comment_mode(newsroom) if newsroom else None
    context = {
        "form": form or BrandForm(brand),
        "charter": current,
        "charter_form": charter_form or _charter_form(brand, current),
        "comment_mode": mode,
        "comments_form": comments_form or CommentsForm(initial={"mode": mode, "seen": mode}),
        "history": changes(brand, charter.KIND),
        "pauses": open_pauses(brand),
        "missing": missing_legal_words(brand),
        **more,
    }
    return render(request, "pages/settings.html", context, status=status)


def _charter_form(brand: Brand, current: Charter | None) -> CharterForm:
    text = current.text if current else charter.propose(brand)
    return CharterForm(initial={"text": text, "seen": charter.mark_of(current)})


@person_view
@require_http_methods(["GET", "HEAD", "POST"])
def notice_settings(request: PersonRequest) -> HttpResponse:
    """Which notices this person wants, in the app and by mail."""
    form = NoticesForm(ways(request.user), request.POST if request.method == "POST" else None)
    if form.is_valid():
        save_preferences(request.user, form.chosen())
        messages.success(request, _("Saved."))
        return redirect("pages:notice_settings")
    lines = [(kind, notice_words(kind), in_app, by_mail) for kind, in_app, by_mail in form.lines()]
    return render(request, "pages/notice_settings.html", {"form": form, "lines": lines})
