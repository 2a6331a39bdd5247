"""The one way a delivery leaves the plan, for a first try as for any later one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from cm_suite.core import clock, leases
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from pages.enums import PageState
from pages.models import Page
from pages.networks.errors import Code
from pages.networks.types import Outgoing
from pages.selectors.pauses import active_pause
from publishing import rules
from publishing.enums import DeliveryState, EngineCode, HoldReason, Refusal
from publishing.models import Delivery, Override
from publishing.policy.caps import Rule
from publishing.selectors import budget
from publishing.services import outcomes
from publishing.services.busy import leaving, one_of_each_page
from publishing.services.outgoing import outgoing_of
from publishing.services.slots import Load, load_of, locked, misfit

S = DeliveryState
WAITING: Final = (S.PLANNED, S.PROCESSING)
MISFITS: Final[Mapping[Refusal, str]] = {
    Refusal.TOO_LONG: EngineCode.TOO_LONG,
    Refusal.EMPTY: EngineCode.TOO_LONG,
    Refusal.READ_ONLY: Code.NOT_OFFERED,
    Refusal.IMAGE_REQUIRED: Code.IMAGE_REQUIRED,
    Refusal.PUBLIC_URL_NEEDED: Code.PUBLIC_URL_NEEDED,
}


@dataclass(frozen=True, slots=True)
class Ready:
    """A delivery that may go, with its content as it stands now: frozen from here on."""

    delivery: Delivery
    page: Page
    limits: tuple[Rule, ...]
    outgoing: Outgoing


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a delivery may not go now, and the state that says so."""

    state: S
    code: str
    hold_reason: str = ""


def due(now: datetime) -> QuerySet[Delivery]:
    """What may leave at `now`: planned, or waiting for its images; due, not too late, its next try not later,
    its page not asked to wait.
    """
    again = Q(next_attempt_at=None) | Q(next_attempt_at__lte=now)
    free = Q(page__paced_until=None) | Q(page__paced_until__lte=now)
    on_time = Q(due_at__lte=now, due_at__gte=now - settings.CM_MISSED_AFTER)
    return Delivery.objects.filter(again, free, on_time, state__in=WAITING)


def take(limit: int) -> list[Delivery]:
    """Claim up to `limit` due deliveries, each under a lease: nobody else sends them meanwhile.

    One of each page, and none of a page that another leaves for: an account has one request in flight.
    """
    seconds = settings.CM_SEND_LEASE.total_seconds()
    first = one_of_each_page(due(clock.now()), limit, "due_at", "pk")
    return leases.claim(first, from_=WAITING, to=S.CLAIMED, seconds=seconds, limit=limit)


def admit(delivery: Delivery) -> Ready | None:
    """Ask pause and policy again under the page's lock; None when that moved the delivery elsewhere."""
    with transaction.atomic():
        page = locked(delivery.page_id)
        if _gives_way(delivery):
            return None
        limits = budget.rules_of(page)
        load = load_of(delivery.post)
        found = _discarded(load) or hindrance(delivery, page, limits) or _misfit(load, page)
        if found is not None:
            stop(delivery, found)
            return None
    return Ready(delivery, page, limits, outgoing_of(delivery, page, images=bool(load.alts)))


def hindrance(delivery: Delivery, page: Page, limits: Sequence[Rule]) -> Hindrance | None:
    """Why a delivery of the locked page may not go now: too late, a page to reconnect, a pause, a rule."""
    now = clock.now()
    if delivery.due_at < now - settings.CM_MISSED_AFTER:
        return Hindrance(S.MISSED, EngineCode.LATE)
    if page.state != PageState.CONNECTED:
        return Hindrance(S.HELD, EngineCode.TO_RECONNECT, HoldReason.RECONNECT)
    if active_pause(page) is not None:
        return Hindrance(S.HELD, EngineCode.PAUSED, HoldReason.PAUSED)
    at = rules.counted_at(delivery.due_at, now)
    if budget.verdict_for_send(page, at, limits, without=delivery.pk).allowed or _overridden(delivery):
        return None
    return Hindrance(S.HELD, EngineCode.POLICY, HoldReason.POLICY)


def stop(delivery: Delivery, found: Hindrance) -> None:
    """Move a claimed delivery to where the hindrance puts it."""
    if found.state == S.HELD:
        outcomes.hold(delivery, S.CLAIMED, found.hold_reason, found.code)
    elif found.state == S.MISSED:
        outcomes.miss(delivery, S.CLAIMED)
    elif found.state == S.CANCELLED:
        outcomes.drop(delivery)
    else:
        outcomes.refuse_text(delivery, found.code)


def _gives_way(delivery: Delivery) -> bool:
    """Whether another delivery leaves for the locked page: two were claimed at one instant. Back to the plan.

    The other, asked after this one has gone back, finds the page free.
    """
    if not leaving().filter(page=delivery.page_id).exclude(pk=delivery.pk).exists():
        return False
    move(delivery, S.CLAIMED, S.PLANNED, where=outcomes.mine(delivery), **RELEASED)
    return True


def _discarded(load: Load) -> Hindrance | None:
    """What was put away never leaves, however it came to be on the plan."""
    return Hindrance(S.CANCELLED, "") if load.discarded else None


def _misfit(load: Load, page: Page) -> Hindrance | None:
    """The network, or this installation, may have changed what it takes since the post was planned."""
    refused = misfit(load, page)
    return Hindrance(S.REJECTED, MISFITS.get(refused.code, EngineCode.IMAGES)) if refused else None


def _overridden(delivery: Delivery) -> bool:
    """Whether a person let the delivery pass, for this very time."""
    return Override.objects.filter(delivery=delivery, for_due_at=delivery.due_at).exists()
