"""The images of a form: those it holds, those just chosen, and what the person does to their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cm_suite.core.images import MOST_BYTES_IN, ImageProblem, ImageRefused
from cm_suite.core.text import clip
from pages.access import BrandRequest, brand_view
from pages.enums import Act
from pages.models import Brand
from publishing import messages
from publishing.enums import Refusal
from publishing.models import StoredImage
from publishing.rules import ALT_MOST
from publishing.rules import IMAGES_MOST as MOST
from publishing.selectors.pictures import PictureRow, known
from publishing.services import pictures as keeping
from publishing.services.fits import rules_of
from publishing.services.links import LinkInvalid, opened
from publishing.services.outgoing import as_taken
from publishing.services.pictures import Placed
from publishing.views.wishes import number_of

ACT: Final = "picture_act"
A_YEAR: Final = "private, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Desk:
    """The images of one form, in order, and what was wrong with what was just done to them."""

    rows: tuple[PictureRow, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def placed(self) -> tuple[Placed, ...]:
        """As a post holds them."""
        return tuple(Placed(row.stored_id, row.alt) for row in self.rows)

    @property
    def most(self) -> int:
        """How many a post may have, whatever its network takes."""
        return MOST

    @property
    def alt_most(self) -> int:
        """How long an alternative text may be, in characters."""
        return ALT_MOST

    @property
    def is_full(self) -> bool:
        """Whether nothing more can be added."""
        return len(self.rows) >= MOST


def wants_only_pictures(request: HttpRequest) -> bool:
    """Whether a button of the images was pressed: the form comes back, and nothing else is done with it."""
    return bool(request.POST.get(ACT))


def desk_of(request: BrandRequest) -> Desk:
    """The images that the form holds, with the files that came with it, after the button that was pressed."""
    desk = _acted(_held(request), request.POST.get(ACT, ""))
    for file in request.FILES.getlist("pictures"):
        desk = _added(desk, request.brand, file)
    return desk


@brand_view(Act.WRITE)
@require_POST
def pictures(request: BrandRequest) -> HttpResponse:
    """The images of a form, after a file was chosen or a button pressed; nothing of the post is kept."""
    taken_out = request.POST.get(ACT, "").startswith("drop:")  # the button that had the focus is gone
    context = {"desk": desk_of(request), "taken_out": taken_out}
    response = render(request, "publishing/pictures.html", context)
    response.headers["HX-Trigger-After-Settle"] = "pictures"
    return response


@brand_view(Act.SEE)
@require_safe
def picture(request: BrandRequest, stored_id: int) -> HttpResponse:
    """An image of the brand, whole."""
    stored = get_object_or_404(StoredImage.objects.defer("small"), pk=stored_id, brand=request.brand)
    return _sent(bytes(stored.content), stored.media_type, A_YEAR)


@brand_view(Act.SEE)
@require_safe
def picture_small(request: BrandRequest, stored_id: int) -> HttpResponse:
    """An image of the brand as lists show it."""
    stored = get_object_or_404(StoredImage.objects.defer("content"), pk=stored_id, brand=request.brand)
    return _sent(bytes(stored.small), stored.small_type, A_YEAR)


@require_safe
def shared_image(request: HttpRequest, name: str) -> HttpResponse:
    """An image for the network that the signed link was made for; 404 once its time is over.

    The name is for fetchers that want one, and decides nothing.
    """
    try:
        stored_id, network = opened(request.GET.get("t", ""))
    except LinkInvalid:
        return _nothing()
    stored = StoredImage.objects.defer("small").filter(pk=stored_id).first()
    if stored is None:
        return _nothing()
    found = as_taken(stored, rules_of(network))
    return _sent(found.content, found.media_type, "public, max-age=300")


def _sent(content: bytes, media_type: str, kept: str) -> HttpResponse:
    headers = {
        "Cache-Control": kept,
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "inline",
        "X-Robots-Tag": "noindex",
    }
    return HttpResponse(content, content_type=media_type, headers=headers)


def _nothing() -> HttpResponse:
    return HttpResponse(status=404, content_type="text/plain", headers={"Cache-Control": "no-store"})


def _held(request: BrandRequest) -> Desk:
    """The images that the form names, if they are the brand's and still here."""
    ids = list(dict.fromkeys(number_of(value) for value in request.POST.getlist("picture")))[:MOST]
    there = known(request.brand, ids)
    rows = tuple(replace(there[pk], alt=_alt(request, pk)) for pk in ids if pk in there)
    desk = Desk(rows)
    if len(there) < len(ids):
        desk = _wrong(desk, messages.refusal_words(Refusal.IMAGE_GONE, {}))
    if any(len(row.alt) > ALT_MOST for row in rows):
        long = _("An alternative text has %(most)s characters at most. Shorten it.")
        desk = _wrong(desk, long % {"most": ALT_MOST})
    return desk


def _alt(request: BrandRequest, stored_id: int) -> str:
    return " ".join(request.POST.get(f"alt-{stored_id}", "").replace("\x00", "").split())


def _acted(desk: Desk, act: str) -> Desk:
    """Moved up or down, or taken out; anything unreadable changes nothing."""
    what, _colon, number = act.partition(":")
    at = next((n for n, row in enumerate(desk.rows) if row.stored_id == number_of(number)), None)
    if at is None:
        return desk
    if what == "drop":
        return replace(desk, rows=desk.rows[:at] + desk.rows[at + 1 :])
    steps = {"up": -1, "down": 1}
    return replace(desk, rows=_moved(desk.rows, at, at + steps.get(what, 0)))


def _moved(rows: Sequence[PictureRow], at: int, to: int) -> tuple[PictureRow, ...]:
    order = list(rows)
    if 0 <= to < len(order):
        order[at], order[to] = order[to], order[at]
    return tuple(order)


def _added(desk: Desk, brand: Brand, file: UploadedFile[bytes]) -> Desk:
    """With one more image, or with why it is not taken."""
    name = clip(str(file.name), 60)
    if desk.is_full:
        return _wrong(desk, _("%(name)s: a post has %(most)s images at most.") % {"name": name, "most": MOST})
    try:
        stored = keeping.keep(brand, _read(file))
    except ImageRefused as refused:
        return _wrong(desk, messages.image_words(refused.problem, name))
    if any(row.stored_id == stored.pk for row in desk.rows):
        return _wrong(desk, _("%(name)s is here already.") % {"name": name})
    return replace(desk, rows=(*desk.rows, PictureRow(stored.pk, stored.width, stored.height)))


def _read(file: UploadedFile[bytes]) -> bytes:
    """Its bytes. Raises ImageRefused for a file that is too heavy to be read at all."""
    if file.size is None or file.size > MOST_BYTES_IN:
        raise ImageRefused(ImageProblem.TOO_HEAVY)
    content: bytes = file.read()
    return content


def _wrong(desk: Desk, why: str) -> Desk:
    return replace(desk, errors=(*desk.errors, why))
