"""Leaving: at once, and only then the question why."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cm_suite.core import clock, ledger
from cm_suite.core.states import move
from pages.models import Departure
from pages.newsroom.models import Subscriber, SubscriberState
from pages.newsroom.rules import departure_day
from pages.newsroom.services import mails
from pages.services.audience import record_departure, set_cause


@transaction.atomic
def leave(subscriber: Subscriber, *, asked: bool = True, cause: str = "") -> Departure | None:
    """End a subscription and erase its address, also in the outbox; None when it had ended, or had never
    been confirmed. `asked`: False when nobody can be asked why now; the leaving link then asks later.
    `cause`: the DepartureFact it ended by, when nobody ended it.
    """
    gone: dict[str, Any] = {"email": "", "left_at": clock.now(), "told_until": None}
    if move(subscriber, SubscriberState.ACTIVE, SubscriberState.LEFT, **gone):
        page = subscriber.page
        mails.forget(subscriber.pk)
        ledger.append(
            page.brand_id,
            "subscriber.left",
            actor_id=None,
            subject_kind="subscriber",
            subject_id=subscriber.pk,
        )
        departure = record_departure(page, cause, departure_day(clock.now(), clock.zone(page.brand.zone)))
        if not asked:
            Subscriber.objects.filter(pk=subscriber.pk).update(unasked=departure)
        return departure
    if move(subscriber, SubscriberState.PENDING, SubscriberState.LEFT, **gone):
        mails.forget(subscriber.pk)
    return None


@transaction.atomic
def give_reason(departure: Departure, cause: str) -> None:
    """Note why somebody left; a second answer replaces the first. From then on no subscription names it."""
    set_cause(departure, cause)
    Subscriber.objects.filter(unasked=departure).update(unasked=None)
