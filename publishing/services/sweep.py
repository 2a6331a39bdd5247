"""What a killed worker, an outage, a pause or a lost connection left behind, put where it belongs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from cm_suite.core import clock, leases
from cm_suite.core.errors import Unknown
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from pages.enums import PageState
from pages.models import Pause
from publishing.enums import DeliveryState, EngineCode, HoldReason
from publishing.models import Delivery
from publishing.rules import WAITING
from publishing.services import outcomes

S = DeliveryState
_EXPIRED = Q(lease_until__lte=Now())


def expired_claims() -> int:
    """Claimed by a worker that is gone: nothing was sent, so back to the plan at once. How many."""
    fields: dict[str, Any] = {"next_attempt_at": None, "code": EngineCode.WORKER_LOST, **RELEASED}
    left = leases.expired(Delivery.objects.filter(state=S.CLAIMED))
    return sum(move(each, S.CLAIMED, S.PLANNED, where=_EXPIRED, **fields) for each in left)


def expired_sends() -> int:
    """Being sent by a worker that is gone: nobody knows what arrived, so the network is asked. How many."""
    return sum(_lost(each) for each in leases.expired(Delivery.objects.filter(state=S.SENDING)))


def missed() -> int:
    """Late by more than CM_MISSED_AFTER: told, never fired all at once after an outage. How many."""
    latest = clock.now() - settings.CM_MISSED_AFTER
    still = Q(due_at__lt=latest)  # somebody may have given it another time since it was read
    late = Delivery.objects.filter(still, state__in=WAITING | {S.PROCESSING})
    return sum(outcomes.miss(each, each.state, still=still) for each in late.order_by("due_at", "pk"))


def held_again() -> int:
    """Planned on a page that has lost its connection meanwhile. How many."""
    reason, code = HoldReason.RECONNECT, EngineCode.TO_RECONNECT
    planned = Delivery.objects.filter(outcomes.UNCONNECTED, state=S.PLANNED)
    return sum(outcomes.hold(each, S.PLANNED, reason, code, still=outcomes.UNCONNECTED) for each in planned)


def released() -> int:
    """Held by a pause that has ended or a page that is connected again: back to the plan. How many."""
    freed = _unpaused() | _reconnected()
    fields: dict[str, Any] = {"hold_reason": "", "code": "", "tries": 0, "next_attempt_at": None}
    return sum(
        move(each, S.HELD, S.PLANNED, where=Q(hold_reason=each.hold_reason), **fields)
        for each in freed.order_by("due_at", "pk")
    )


def _lost(delivery: Delivery) -> bool:
    attempt = delivery.attempts.filter(outcome="").last()
    started_at = attempt.started_at if attempt else clock.now()
    with transaction.atomic():
        look_at = started_at + settings.CM_RECONCILE_AFTER
        done = outcomes.lose(delivery, EngineCode.WORKER_LOST, look_at=look_at, where=_EXPIRED)
        if done:
            outcomes.note(attempt, Unknown(EngineCode.WORKER_LOST))
    return done


def _unpaused() -> QuerySet[Delivery]:
    of_page = Q(page=OuterRef("page")) | Q(page=None, brand=OuterRef("page__brand"))
    pauses = Pause.objects.filter(of_page, ended_at=None)
    return Delivery.objects.filter(~Exists(pauses), state=S.HELD, hold_reason=HoldReason.PAUSED)


def _reconnected() -> QuerySet[Delivery]:
    held = Delivery.objects.filter(state=S.HELD, hold_reason=HoldReason.RECONNECT)
    return held.filter(page__state=PageState.CONNECTED)
