"""`shell`: what the frame around every page shows. Nothing is read before a template asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pages.enums import Act, Role
from pages.models import Brand, Membership, Pause, Person
from pages.notices.selectors import unread_count
from pages.selectors.pauses import open_pauses
from pages.selectors.people import memberships_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the rail. `key` follows G on the keyboard."""

    label: str
    url: str
    icon: str
    key: str
    current: bool
    count: int = 0
    risk: bool = False


@dataclass(frozen=True, slots=True)
class BrandChoice:
    """One brand of the switcher."""

    name: str
    slug: str
    role_label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame: who, where, where else, what is paused. `brand` is None outside a brand's rooms."""

    theme: str
    density: str
    person: Person | None = None
    brand: Brand | None = None
    brands: list[BrandChoice] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    can_write: bool = False
    paused: str = ""
    unread: int = 0
    back_office_url: str = ""


TODAY: Final = "dashboard:today"
THEMES: Final = ("light", "dark")
DENSITIES: Final = ("compact",)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the rail: words, address, icon, key, and the right it takes.

    `count` names a function (brand -> int) of an app above this one; `risk` marks what it counts.
    `also`: further addresses of the same room.
    """

    label: str | Promise
    name: str
    icon: str
    key: str
    act: Act = Act.SEE
    count: str = ""
    risk: bool = False
    also: tuple[str, ...] = ()


RAIL: Final = (
    Line(gettext_lazy("Today"), TODAY, "today", "t"),
    Line(gettext_lazy("Plan"), "publishing:plan", "plan", "p", also=("publishing:drafts",)),
    Line(
        gettext_lazy("Queue"),
        "moderation:queue",
        "queue",
        "q",
        count="moderation.selectors.queue.open_count",
        also=("moderation:comments", "moderation:messages"),
    ),
    Line(gettext_lazy("Audits"), "reputation:audits", "audits", "a"),
    Line(gettext_lazy("Pages"), "pages:pages", "pages", "g"),
    Line(gettext_lazy("Followers"), "pages:fans", "fans", "f", also=("publishing:counter",)),
    Line(gettext_lazy("People"), "pages:people", "people", "e"),
    Line(gettext_lazy("Settings"), "pages:settings", "settings", "s"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give templates `shell`, built on first use: at most four queries, none on public pages."""
    return {"shell": SimpleLazyObject(lambda: build(request))}


def build(request: HttpRequest) -> Shell:
    """The frame for this request, error pages and pages without a signed-in person included."""
    theme = _one_of(THEMES, request.COOKIES.get("cm_theme"))
    density = _one_of(DENSITIES, request.COOKIES.get("cm_density"))
    person = getattr(request, "user", None)
    if not isinstance(person, Person) or not person.is_active:
        return Shell(theme, density)
    memberships: list[Membership] | None = getattr(request, "memberships", None)
    if memberships is None:
        memberships = memberships_of(person)
    brand: Brand | None = getattr(request, "brand", None)
    rights: frozenset[str] = getattr(request, "rights", frozenset())
    leads = person.is_superuser or any(each.role == Role.LEAD for each in memberships)
    return Shell(
        theme,
        density,
        person=person,
        brand=brand,
        brands=[_choice(each, brand) for each in memberships],
        entries=_entries(request, brand, rights) if brand else [],
        can_write=Act.WRITE.value in rights,
        paused=paused_words(open_pauses(brand)) if brand else "",
        unread=unread_count(person, brand) if brand else 0,
        back_office_url=reverse("admin:index") if leads else "",
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


def _choice(membership: Membership, current: Brand | None) -> BrandChoice:
    brand = membership.brand
    return BrandChoice(
        name=brand.name,
        slug=brand.slug,
        role_label=membership.get_role_display(),
        url=reverse("dashboard:today", args=[brand.slug]),
        current=current is not None and brand.pk == current.pk,
    )


def _entries(request: HttpRequest, brand: Brand, rights: frozenset[str]) -> list[Entry]:
    """The rail's lines this person has a right to, the one of the page on show marked."""
    lines = []
    for line in RAIL:
        if line.act.value in rights:
            url = reverse(line.name, args=[brand.slug])
            rooms = (url, *(reverse(name, args=[brand.slug]) for name in line.also))
            current = request.path == url or (line.name != TODAY and request.path.startswith(rooms))
            count = import_string(line.count)(brand) if line.count else 0
            lines.append(Entry(str(line.label), url, line.icon, line.key, current, count, line.risk))
    return lines


def _one_of(known: tuple[str, ...], value: str | None) -> str:
    """The cookie's value when it is one we set, else empty."""
    return value if value in known and value is not None else ""
