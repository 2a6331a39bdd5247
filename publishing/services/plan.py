"""Planning: a post, a page and a time, judged by the page's caps. Who may plan is asked at the door."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from cm_suite.core import clock
from cm_suite.core.states import move
from pages.models import Page, Person
from publishing import rules
from publishing.enums import DeliveryState, PlanNote, Refusal
from publishing.models import Delivery, Post
from publishing.selectors import budget
from publishing.services import slots
from publishing.services.results import Acting, Done, Planned, Planning, Refused
from publishing.services.slots import Wish

S = DeliveryState
AGAIN = frozenset({S.MISSED, S.REJECTED, S.CANCELLED})


class OtherBrandError(ValueError):
    """The post and the page belong to different brands."""


def schedule(post: Post, page: Page, at: datetime, by: Person, *, override_reason: str = "") -> Planning:
    """Plan a post on a page. `at`: a naive wall time in the brand's zone, or an aware instant.

    Asked twice, planned once: the delivery that exists is given back (noted, if its time differs). A
    reason passes over caps, for those who may. Raises OtherBrandError.
    """
    if post.brand_id != page.brand_id:
        raise OtherBrandError(post.pk, page.pk)
    with transaction.atomic():
        page = slots.locked(page.pk)
        return _schedule(_fresh(post.pk), page, _wish(page, at, by, "planned", override_reason))


def schedule_next(post: Post, page: Page, after: datetime, by: Person) -> Planning:
    """Plan a post for the first free minute from `after` (as `at` above) on. Raises OtherBrandError."""
    if post.brand_id != page.brand_id:
        raise OtherBrandError(post.pk, page.pk)
    with transaction.atomic():
        page = slots.locked(page.pk)
        wish = _next(_wish(page, after, by, "planned"), page, None)
        return _schedule(_fresh(post.pk), page, wish) if wish else Refused(Refusal.NO_FREE_SLOT)


def reschedule(
    delivery: Delivery, at: datetime, by: Person, *, override_reason: str = "", seen: datetime | None = None
) -> Planning:
    """Give a delivery that waits, was missed or was refused another time; `at` as for `schedule`.

    `seen`: the time it had where the person looked. Refused (STATE_CHANGED) when somebody moved it since.
    """
    with transaction.atomic():
        page = slots.locked(delivery.page_id)
        if seen is not None and seen != _due_at(delivery):
            return Refused(Refusal.STATE_CHANGED)
        return _replace(delivery, page, _wish(page, at, by, "rescheduled", override_reason))


def reschedule_next(delivery: Delivery, after: datetime, by: Person) -> Planning:
    """Move a delivery to the first free minute from `after` on."""
    with transaction.atomic():
        page = slots.locked(delivery.page_id)
        wish = _next(_wish(page, after, by, "rescheduled"), page, delivery.pk)
        return _replace(delivery, page, wish) if wish else Refused(Refusal.NO_FREE_SLOT)


def cancel(delivery: Delivery, by: Person) -> Acting:
    """Take a delivery off the plan. One that is on its way or out is not cancelled any more."""
    with transaction.atomic():
        if not move(delivery, rules.CANCELLED_FROM, S.CANCELLED, next_attempt_at=None):
            return _too_late(delivery)
        slots.write(delivery, "delivery.cancelled", by)
    return Done(delivery)


def undo_cancel(delivery: Delivery, by: Person) -> Planning:
    """Put a cancelled delivery back at its time, if that is still ahead and still free."""
    with transaction.atomic():
        page = slots.locked(delivery.page_id)
        return _replace(
            delivery, page, Wish(_due_at(delivery), by, "delivery.restored"), frozenset({S.CANCELLED})
        )


def _due_at(delivery: Delivery) -> datetime:
    """Its time as the database has it now; under its page's lock nobody moves it."""
    return Delivery.objects.values_list("due_at", flat=True).get(pk=delivery.pk)


def _fresh(post_id: int) -> Post:
    """The post, read anew and locked until the transaction ends: it is not discarded meanwhile.

    The page is locked before it, here as everywhere.
    """
    return Post.objects.select_for_update(of=("self",), no_key=True).get(pk=post_id)


def _wish(page: Page, at: datetime, by: Person, act: str, override_reason: str = "") -> Wish:
    instant, notes = slots.moment(at, page.brand)
    return Wish(instant, by, f"delivery.{act}", override_reason, notes)


def _next(wish: Wish, page: Page, delivery_id: int | None) -> Wish | None:
    """The wish at the first free minute from its time (or from now) on; None if there is none."""
    after = max(wish.at, clock.now())
    free = budget.next_slot(page, after, without=delivery_id)
    return Wish(free, wish.by, wish.kind) if free else None


def _schedule(post: Post, page: Page, wish: Wish) -> Planning:
    """Place a first delivery of the post on the locked page, or say what became of the one there is."""
    known = Delivery.objects.filter(post=post, page=page).first()
    if known is None:
        known = Delivery(post=post, page=page)
    elif known.state in rules.WAITING:
        return _planned_already(known, page, wish)
    elif known.state not in AGAIN:
        return _too_late(known)
    known.page = page
    return slots.unfit(slots.load_of(post), page, wish.at) or slots.place(known, AGAIN, wish)


def _planned_already(known: Delivery, page: Page, wish: Wish) -> Planned:
    other = () if known.due_at == wish.at else (PlanNote.ALREADY_PLANNED,)
    return Planned(known, (*wish.notes, *other, *slots.standing_notes(page, known.due_at)))


def _replace(delivery: Delivery, page: Page, wish: Wish, states: frozenset[S] = rules.MOVED_FROM) -> Planning:
    """Place a known delivery anew on its locked page."""
    post = _fresh(delivery.post_id)
    fresh = Delivery.objects.get(pk=delivery.pk)
    fresh.page, fresh.post = page, post
    if fresh.state not in states:
        return _too_late(fresh)
    return slots.unfit(slots.load_of(post), page, wish.at) or slots.place(fresh, states, wish)


def _too_late(delivery: Delivery) -> Refused:
    """Why nothing can be planned or cancelled any more."""
    state = Delivery.objects.values_list("state", flat=True).get(pk=delivery.pk)
    if state in rules.FROZEN:
        return Refused(Refusal.ON_ITS_WAY)
    return Refused(Refusal.STATE_CHANGED if state in rules.WAITING | AGAIN else Refusal.ALREADY_SENT)
