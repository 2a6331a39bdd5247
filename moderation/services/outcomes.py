"""What became of an action: one short transaction each, with the comment's presence and the ledger's line.

Every move is guarded by the state and by the lease of whoever did the work, save that the network's yes is
always kept.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from cm_suite.core import clock, ledger, queue
from cm_suite.core.errors import Never, Outcome, OutcomeError
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from moderation import rules
from moderation.enums import ActionState, Decided, Presence
from moderation.models import Action, ActionAttempt, Comment
from moderation.services import tell
from pages.networks.errors import Code as NetworkCode
from pages.networks.types import Published

A = ActionState
D = Decided
LONGEST_BACKOFF: Final = timedelta(minutes=15)
TELL_AFTER: Final = 5
"""People hear of an action that could not leave this often; it goes on trying."""

_MOST_TRIES: Final = 30_000
_RANDOM: Final = SystemRandom()
SAYING_YES: Final = (A.SENDING, A.UNKNOWN, A.NEEDS_PERSON, A.PLANNED, A.CLAIMED, A.REJECTED, A.CANCELLED)
PRESENCES: Final = {
    D.HIDE: Presence.HIDDEN,
    D.DELETE: Presence.GONE,
    D.UNHIDE: Presence.VISIBLE,
    D.APPROVE: Presence.VISIBLE,
}


def backoff(tries: int) -> timedelta:
    """How long to wait after this many tries: doubling, jittered, at most a quarter of an hour."""
    longest = min(settings.CM_BACKOFF * 2 ** min(tries, 16), LONGEST_BACKOFF)
    jittered: timedelta = longest * _RANDOM.uniform(0.75, 1.0)
    return jittered


def mine(action: Action) -> Q:
    """Still under the lease that `action` carries in memory."""
    return Q(lease_token=action.lease_token)


def lock(action: Action) -> None:
    """Lock the comment before anything else, as who decides of it does: nobody waits in a circle."""
    rows = Comment.objects.select_for_update().filter(pk=action.decision.review.comment_id)
    rows.values_list("pk", flat=True).first()


def done(
    action: Action,
    attempt: ActionAttempt | None = None,
    published: Published | None = None,
    *,
    code: str = "",
    by: int | None = None,
) -> bool:
    """The network's yes, or a person's word for it: the comment now stands as was decided."""
    now = clock.now()
    fields: dict[str, Any] = {"done_at": now, "next_attempt_at": None, "code": code, "step": "", "tries": 0}
    if published is not None:
        fields |= {"remote_id": published.remote_id, "remote_url": published.url}
    with transaction.atomic():
        lock(action)
        was = move(action, SAYING_YES, A.DONE, **fields, **RELEASED)
        if attempt is not None:
            rows = ActionAttempt.objects.filter(pk=attempt.pk)
            rows.update(finished_at=now, outcome=Outcome.DONE, code="")
        if was:
            _stands(action, now)
            write(action, "action.done", by)
            queue.enqueue("moderation.jobs.tell_reporters", action.decision.review.comment_id)
    return was


def postpone(
    action: Action, from_: str, code: str, *, retry_at: datetime | None = None, where: Q | None = None
) -> bool:
    """To be tried again, nothing having been done: at `retry_at`, or after a back-off."""
    now = clock.now()
    tries = min(action.tries + 1, _MOST_TRIES)
    with transaction.atomic():
        lock(action)
        was = move(
            action,
            from_,
            A.PLANNED,
            where=mine(action) if where is None else where,
            next_attempt_at=max(retry_at, now) if retry_at else now + backoff(action.tries),
            code=code[:60],
            tries=tries,
            **RELEASED,
        )
        if was and tries == TELL_AFTER:
            tell.action_trouble(action)
    return was


def refuse(action: Action, from_: str, refusal: Never) -> bool:
    """The network, or the way to it, said no: the comment stands as it did, and a person takes the next step.

    The action itself waits for them: tried again, or given up, which puts the comment back in the queue.
    """
    with transaction.atomic():
        lock(action)
        was = move(
            action,
            from_,
            A.REJECTED,
            where=mine(action),
            code=refusal.code[:60],
            step=refusal.step,
            next_attempt_at=None,
            **RELEASED,
        )
        if was:
            if refusal.code == NetworkCode.NOT_FOUND and action.decision.act not in rules.ABOUT_AUTHOR:
                _gone(action)
            write(action, "action.rejected")
            tell.action_trouble(action)
    return was


def lose(action: Action, code: str, *, look_at: datetime, where: Q | None = None) -> bool:
    """Nobody knows whether it was done: the network is asked from `look_at` on."""
    with transaction.atomic():
        lock(action)
        was = move(
            action,
            A.SENDING,
            A.UNKNOWN,
            where=mine(action) if where is None else where,
            next_attempt_at=look_at,
            code=code[:60],
            tries=0,
            **RELEASED,
        )
        if was:
            write(action, "action.unknown")
    return was


def ask_person(action: Action, code: str) -> bool:
    """The network cannot say, or never does it: somebody looks."""
    with transaction.atomic():
        lock(action)
        was = move(
            action,
            A.UNKNOWN,
            A.NEEDS_PERSON,
            where=mine(action),
            next_attempt_at=None,
            code=code[:60],
            **RELEASED,
        )
        if was:
            write(action, "action.needs_person")
            tell.action_trouble(action)
    return was


def note(attempt: ActionAttempt | None, error: OutcomeError) -> None:
    """Note in the attempt's record what was raised; what was noted before stays."""
    if attempt is not None:
        rows = ActionAttempt.objects.filter(pk=attempt.pk, outcome="")
        rows.update(finished_at=clock.now(), outcome=error.outcome, code=error.code[:60])


def write(action: Action, kind: str, by: int | None = None, content: str = "") -> None:
    """The ledger's line of an action."""
    ledger.append(
        action.decision.review.comment.page.brand_id,
        kind,
        actor_id=by,
        subject_kind="action",
        subject_id=action.pk,
        content=content,
    )


def _stands(action: Action, now: datetime) -> None:
    """The comment's presence as the act left it. What its author took down meanwhile stays down."""
    presence = PRESENCES.get(D(action.decision.act))
    if presence is not None:
        rows = Comment.objects.filter(pk=action.decision.review.comment_id).exclude(presence=Presence.GONE)
        rows.update(presence=presence, checked_at=now)


def _gone(action: Action) -> None:
    rows = Comment.objects.filter(pk=action.decision.review.comment_id)
    rows.update(presence=Presence.GONE, checked_at=clock.now())
