"""What people do about an action that is not done: try again, give it up, or say what they see."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction

from cm_suite.core import queue
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from moderation import rules
from moderation.enums import ActionState, Code, Decided, Kind, Presence, ResultKind
from moderation.models import Action, Review
from moderation.services import assign, outcomes, reviews
from moderation.services.results import Result
from pages.enums import Act
from pages.models import Person
from pages.rules import may
from pages.selectors.people import role_of

A = ActionState
D = Decided
K = ResultKind
STUCK: Final = (A.REJECTED, A.NEEDS_PERSON)
WAITING: Final = (A.PLANNED, *STUCK)
_LEAVES_NOTHING: Final = (D.UNHIDE, *rules.ABOUT_AUTHOR)


def retry(action: Action, person: Person) -> Result:
    """Try again now what was refused, waits for its next try, or must be checked.

    A reply that may have gone out is not sent again: a person settles it first.
    """
    action.refresh_from_db()
    if not _may(action, person):
        return Result(K.NOT_ALLOWED, action=action)
    if action.state == A.NEEDS_PERSON and action.decision.act == D.REPLY:
        return Result(K.NOT_POSSIBLE, action=action)
    with transaction.atomic():
        outcomes.lock(action)
        if not _again(action):
            return Result(K.NOT_HELD, action=action)
        outcomes.write(action, "action.retried", person.pk)
        queue.enqueue("moderation.jobs.carry_out_one", action.pk)
    return Result(K.DONE, action=action)


def cancel(action: Action, person: Person) -> Result:
    """Give an action up. The comment is as it was, so it is back in the queue (`review`), unless it is gone.

    Giving up to show a comment again leaves it hidden: nothing is left to decide.
    """
    if not _may(action, person):
        return Result(K.NOT_ALLOWED, action=action)
    with transaction.atomic():
        outcomes.lock(action)
        if not move(action, WAITING, A.CANCELLED, code=Code.CANCELLED, next_attempt_at=None, **RELEASED):
            return Result(K.NOT_HELD, action=action)
        outcomes.write(action, "action.cancelled", person.pk)
        review = None if action.decision.act in _LEAVES_NOTHING else _queue(action, person)
    return Result(K.DONE, action=action, review=review)


def settle(action: Action, person: Person, *, done: bool, reason: str) -> Result:
    """A person looked where the network could not tell: it is done, or it is not and is tried again."""
    if not _may(action, person):
        return Result(K.NOT_ALLOWED, action=action)
    if not rules.reason_given(reason):
        return Result(K.NEEDS_REASON, action=action)
    with transaction.atomic():
        outcomes.lock(action)
        if not Action.objects.select_for_update().filter(pk=action.pk, state=A.NEEDS_PERSON).exists():
            return Result(K.NOT_HELD, action=action)
        outcomes.write(action, "action.settled", person.pk, content=reason.strip())
        if done:
            outcomes.done(action, code=Code.SETTLED, by=person.pk)
        else:
            move(action, A.NEEDS_PERSON, A.PLANNED, code=Code.ABSENT, next_attempt_at=None, tries=0)
            queue.enqueue("moderation.jobs.carry_out_one", action.pk)
    return Result(K.DONE, action=action)


def _again(action: Action) -> bool:
    fields: dict[str, Any] = {"next_attempt_at": None, "code": "", "step": "", "tries": 0}
    if action.state == A.PLANNED:
        return bool(Action.objects.filter(pk=action.pk, state=A.PLANNED).update(**fields))
    return move(action, STUCK, A.PLANNED, **fields)


def _queue(action: Action, person: Person) -> Review | None:
    """A review of the comment, as qualified as the one that was decided."""
    was = action.decision.review
    comment = was.comment
    if comment.presence == Presence.GONE or comment.erased_at or comment.kind == Kind.MESSAGE:
        return None
    qualified = was.qualified or rules.is_qualified(action.decision.label)
    return reviews.open_review(comment) or assign.ask(comment, person, qualified=qualified)


def _may(action: Action, person: Person) -> bool:
    return may(role_of(person, action.decision.review.comment.page.brand), Act.MODERATE)
