"""The doors: who may enter a brand's rooms, and who may see pages that belong to nobody but themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from cm_suite.core import clock
from pages.enums import Act, Role
from pages.models import Brand, Membership, Person
from pages.selectors.people import memberships_of, rights_of


class PersonRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: Person
    htmx: HtmxDetails


class BrandRequest(PersonRequest):
    """A request inside a brand's rooms. `rights` holds the values of the acts the person may do there."""

    brand: Brand
    role: str
    rights: frozenset[str]
    memberships: list[Membership]


View = Callable[..., HttpResponse]


def brand_view(act: Act, *, post: Act | None = None) -> Callable[[View], View]:
    """Open the view to those who may do `act` on the brand of the address (`post`: on unsafe methods).

    Anonymous: the sign-in page. Not a member, or no such brand: 404. A role without the act: 403. The
    view is called without `brand`, in the brand's zone and the person's language.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, brand: str, **kwargs: Any) -> HttpResponse:
            person = _person(request)
            if person is None:
                return to_sign_in(request)
            room = _enter(request, person, brand)
            needed = act if request.method in {"GET", "HEAD", "OPTIONS"} else (post or act)
            need(room, needed)
            with timezone.override(clock.zone(room.brand.zone)):
                return view(room, **kwargs)

        inner.act = act  # type: ignore[attr-defined]  # read by the walk over all addresses
        inner.post_act = post or act  # type: ignore[attr-defined]  # the same, for unsafe methods
        return inner

    return decorate


def person_view(view: View) -> View:
    """Open the view to anybody who is signed in, in their language; others get the sign-in page."""

    @wraps(view)
    def inner(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if _person(request) is None:
            return to_sign_in(request)
        return view(request, **kwargs)

    inner.for_person = True  # type: ignore[attr-defined]  # read by the walk over all addresses
    return inner


def need(request: BrandRequest, act: Act) -> None:
    """Raise PermissionDenied, in words, when the person's role on the brand does not allow the act."""
    if act.value not in request.rights:
        raise PermissionDenied(
            _("As %(role)s of %(brand)s you cannot do this. A lead of the brand can change your role.")
            % {"role": Role(request.role).label.lower(), "brand": request.brand.name}
        )


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send to the sign-in page and back here afterwards; a fragment's request moves the whole page."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(resolve_url("pages:sign_in"))
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    return redirect_to_login(resolve_url("dashboard:home"))


def speak(request: HttpRequest, person: Person) -> None:
    """From here on the request speaks this person's language."""
    translation.activate(person.language)
    request.LANGUAGE_CODE = translation.get_language()


def _person(request: HttpRequest) -> Person | None:
    """Who is signed in, if anybody; the request speaks their language."""
    person = request.user
    if not isinstance(person, Person) or not person.is_active:
        return None
    speak(request, person)
    return person


def _enter(request: HttpRequest, person: Person, slug: str) -> BrandRequest:
    """Put brand, role and rights on the request. Raises Http404 for a brand that is not theirs."""
    room = cast("BrandRequest", request)
    room.memberships = memberships_of(person)
    found = next((each for each in room.memberships if each.brand.slug == slug), None)
    if found is None:
        raise Http404
    room.brand, room.role, room.rights = found.brand, found.role, rights_of(found.role)
    return room
