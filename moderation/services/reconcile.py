"""Asking a network whether an act was done whose answer was lost. It reads; it never acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from cm_suite.core import clock, leases
from cm_suite.core.errors import Outcome, OutcomeError, Unknown
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from moderation import rules
from moderation.enums import ActionState, Code, Decided, Kind, Presence
from moderation.models import Action, ActionAttempt
from moderation.services import act, network, outcomes
from moderation.services.act import Doing
from pages.enums import PageState
from pages.networks.base import Answers, Client, Listens, Messages
from pages.networks.errors import Code as NetworkCode
from pages.networks.types import ABSENT, CANNOT_TELL, Published, Reply, Sighting, SightingKind, found

A = ActionState
D = Decided
MOST_LOOKS: Final = 5
MOST_ATTEMPTS: Final = 8
_DEFINITE: Final = (Outcome.LATER, Outcome.NEVER)
_EXPIRED: Final = Q(lease_until__lte=Now())
_DONE_AS: Final = {
    D.HIDE: (Presence.HIDDEN, Presence.GONE),
    D.DELETE: (Presence.GONE,),
    D.UNHIDE: (Presence.VISIBLE,),
    D.APPROVE: (Presence.VISIBLE,),
}
_HERE: Final = Published("", "")


def take(limit: int) -> list[Action]:
    """Claim up to `limit` unknown actions whose time to be looked for has come."""
    unheld = Q(lease_until=None) | _EXPIRED
    rows = Action.objects.filter(unheld, state=A.UNKNOWN, next_attempt_at__lte=clock.now())
    seconds = settings.CM_SEND_LEASE.total_seconds()
    ordered = rows.order_by("next_attempt_at", "pk")
    return leases.claim(ordered, from_=A.UNKNOWN, to=A.UNKNOWN, seconds=seconds, limit=limit)


def look(action: Action) -> None:
    """Look at the network for one claimed action and settle it, or look again later.

    What was not done is tried again once the last try is older than CM_RECONCILE_AFTER, with the same key.
    After five looks without an answer, or eight tries, a person is asked.
    """
    doing = Doing(act.whole(action))
    code = Code.CANNOT_TELL.value
    try:
        sighting = _sight(network.client_of(doing.page), doing)
    except OutcomeError as error:
        sighting, code = CANNOT_TELL, error.code
    if sighting.kind == SightingKind.FOUND:
        published = sighting.published if sighting.published != _HERE else None
        outcomes.done(doing.action, doing.action.attempts.last(), published)
    elif sighting.kind == SightingKind.ABSENT:
        _absent(doing.action)
    else:
        _again(doing.action, code)


def postpone(action: Action) -> None:
    """After a fault of ours while looking: as if the network could not tell."""
    _again(action, Code.UNEXPECTED)


def expired_claims() -> int:
    """Claimed by a worker that is gone: nothing was done, so it waits again. How many."""
    fields: dict[str, Any] = {"next_attempt_at": None, "code": Code.WORKER_LOST, **RELEASED}
    left = leases.expired(Action.objects.filter(state=A.CLAIMED))
    return sum(move(each, A.CLAIMED, A.PLANNED, where=_EXPIRED, **fields) for each in left)


def expired_sends() -> int:
    """Being done by a worker that is gone: nobody knows, so the network is asked. How many."""
    return sum(_lost(each) for each in leases.expired(Action.objects.filter(state=A.SENDING)))


def reconnected() -> int:
    """Refused because the page had lost its connection, which it has again. How many."""
    rows = Action.objects.filter(
        state=A.REJECTED,
        code=NetworkCode.NEEDS_RECONNECT,
        decision__review__comment__page__state=PageState.CONNECTED,
    )
    fields: dict[str, Any] = {"next_attempt_at": None, "code": "", "step": "", "tries": 0}
    return sum(move(each, A.REJECTED, A.PLANNED, **fields) for each in rows)


def _sight(client: Client, doing: Doing) -> Sighting:
    """What the network says. Raises its outcomes."""
    if doing.decision.act in rules.ABOUT_AUTHOR:
        return ABSENT  # done twice it changes nothing, so it is asked for once more
    if doing.decision.act == D.REPLY:
        return _sight_reply(client, doing)
    if not isinstance(client, Listens):
        return CANNOT_TELL
    presence = Presence(client.comment(doing.comment.remote_id).presence)
    if presence != Presence.GONE and not network.sees_hidden(doing.page):
        return ABSENT  # nobody can see whether it was done; done twice it changes nothing
    if doing.decision.act == D.HIDE:
        presence = network.standing(doing.page, Presence.HIDDEN, presence)
    return found(_HERE) if presence in _DONE_AS[D(doing.decision.act)] else ABSENT


def _sight_reply(client: Client, doing: Doing) -> Sighting:
    look = _looker(client, doing)
    if look is None:
        return CANNOT_TELL
    first = doing.action.attempts.exclude(outcome__in=_DEFINITE).first()
    since = first.started_at if first else doing.action.created_at
    sighting = look(doing.reply(), since, clock.now())
    return CANNOT_TELL if _is_anothers(doing, sighting.published) else sighting


def _looker(client: Client, doing: Doing) -> Callable[[Reply, datetime, datetime], Sighting] | None:
    """What looks for a reply: among private messages, or under the post."""
    if doing.comment.kind == Kind.MESSAGE:
        return client.find_answer if isinstance(client, Messages) else None
    return client.find_reply if isinstance(client, Answers) else None


def _is_anothers(doing: Doing, published: Published | None) -> bool:
    """Whether what was found is known as another reply of the page: the same words, said twice."""
    if published is None:
        return False
    rows = Action.objects.filter(decision__review__comment__page=doing.page, remote_id=published.remote_id)
    return rows.exclude(pk=doing.action.pk).exists()


def _absent(action: Action) -> None:
    """Tried again at once, or looked for later while the last try may still be arriving."""
    last: ActionAttempt | None = action.attempts.last()
    if last is not None and last.code == NetworkCode.DUPLICATE:  # it is there, and it is not: a person looks
        _again(action, Code.CANNOT_TELL)
        return
    if last is not None and last.number >= MOST_ATTEMPTS:
        outcomes.ask_person(action, Code.ABSENT)
        return
    ripe = last.started_at + settings.CM_RECONCILE_AFTER if last else clock.now()
    where = outcomes.mine(action)
    if ripe <= clock.now():
        fields: dict[str, Any] = {"next_attempt_at": None, "code": Code.ABSENT, **RELEASED}
        move(action, A.UNKNOWN, A.PLANNED, where=where, **fields)
    else:
        move(action, A.UNKNOWN, A.UNKNOWN, where=where, next_attempt_at=ripe, **RELEASED)


def _again(action: Action, code: str) -> None:
    """Look again after a back-off; in the end a person does."""
    tries = action.tries + 1
    if tries >= MOST_LOOKS:
        outcomes.ask_person(action, Code.CANNOT_TELL)
        return
    later = clock.now() + outcomes.backoff(action.tries)
    fields: dict[str, Any] = {"next_attempt_at": later, "tries": tries, "code": code[:60], **RELEASED}
    move(action, A.UNKNOWN, A.UNKNOWN, where=outcomes.mine(action), **fields)


def _lost(action: Action) -> bool:
    attempt = action.attempts.filter(outcome="").last()
    started_at = attempt.started_at if attempt else clock.now()
    look_at = started_at + settings.CM_RECONCILE_AFTER
    lost = outcomes.lose(action, Code.WORKER_LOST, look_at=look_at, where=_EXPIRED)
    if lost:
        outcomes.note(attempt, Unknown(Code.WORKER_LOST))
    return lost
