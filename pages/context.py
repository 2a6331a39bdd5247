"""`shell`: what the frame around every page shows. Nothing is read before a template asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pages.enums import Act, Role
from pages.models import Brand, Membership, Pause, Person
from pages.notices.selectors import unread_count
from pages.selectors.pauses import open_pauses
from pages.selectors.people import memberships_of, rights_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the rail."""

    code: str
    label: str
    url: str
    icon: str
    current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class BrandChoice:
    """One brand of the switcher."""

    name: str
    slug: str
    accent: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame: who, where, where else, what is paused. `brand` is None outside a brand's rooms."""

    person: Person | None
    brand: Brand | None
    role: str
    brands: list[BrandChoice]
    entries: list[Entry]
    paused: str
    unread: int
    office_url: str


# code, words, address, icon, the right it takes
RAIL: Final = (
    ("today", gettext_lazy("Today"), "dashboard:today", "today", Act.SEE),
    ("plan", gettext_lazy("Plan"), "publishing:plan", "plan", Act.SEE),
    ("compose", gettext_lazy("New post"), "publishing:compose", "compose", Act.WRITE),
    ("pages", gettext_lazy("Pages"), "pages:pages", "pages", Act.SEE),
    ("fans", gettext_lazy("Fans"), "pages:fans", "fans", Act.SEE),
    ("people", gettext_lazy("People"), "pages:people", "people", Act.SEE),
    ("settings", gettext_lazy("Settings"), "pages:settings", "settings", Act.SEE),
    ("notices", gettext_lazy("Notices"), "notices:inbox", "notices", Act.SEE),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give templates `shell`, built on first use: at most three queries, none on public pages."""
    return {"shell": SimpleLazyObject(lambda: build(request))}


def build(request: HttpRequest) -> Shell:
    """The frame for this request, error pages and pages without a signed-in person included."""
    person = getattr(request, "user", None)
    if not isinstance(person, Person) or not person.is_active:
        return Shell(None, None, "", [], [], "", 0, "")
    memberships: list[Membership] = getattr(request, "memberships", None) or memberships_of(person)
    brand: Brand | None = getattr(request, "brand", None)
    leads = person.is_superuser or any(each.role == Role.LEAD for each in memberships)
    unread = unread_count(person, brand) if brand else 0
    return Shell(
        person=person,
        brand=brand,
        role=_role_words(request),
        brands=[_choice(each.brand, brand) for each in memberships],
        entries=_entries(request, brand, unread) if brand else [],
        paused=paused_words(open_pauses(brand)) if brand else "",
        unread=unread,
        office_url=reverse("admin:index") if leads else "",
    )


def paused_words(pauses: list[Pause]) -> str:
    """What is paused and why, in one line; empty when nothing is."""
    if not pauses:
        return ""
    first = pauses[0]
    if first.page is None:
        return _("Publishing is paused for the whole brand: %(reason)s") % {"reason": first.reason}
    if len(pauses) == 1:
        words = _("Publishing is paused on %(page)s: %(reason)s")
        return words % {"page": first.page.name, "reason": first.reason}
    words = ngettext(
        "Publishing is paused on %(count)d page.", "Publishing is paused on %(count)d pages.", len(pauses)
    )
    return words % {"count": len(pauses)}


def _choice(brand: Brand, current: Brand | None) -> BrandChoice:
    return BrandChoice(
        name=brand.name,
        slug=brand.slug,
        accent=brand.accent,
        url=reverse("dashboard:today", args=[brand.slug]),
        current=current is not None and brand.pk == current.pk,
    )


def _role_words(request: HttpRequest) -> str:
    """The person's role on the brand on show, in words; empty outside a brand."""
    role = getattr(request, "role", None)
    return str(Role(role).label) if role else ""


def _entries(request: HttpRequest, brand: Brand, unread: int) -> list[Entry]:
    """The rail's lines this person has a right to, the one of the page on show marked."""
    rights: frozenset[str] = getattr(request, "rights", rights_of(None))
    here = request.resolver_match.view_name if request.resolver_match else ""
    lines = []
    for code, label, name, icon, act in RAIL:
        if act.value not in rights:
            continue
        try:
            url = reverse(name, args=[brand.slug])
        except NoReverseMatch:
            continue
        lines.append(Entry(code, str(label), url, icon, here == name, unread if code == "notices" else 0))
    return lines
