"""A post on each page, as its own room shows it: where it stands, why, and which times may be chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cm_suite.core import clock
from cm_suite.core.errors import Outcome
from pages import messages as pages_messages
from pages.access import BrandRequest
from pages.enums import Act, PageState
from pages.models import Page
from publishing import rules
from publishing.enums import DeliveryState, HoldReason
from publishing.forms import WhenForm
from publishing.rules import DeliveryAct
from publishing.selectors.budget import explain, verdict_for_plan
from publishing.selectors.free import AHEAD, free_slots
from publishing.selectors.posts import AttemptRow, DeliveryDetail, PostDetail
from publishing.selectors.rows import DeliveryRow
from publishing.services.draft import Content
from publishing.services.fits import publishes, takes_down
from publishing.services.pictures import Placed
from publishing.services.verdicts import check
from publishing.views.names import PageName, page_names
from publishing.views.says import Said, held_lines, said, take_label, why
from publishing.views.wishes import Wish, wall_of

S = DeliveryState
LATE: Final = timedelta(minutes=1)
OUTCOMES: Final[Mapping[str, str | Promise]] = {
    Outcome.DONE: _("went through"),
    Outcome.LATER: _("nothing was sent"),
    Outcome.NEVER: _("refused"),
    Outcome.UNKNOWN: _("the answer was lost"),
    "": _("under way"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A free slot, as its button sends it and as it reads."""

    take: str
    label: str


@dataclass(frozen=True, slots=True)
class Send:
    """One attempt: when, and what came of it."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Times:
    """Choosing a time: where the form goes, what it holds, what the rules say of the wish, if any.

    `seen` is the time it has now, as the form sends it back; empty where nothing is moved.
    """

    action: str
    form: WhenForm
    said: Said | None
    offer: Offer | None
    is_open: bool
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One page and what became of the post there; without `each` it is not planned there.

    `held_by`: the rules that hold it, then the posts that used them up. `times` is None where no time may be
    chosen. `late`: its time has come and it has not left. `elsewhere`: it is out, and its network lets
    nobody take it down from here.
    """

    page: PageName
    each: DeliveryDetail | None
    why: str
    late: bool
    sends: tuple[Send, ...]
    times: Times | None
    may_restore: bool
    connected: bool
    may_remove: bool = False
    elsewhere: bool = False
    held_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person asked for just now: a wish to be judged again, or a form that could not be read."""

    wish: Wish = Wish()
    typed: Mapping[int, WhenForm] | None = None


def cards(request: BrandRequest, detail: PostDetail, asked: Asked) -> list[Card]:
    """The post's pages by time of leaving, then the connected pages where it is not planned."""
    pages = Page.objects.filter(brand=request.brand).select_related("brand")
    known = {page.pk: page for page in pages.order_by("-network", "name", "pk")}
    names = page_names(known.values())
    offers = slot_offers([each.row for each in detail.deliveries], open_pages(known.values()))
    maker = _Maker(request, detail, asked, offers)
    made = [maker.card(known[each.row.page_id], names[each.row.page_id], each) for each in detail.deliveries]
    taken = {each.row.page_id for each in detail.deliveries}
    if detail.post.discarded_at is not None or Act.WRITE not in request.rights:
        return made
    able = [page for page in known.values() if page.pk not in taken and publishes(page.network)]
    free = open_pages(able, PageState.NEEDS_RECONNECT)
    maker = replace(maker, only=not made and len(free) == 1)
    return [*made, *(maker.card(known[pk], names[pk], None) for pk in free)]


def slot_offers(rows: Sequence[DeliveryRow], page_ids: Collection[int]) -> dict[int, Offer]:
    """The next free slot of what lacks nothing else, by delivery. Three queries, or none."""
    asking = [row for row in rows if row.page_id in page_ids and _lacks_a_slot(row)]
    found = free_slots({row.delivery_id: row.page_id for row in asking}, clock.now() + AHEAD)
    return {pk: Offer(at.isoformat(), take_label(at)) for pk, at in found.items() if at is not None}


def open_pages(pages: Collection[Page], *more: PageState) -> list[int]:
    """Ids of the pages that are connected, or in one of these states."""
    return [page.pk for page in pages if page.state in {PageState.CONNECTED, *more}]


def is_late(row: DeliveryRow) -> bool:
    """Whether its time has come without its having left."""
    return row.state == S.PLANNED and row.due_at < clock.now() - LATE


def _lacks_a_slot(row: DeliveryRow) -> bool:
    held = row.state == S.HELD and row.hold_reason == HoldReason.POLICY
    return held or row.state == S.MISSED


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the cards of one post for one request."""

    request: BrandRequest
    detail: PostDetail
    asked: Asked
    offers: Mapping[int, Offer]
    only: bool = False  # there is one page to choose, so its form stands open

    def card(self, page: Page, name: PageName, each: DeliveryDetail | None) -> Card:
        row = each.row if each else None
        restorable = row is not None and DeliveryAct.UNDO_CANCEL in row.acts and row.due_at > clock.now()
        connected = page.state != PageState.DISCONNECTED
        out = row is not None and DeliveryAct.REMOVE in row.acts
        return Card(
            page=name,
            each=each,
            why=why(row, acts=Act.WRITE in self.request.rights) if row else "",
            late=row is not None and is_late(row),
            sends=tuple(_send(attempt) for attempt in each.attempts) if each else (),
            times=self._times(page, row) if connected else None,
            may_restore=restorable and connected,
            connected=connected,
            may_remove=out and takes_down(page.network),
            elsewhere=out and not takes_down(page.network),
            held_by=_held_by(page, row) if row else (),
        )

    def _times(self, page: Page, row: DeliveryRow | None) -> Times | None:
        """Where a time may be chosen: on a free page, off the plan, and wherever moving is an act."""
        if row is not None and row.state not in rules.REPLANNED:
            return None
        wished = page.pk in self.asked.wish.page_ids
        typed = (self.asked.typed or {}).get(page.pk)
        wall = self.asked.wish.wall if wished else None
        return Times(
            action=self._action(row),
            form=typed or WhenForm.at(wall or _usual(row), page.pk),
            said=self._said(page, row) if wished else None,
            offer=self.offers.get(row.delivery_id) if row and not wished else None,
            is_open=wished or typed is not None or self.only,
            seen=row.due_at.isoformat() if row and DeliveryAct.RESCHEDULE in row.acts else "",
        )

    def _action(self, row: DeliveryRow | None) -> str:
        slug = self.request.brand.slug
        if row is None or row.state == S.CANCELLED:
            return reverse("publishing:place", args=[slug, self.detail.post.pk])
        return reverse("publishing:reschedule", args=[slug, row.delivery_id])

    def _said(self, page: Page, row: DeliveryRow | None) -> Said:
        """The wish judged again, as things stand now. The time it has already is no offer."""
        post = self.detail.post
        images = tuple(Placed(each.stored_id, each.alt) for each in self.detail.images)
        content = Content(post.text, post.link, post.content_type, images)
        without = row.delivery_id if row else None
        found = said(check(content, page, self.asked.wish.at, self.request.user, without=without))
        stays = row is not None and row.state == S.PLANNED and found.take == row.due_at.isoformat()
        return replace(found, take="") if stays else found


def _held_by(page: Page, row: DeliveryRow) -> tuple[str, ...]:
    """What holds a post that the page's rules hold, as things stand now; nothing for any other."""
    if row.state != S.HELD or row.hold_reason != HoldReason.POLICY:
        return ()
    verdict = verdict_for_plan(page, row.due_at, without=row.delivery_id)
    return held_lines(explain(verdict.reasons), row.due_at)


def _usual(row: DeliveryRow | None) -> datetime:
    """The time it has, if that is ahead; else the next full hour. Naive, in the brand's zone."""
    if row is not None and row.due_at > clock.now():
        return wall_of(row.due_at)
    return next_hour()


def next_hour() -> datetime:
    """The next full hour on the brand's clocks, naive."""
    return wall_of(timezone.now() + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)


def _send(attempt: AttemptRow) -> Send:
    words = str(OUTCOMES.get(attempt.outcome, attempt.outcome))
    refused = attempt.code and attempt.outcome in {Outcome.LATER, Outcome.NEVER}
    if refused:
        words = f"{words}: {pages_messages.reason(attempt.code).what}"
    return Send(attempt.started_at, words)
