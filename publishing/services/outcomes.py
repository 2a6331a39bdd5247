"""What became of a send: one short transaction each, with what must follow written beside it.

Every move is guarded by the state, and by the lease of whoever did the work: a worker that was taken for
dead changes nothing any more, save that the network's yes is always kept.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from cm_suite.core import clock
from cm_suite.core.errors import Never, NextStep, Outcome, OutcomeError
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from pages.enums import PageState
from pages.networks.types import Published
from publishing.enums import DeliveryState, EngineCode, FollowUpTask, HoldReason
from publishing.models import Attempt, Delivery, FollowUp
from publishing.services import prepared

S = DeliveryState
LONGEST_BACKOFF: Final = timedelta(minutes=15)
UNCONNECTED: Final = ~Q(page__state=PageState.CONNECTED)
_MOST_TRIES: Final = 30_000
_RANDOM: Final = SystemRandom()
_BOTH: Final = (FollowUpTask.LEDGER, FollowUpTask.NOTICE)
_LEDGER: Final = (FollowUpTask.LEDGER,)
SAYING_YES: Final = (
    S.SENDING,
    S.UNKNOWN,
    S.NEEDS_PERSON,
    S.PLANNED,
    S.CLAIMED,
    S.PROCESSING,
    S.HELD,
    S.MISSED,
    S.REJECTED,
    S.CANCELLED,
)


def backoff(tries: int) -> timedelta:
    """How long to wait after this many tries: doubling, jittered, at most a quarter of an hour."""
    return _jittered(settings.CM_BACKOFF * 2 ** min(tries, 16))


def spaced(lasted: timedelta) -> timedelta:
    """How long to wait for what has lasted that long already: as long again, within the same bounds."""
    return _jittered(max(lasted, settings.CM_BACKOFF))


def _jittered(longest: timedelta) -> timedelta:
    return min(longest, LONGEST_BACKOFF) * _RANDOM.uniform(0.75, 1.0)


def mine(delivery: Delivery) -> Q:
    """Still under the lease that `delivery` carries in memory."""
    return Q(lease_token=delivery.lease_token)


def publish(delivery: Delivery, published: Published, attempt: Attempt | None) -> bool:
    """Commit the network's yes: reference, address, instant. Nothing else happens in this transaction."""
    now = clock.now()
    with transaction.atomic():
        done = move(
            delivery,
            SAYING_YES,
            S.PUBLISHED,
            remote_id=published.remote_id,
            remote_url=published.url,
            published_at=published.at or now,
            next_attempt_at=None,
            hold_reason="",
            code="",
            step="",
            tries=0,
            **RELEASED,
        )
        if attempt is not None:
            Attempt.objects.filter(pk=attempt.pk).update(
                finished_at=now, outcome=Outcome.DONE, code="", remote_id=published.remote_id
            )
        if done:
            follow(delivery, S.PUBLISHED, _BOTH, attempt)
    return done


def postpone(
    delivery: Delivery, from_: str, code: str, *, retry_at: datetime | None = None, where: Q | None = None
) -> bool:
    """Back to the plan, nothing having been sent: at `retry_at`, or after a back-off."""
    now = clock.now()
    return move(
        delivery,
        from_,
        S.PLANNED,
        where=mine(delivery) if where is None else where,
        next_attempt_at=max(retry_at, now) if retry_at else now + backoff(delivery.tries),
        code=code,
        tries=min(delivery.tries + 1, _MOST_TRIES),
        **RELEASED,
    )


def wait_for_media(delivery: Delivery, from_: str, code: str, *, retry_at: datetime | None = None) -> bool:
    """The network works on what was sent up, and shows nothing yet: it is asked again soon.

    That is no fault, and makes no later try wait longer.
    """
    now = clock.now()
    soonest = now + prepared.pause(delivery, now)
    return move(
        delivery,
        from_,
        S.PROCESSING,
        where=mine(delivery),
        next_attempt_at=max(retry_at or soonest, soonest),
        code=code,
        **RELEASED,
    )


def refuse(delivery: Delivery, from_: str, refusal: Never) -> bool:
    """The network, or the way to it, said no; a person takes the next step."""
    return _reject(delivery, from_, refusal.code, refusal.step)


def refuse_text(delivery: Delivery, code: str) -> bool:
    """The text cannot go on this page; nothing was sent."""
    return _reject(delivery, S.CLAIMED, code, NextStep.EDIT)


def lose(delivery: Delivery, code: str, *, look_at: datetime, where: Q | None = None) -> bool:
    """Nobody knows whether the post arrived: the network is asked from `look_at` on."""
    with transaction.atomic():
        done = move(
            delivery,
            S.SENDING,
            S.UNKNOWN,
            where=mine(delivery) if where is None else where,
            next_attempt_at=look_at,
            code=code,
            tries=0,
            **RELEASED,
        )
        if done:
            follow(delivery, S.UNKNOWN, _LEDGER, delivery.attempts.last())
    return done


def hold(
    delivery: Delivery, from_: str | Collection[str], reason: str, code: str, *, still: Q | None = None
) -> bool:
    """Hold a delivery, if `still` holds of the row as it stands now.

    A rule is told to people; of a pause or a lost connection they heard already.
    """
    tasks = _BOTH if reason == HoldReason.POLICY else _LEDGER
    with transaction.atomic():
        done = move(
            delivery,
            from_,
            S.HELD,
            where=mine(delivery) & (still or Q()),
            hold_reason=reason,
            code=code,
            next_attempt_at=None,
            **RELEASED,
        )
        if done:
            follow(delivery, S.HELD, tasks)
    return done


def miss(delivery: Delivery, from_: str | Collection[str], *, still: Q | None = None) -> bool:
    """Too late to leave by itself, if `still` holds of the row as it stands now: people are told."""
    with transaction.atomic():
        done = move(
            delivery,
            from_,
            S.MISSED,
            where=mine(delivery) & (still or Q()),
            hold_reason="",
            code=EngineCode.LATE,
            next_attempt_at=None,
            **RELEASED,
        )
        if done:
            follow(delivery, S.MISSED, _BOTH)
    return done


def drop(delivery: Delivery) -> bool:
    """Off the plan, its post having been discarded; nothing was sent."""
    with transaction.atomic():
        fields: dict[str, Any] = {"code": "", "next_attempt_at": None, **RELEASED}
        done = move(delivery, S.CLAIMED, S.CANCELLED, where=mine(delivery), **fields)
        if done:
            follow(delivery, S.CANCELLED, _LEDGER)
    return done


def ask_person(delivery: Delivery, code: str) -> bool:
    """The network cannot say whether the post arrived: somebody looks."""
    with transaction.atomic():
        done = move(
            delivery,
            S.UNKNOWN,
            S.NEEDS_PERSON,
            where=mine(delivery),
            next_attempt_at=None,
            code=code,
            **RELEASED,
        )
        if done:
            follow(delivery, S.NEEDS_PERSON, _BOTH, delivery.attempts.last())
    return done


def note(attempt: Attempt | None, error: OutcomeError) -> None:
    """Note in the attempt's record, if there is one, what was raised; what was noted before stays."""
    if attempt is not None:
        Attempt.objects.filter(pk=attempt.pk, outcome="").update(
            finished_at=clock.now(), outcome=error.outcome, code=error.code[:60], answer=error.answer
        )


def follow(
    delivery: Delivery, event: S, tasks: Collection[FollowUpTask], attempt: Attempt | None = None
) -> None:
    """Write down what must follow, in the transaction of the change itself.

    `attempt` is the send that the event is about: what the ledger's line stands for.
    """
    at = clock.now()
    FollowUp.objects.bulk_create(
        [FollowUp(delivery=delivery, task=task, event=event, at=at, attempt=attempt) for task in tasks]
    )


def _reject(delivery: Delivery, from_: str, code: str, step: str) -> bool:
    with transaction.atomic():
        done = move(
            delivery,
            from_,
            S.REJECTED,
            where=mine(delivery),
            code=code[:60],
            step=step,
            next_attempt_at=None,
            **RELEASED,
        )
        if done:
            follow(delivery, S.REJECTED, _BOTH, delivery.attempts.last() if from_ == S.SENDING else None)
    return done
