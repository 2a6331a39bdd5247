"""The page of one post, drawn for whoever asks: by a link, after a refusal, with words not saved yet."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import render

from pages.access import BrandRequest
from pages.enums import Act
from publishing.forms import EditForm
from publishing.models import Post
from publishing.selectors.pictures import pictures_of
from publishing.selectors.posts import post_detail
from publishing.views.cards import Asked, cards
from publishing.views.pictures import Desk


def show(
    request: BrandRequest,
    post: Post,
    *,
    form: EditForm | None = None,
    desk: Desk | None = None,
    asked: Asked | None = None,
    status: int = 200,
) -> HttpResponse:
    """The post with its pages. `form` holds words that were refused: they are shown, whatever its state.

    `desk` holds the images that go with them.
    """
    detail = post_detail(post)
    editable = detail.editable and Act.WRITE in request.rights
    context = {
        "post": post,
        "detail": detail,
        "editable": editable,
        "form": (form or EditForm.of(post)) if editable else None,
        "desk": desk or Desk(detail.images),
        "unsaved": form if form is not None and not editable else None,
        "cards": cards(request, detail, asked or Asked()),
    }
    return render(request, "publishing/post.html", context, status=status)


def conflict(
    request: BrandRequest, current: Post, mine: Mapping[str, object], desk: Desk, *, sent_before: bool = False
) -> HttpResponse:
    """Both versions side by side; saving again takes the place of the other one, knowingly.

    `sent_before`: the other version came from the same form.
    """
    form = EditForm(initial={**mine, "version": current.version})
    context = {
        "post": current,
        "images": pictures_of(current),
        "form": form,
        "desk": desk,
        "sent_before": sent_before,
    }
    return render(request, "publishing/conflict.html", context, status=409)
