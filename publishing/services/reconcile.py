"""Asking a network whether a post arrived whose answer was lost. It reads; it never sends."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from cm_suite.core import clock, leases
from cm_suite.core.errors import Later, Never, NextStep, Outcome, OutcomeError
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from pages.enums import PageState
from pages.networks.base import Finds
from pages.networks.errors import Code
from pages.networks.types import CANNOT_TELL, Published, Sighting, SightingKind
from pages.services.connect import client_for
from publishing.enums import DeliveryState, EngineCode
from publishing.models import Attempt, Delivery
from publishing.services import outcomes
from publishing.services.busy import one_of_each_page
from publishing.services.outgoing import outgoing_of

S = DeliveryState
MOST_TRIES: Final = 5
_DEFINITE: Final = (Outcome.LATER, Outcome.NEVER)


def take(limit: int) -> list[Delivery]:
    """Claim up to `limit` unknown deliveries whose time to be looked for has come, one of each page.

    A page that its network asked to rest, or that must be reconnected, is left alone until it can be asked;
    not beyond CM_LOOK_FOR, when people look.
    """
    now = clock.now()
    unheld = Q(lease_until=None) | Q(lease_until__lte=Now())
    rested = Q(page__paced_until=None) | Q(page__paced_until__lte=now)
    recent = Attempt.objects.filter(delivery=OuterRef("pk"), started_at__gt=now - settings.CM_LOOK_FOR)
    can_be_asked = Q(page__state=PageState.CONNECTED) & rested
    found = Delivery.objects.filter(
        unheld, can_be_asked | ~Exists(recent), state=S.UNKNOWN, next_attempt_at__lte=now
    )
    seconds = settings.CM_SEND_LEASE.total_seconds()
    ordered = one_of_each_page(found, limit, "next_attempt_at", "pk")
    return leases.claim(ordered, from_=S.UNKNOWN, to=S.UNKNOWN, seconds=seconds, limit=limit)


def look(delivery: Delivery) -> None:
    """Look for one claimed delivery on its network and settle it, or look again later.

    What the network does not have is believed once the last send is older than CM_RECONCILE_AFTER: then
    it goes back to the plan, with the same key. After five answers that do not tell, a person is asked; a
    network that gives none is asked again for CM_LOOK_FOR.
    """
    try:
        sighting = _sight(delivery)
    except OutcomeError as error:
        if not _answers(error):
            _wait(delivery, error.code, error.retry_at if isinstance(error, Later) else None)
            return
        sighting = CANNOT_TELL
    if sighting.kind == SightingKind.FOUND and sighting.published:
        _found(delivery, sighting.published)
    elif sighting.kind == SightingKind.ABSENT:
        _absent(delivery)
    else:
        _again(delivery)


def _answers(error: OutcomeError) -> bool:
    """Whether the network said that it will not tell: another credential would hear the same."""
    return isinstance(error, Never) and error.step != NextStep.RECONNECT


def _sight(delivery: Delivery) -> Sighting:
    """What the network says. Raises its outcomes."""
    page = delivery.page
    first = delivery.attempts.exclude(outcome__in=_DEFINITE).first()
    since = first.started_at if first else delivery.due_at
    client = client_for(page)
    if not isinstance(client, Finds):
        return CANNOT_TELL
    sighting = client.find(outgoing_of(delivery, page), since, clock.now())
    return CANNOT_TELL if _is_anothers(delivery, sighting.published) else sighting


def _is_anothers(delivery: Delivery, published: Published | None) -> bool:
    """Whether what was found is known as another delivery's: the same words, said twice."""
    if published is None:
        return False
    others = Delivery.objects.filter(page=delivery.page, remote_id=published.remote_id)
    return others.exclude(pk=delivery.pk).exists()


def _found(delivery: Delivery, published: Published) -> None:
    outcomes.publish(delivery, published, _last(delivery))


def _absent(delivery: Delivery) -> None:
    """Back to the plan at once, or a later look while the send may still be arriving."""
    last = _last(delivery)
    if last is not None and last.code == Code.DUPLICATE:  # it is there, and it is not: a person looks
        _again(delivery)
        return
    ripe = last.started_at + settings.CM_RECONCILE_AFTER if last else clock.now()
    mine = outcomes.mine(delivery)
    if ripe <= clock.now():
        fields = {"next_attempt_at": None, "code": EngineCode.ABSENT, "tries": 0, **RELEASED}
        move(delivery, S.UNKNOWN, S.PLANNED, where=mine, **fields)
    else:
        move(delivery, S.UNKNOWN, S.UNKNOWN, where=mine, next_attempt_at=ripe, **RELEASED)


def _again(delivery: Delivery) -> None:
    """The network could not tell. It is asked again after a back-off; in the end a person is."""
    tries = delivery.tries + 1
    if tries >= MOST_TRIES:
        outcomes.ask_person(delivery, EngineCode.CANNOT_TELL)
        return
    later = clock.now() + outcomes.backoff(delivery.tries)
    _look_at(delivery, later, EngineCode.CANNOT_TELL, tries=tries)


def _wait(delivery: Delivery, code: str, retry_at: datetime | None = None) -> None:
    """The network was not asked, or gave no answer: again at `retry_at`, or later the longer it has lasted.

    CM_LOOK_FOR after the send a person looks, whatever time was named.
    """
    now, last = clock.now(), _last(delivery)
    sent_at = last.started_at if last else delivery.due_at
    ends = sent_at + settings.CM_LOOK_FOR
    if now >= ends:
        outcomes.ask_person(delivery, EngineCode.CANNOT_TELL)
        return
    later = now + outcomes.spaced(now - sent_at)
    _look_at(delivery, min(max(later, retry_at or now), ends), code)


def _look_at(delivery: Delivery, at: datetime, code: str, **more: int) -> None:
    fields = {"next_attempt_at": at, "code": code[:60], **more, **RELEASED}
    move(delivery, S.UNKNOWN, S.UNKNOWN, where=outcomes.mine(delivery), **fields)


def postpone(delivery: Delivery) -> None:
    """After a fault of ours while looking: as if the network had given no answer."""
    _wait(delivery, EngineCode.UNEXPECTED)


def _last(delivery: Delivery) -> Attempt | None:
    return delivery.attempts.last()
