"""What a person decides without the queue: an answer in private, an author kept away or let in again.

Each has a review of its own that is decided at once, so that decision, action, ledger and the four outcomes
are the same as for any other.
"""

from __future__ import annotations

from typing import Final

from django.db import transaction

from cm_suite.core import clock, queue
from cm_suite.core.states import move
from moderation import rules
from moderation.enums import ActionState, CloseCode, Code, Decided, Kind, Presence, ResultKind, ReviewState
from moderation.models import Action, Comment, Decision, Review
from moderation.selectors import room
from moderation.selectors.author import standing
from moderation.services import decide, network
from moderation.services.decide import Wish
from moderation.services.results import Result
from pages.enums import Act
from pages.models import Person
from pages.rules import may
from pages.selectors.people import role_of

A = ActionState
D = Decided
K = ResultKind
ANSWERED: Final = "Answered in the conversation."
"""The reason that the record keeps of an answer: its own words stand beside it."""

_LEAVING: Final = (A.CLAIMED, A.SENDING, A.UNKNOWN)
_WAITING: Final = (A.PLANNED, A.REJECTED, A.NEEDS_PERSON)


def answer(message: Comment, person: Person, text: str) -> Result:
    """Answer a private message in its conversation, in the page's name."""
    wish = Wish(D.REPLY, ANSWERED, text=text)
    with transaction.atomic():
        comment = _locked(message)
        refusal = _answer_refusal(comment, person, wish)
        return Result(refusal) if refusal else _decide(comment, person, wish, CloseCode.IN_PRIVATE)


def block(comment: Comment, person: Person, reason: str) -> Result:
    """Keep the comment's author away from its page."""
    return _about_author(comment, person, Wish(D.BLOCK, reason))


def unblock(comment: Comment, person: Person, reason: str) -> Result:
    """Let the comment's author in again."""
    return _about_author(comment, person, Wish(D.UNBLOCK, reason))


def _about_author(comment: Comment, person: Person, wish: Wish) -> Result:
    with transaction.atomic():
        comment = _locked(comment)
        refusal = _author_refusal(comment, person, wish)
        if refusal is not None:
            return Result(refusal)
        _give_up(comment)
        return _decide(comment, person, wish, CloseCode.ABOUT_AUTHOR)


def _locked(comment: Comment) -> Comment:
    rows = Comment.objects.select_for_update(of=("self",)).select_related("page__brand", "thread")
    return rows.get(pk=comment.pk)


def _answer_refusal(comment: Comment, person: Person, wish: Wish) -> ResultKind | None:
    possible = rules.acts_possible(network.capabilities_of(comment.page), comment.presence, comment.kind)
    if not may(role_of(person, comment.page.brand), Act.MODERATE):
        return K.NOT_ALLOWED
    if comment.presence == Presence.GONE or comment.erased_at:
        return K.GONE
    if comment.kind != Kind.MESSAGE or comment.by_page or D.REPLY not in possible:
        return K.NOT_POSSIBLE
    if not wish.text.strip():
        return K.NEEDS_TEXT
    return None if room.of(comment).fits(wish.text) else K.TOO_LONG


def _author_refusal(comment: Comment, person: Person, wish: Wish) -> ResultKind | None:
    if not may(role_of(person, comment.page.brand), Act.MODERATE):
        return K.NOT_ALLOWED
    if comment.erased_at:
        return K.GONE
    named = bool(comment.author_remote_id) and not comment.by_page
    if not named or not rules.can_block(network.capabilities_of(comment.page)):
        return K.NOT_POSSIBLE
    return _stands(comment, wish) or (None if rules.reason_given(wish.reason) else K.NEEDS_REASON)


def _stands(comment: Comment, wish: Wish) -> ResultKind | None:
    """Why it cannot be decided now: it is so already, or something is on its way. A refused one may again."""
    last = standing(comment)
    action: Action | None = getattr(last, "action", None)
    if last is None or action is None:
        return K.NOT_POSSIBLE if wish.act == D.UNBLOCK else None
    if action.state in _LEAVING:
        return K.ON_ITS_WAY
    return K.NOT_POSSIBLE if last.act == wish.act and action.state != A.REJECTED else None


def _give_up(comment: Comment) -> None:
    """What an earlier decision about the author left undone."""
    about = Decision.objects.filter(
        rules.of_author(comment.page_id, comment.author_remote_id), act__in=rules.ABOUT_AUTHOR
    )
    for action in Action.objects.filter(decision__in=about, state__in=_WAITING):
        move(action, _WAITING, A.CANCELLED, code=Code.SUPERSEDED, next_attempt_at=None)


def _decide(comment: Comment, person: Person, wish: Wish, code: CloseCode) -> Result:
    now = clock.now()
    review = Review.objects.create(
        comment=comment,
        state=ReviewState.DECIDED,
        known_at=now,
        opened_at=now,
        closed_at=now,
        close_code=code,
    )
    decision = decide.write(review, comment, person, wish, final=True)
    decide.line(comment, person, f"decision.{wish.act}", decision)
    action = decide.plan(decision)
    if action is not None:
        queue.enqueue("moderation.jobs.carry_out_one", action.pk)
    return Result(K.DONE, decision=decision, action=action, review=review)
