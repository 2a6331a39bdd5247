"""Giving a delivery its time under the page's lock, so that two people never take the last place of a cap."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cm_suite.core import clock, ledger, queue
from cm_suite.core.clock import LocalKind
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from cm_suite.core.text import is_blank
from pages.enums import Act, PageState
from pages.models import Brand, Page, Person
from pages.rules import may
from pages.selectors.connected import ends_at, length_on, limit_of
from pages.selectors.pauses import active_pause
from pages.selectors.people import role_of
from publishing.enums import DeliveryState, PlanNote, Refusal
from publishing.models import Delivery, Override, Post
from publishing.policy.verdict import Verdict
from publishing.selectors import budget
from publishing.selectors.pictures import alts_of
from publishing.services import fits
from publishing.services.results import Planned, Planning, Refused

S = DeliveryState
FURTHEST: Final = timedelta(days=730)
SOON: Final = timedelta(minutes=1)
_LOCAL_NOTES: Final = {LocalKind.SKIPPED: PlanNote.HOUR_SKIPPED, LocalKind.DOUBLED: PlanNote.HOUR_DOUBLED}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: a time, and why to pass over a cap, if so. `kind` names it in the ledger."""

    at: datetime
    by: Person
    kind: str
    override_reason: str = ""
    notes: tuple[PlanNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """What is to leave: words, link, and the alternative texts of its images, as many as there are."""

    text: str
    link: str = ""
    alts: tuple[str, ...] = ()
    discarded: bool = False


def load_of(post: Post) -> Load:
    """What a kept post would carry. One query."""
    return Load(post.text, post.link, alts_of(post), post.discarded_at is not None)


def moment(at: datetime, brand: Brand) -> tuple[datetime, tuple[PlanNote, ...]]:
    """The instant (UTC) of a naive wall time in the brand's zone, or of an aware one, and what to note.

    A skipped hour moves forward, a doubled hour is its first occurrence. A time that no calendar holds is
    the nearest one that it does.
    """
    if at.tzinfo is not None:
        return at.astimezone(UTC), ()
    try:
        local = clock.resolve_local(at, clock.zone(brand.zone))
    except (ValueError, OverflowError):
        return at.replace(tzinfo=UTC), ()
    note = _LOCAL_NOTES.get(local.kind)
    return local.instant, (note,) if note else ()


def locked(page_id: int) -> Page:
    """The page, read anew and locked until the transaction ends: whoever judges its caps waits here."""
    return Page.objects.select_for_update(of=("self",), no_key=True).select_related("brand").get(pk=page_id)


def unfit(load: Load, page: Page, at: datetime) -> Refused | None:
    """Why this cannot be planned on this page at that time, caps apart."""
    now = clock.now()
    if load.discarded:
        return Refused(Refusal.DISCARDED)
    if at < now.replace(second=0, microsecond=0):
        return Refused(Refusal.IN_THE_PAST)
    if at > now + FURTHEST:
        return Refused(Refusal.TOO_FAR, {"days": FURTHEST.days})
    if page.state == PageState.DISCONNECTED:
        return Refused(Refusal.PAGE_DISCONNECTED, {"page": page.name})
    return misfit(load, page)


def misfit(load: Load, page: Page) -> Refused | None:
    """Why this cannot go on this page: it is only read, there is nothing to say, or more than it takes."""
    if not fits.publishes(page.network):
        return Refused(Refusal.READ_ONLY, {"page": page.name})
    if is_blank(load.text):
        return Refused(Refusal.EMPTY)
    length, limit = length_on(page, load.text, load.link), limit_of(page)
    if length > limit:
        return Refused(Refusal.TOO_LONG, {"page": page.name, "length": length, "limit": limit})
    return fits.images_misfit(page, load.alts)


def place(delivery: Delivery, states: Collection[str], wish: Wish) -> Planning:
    """Plan the delivery for the wished time, if its page's caps or an override allow.

    Called with the page locked, in its transaction. `delivery` may be new; else it leaves one of `states`.
    """
    verdict = budget.verdict_for_plan(delivery.page, wish.at, without=delivery.pk)
    if not verdict.allowed and (refused := _not_overridden(delivery.page, verdict, wish)):
        return refused
    if not _put(delivery, states, wish):
        return Refused(Refusal.STATE_CHANGED)
    overridden = () if verdict.allowed else (PlanNote.OVERRIDDEN,)
    if overridden:
        _override(delivery, wish)
    write(delivery, wish.kind, wish.by)
    ring(wish.at)
    return Planned(delivery, (*wish.notes, *overridden, *standing_notes(delivery.page, wish.at)))


def refused_by(page: Page, verdict: Verdict, by: Person) -> Refused:
    """A verdict as a refusal: rules, posts and the next free slot."""
    return Refused(
        Refusal.POLICY,
        blocked=budget.explain(verdict.reasons),
        next_free=verdict.next_free,
        may_override=may(role_of(by, page.brand), Act.OVERRIDE),
    )


def standing_notes(page: Page, at: datetime | None = None) -> tuple[PlanNote, ...]:
    """What would hold a delivery of this page if it were due now, or will at `at`."""
    notes = []
    if active_pause(page) is not None:
        notes.append(PlanNote.PAUSED)
    if page.state == PageState.NEEDS_RECONNECT:
        notes.append(PlanNote.TO_RECONNECT)
    ends = ends_at(page) if at is not None else None
    if at is not None and ends is not None and ends <= at:
        notes.append(PlanNote.AFTER_THE_END)
    return tuple(notes)


def write(delivery: Delivery, kind: str, by: Person | None, content: str = "") -> None:
    """Add a line about the delivery to its brand's ledger, in the present transaction."""
    ledger.append(
        delivery.page.brand_id,
        kind,
        actor_id=by.pk if by else None,
        subject_kind="delivery",
        subject_id=delivery.pk,
        content=content,
    )


def ring(at: datetime) -> None:
    """Wake the publisher for what is due within a minute; for the rest its own rhythm is enough."""
    if at <= clock.now() + SOON:
        queue.enqueue("publishing.jobs.publish_due")


def _not_overridden(page: Page, verdict: Verdict, wish: Wish) -> Refused | None:
    refused = refused_by(page, verdict, wish.by)
    if is_blank(wish.override_reason):
        return refused
    if refused.may_override:
        return None
    return Refused(Refusal.OVERRIDE_NOT_ALLOWED, blocked=refused.blocked, next_free=refused.next_free)


def _put(delivery: Delivery, states: Collection[str], wish: Wish) -> bool:
    """Write the time: a new row, or a move of the known one. False when its state has changed meanwhile."""
    if delivery._state.adding:
        delivery.due_at, delivery.planned_by = wish.at, wish.by
        delivery.save(force_insert=True)
        return True
    return move(
        delivery,
        states,
        S.PLANNED,
        due_at=wish.at,
        planned_by=wish.by,
        next_attempt_at=None,
        hold_reason="",
        code="",
        step="",
        tries=0,
        **RELEASED,
    )


def _override(delivery: Delivery, wish: Wish) -> None:
    reason = wish.override_reason.strip()[:300]
    Override.objects.create(delivery=delivery, person=wish.by, reason=reason, for_due_at=wish.at)
    write(delivery, "delivery.overridden", wish.by, content=reason)
