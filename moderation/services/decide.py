"""What a person decides of a comment, and the second person where two are asked.

Whatever leaves a qualified comment in sight takes two different people. A brand with one such person has that
person confirm twice, and the record says so. A removal seals its evidence first, in the same transaction.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from cm_suite.core import clock, ledger, queue
from cm_suite.core.http import storable
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from cm_suite.core.text import clip
from moderation import rules, sealing
from moderation.enums import ActionState, Code, Decided, Presence, ResultKind, ReviewState
from moderation.models import Action, Comment, Decision, Review
from moderation.risk.labels import Label
from moderation.selectors import room
from moderation.services import assign, evidence, network, reviews, tell
from moderation.services.results import Result
from pages.enums import Act
from pages.models import Brand, Person
from pages.rules import may
from pages.selectors.people import people_with, role_of

D = Decided
K = ResultKind
R = ReviewState
_REPLACED: Final = (ActionState.PLANNED, ActionState.REJECTED, ActionState.NEEDS_PERSON)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants decided. `label`: the one they retain, empty for the rules' own."""

    act: Decided
    reason: str
    told: str = ""
    label: str = ""
    text: str = ""

    def fields(self) -> dict[str, str]:
        """As a decision keeps it."""
        limit = rules.LONGEST_REASON
        return {
            "act": self.act,
            "label": Label(self.label).value if self.label else "",
            "reason": clip(storable(self.reason).strip(), limit),
            "told": clip(storable(self.told).strip(), limit),
            "text": storable(self.text).strip() if self.act == D.REPLY else "",
        }


def decide(
    review: Review,
    person: Person,
    act: Decided,
    *,
    reason: str,
    told: str = "",
    label: str = "",
    text: str = "",
    revision: int,
    alone_confirmed: bool = False,
) -> Result:
    """Decide a review that the person holds, of the wording (`revision`) they read.

    `told`: what the comment's author may read of it. `label`: the reading the person retains, if another
    than the rules'. `text`: of a reply. Raises ValueError for a label that does not exist.
    """
    wish = Wish(Decided(act), reason, told, label, text)
    with transaction.atomic():
        comment = _locked(review)
        refusal = _refusal(comment, person, wish) or _not_ready(review, comment, person, revision)
        return refusal or _decide(review, comment, person, wish, alone_confirmed=alone_confirmed)


def second(
    review: Review,
    person: Person,
    *,
    agree: bool,
    reason: str,
    revision: int,
    alone_confirmed: bool = False,
) -> Result:
    """Answer a first decision: agreed, it is carried out; if not, the review goes back to the queue.

    Takes no lease. The first person may take the decision back, or confirm it where nobody else can any more.
    """
    with transaction.atomic():
        comment = _locked(review)
        first = review.decisions.filter(final=False, confirmed_by=None, agrees=True).last()
        refusal = _second_refusal(review, comment, person, first, reason, revision)
        if refusal is not None or first is None:
            return refusal or Result(K.NOT_HELD, review=review)
        alone = agree and first.by_id == person.pk
        if alone and _others(comment.page.brand, person):
            return Result(K.NOT_ALLOWED, review=review)
        if alone and not alone_confirmed:
            return Result(K.ALONE_MUST_CONFIRM, review=review)
        wish = Wish(Decided(first.act), reason, first.told, first.label, first.text)
        if not agree:
            return _send_back(review, comment, person, first, wish)
        return _finish(review, comment, person, wish, from_=R.SECOND, confirms=first, alone=alone)


def undo(decision: Decision, person: Person, reason: str, *, alone_confirmed: bool = False) -> Result:
    """Show again what a decision hid, by the same rule of two people: a new review, decided at once."""
    wish = Wish(D.UNHIDE, reason)
    with transaction.atomic():
        comment = _locked(decision.review)
        if decision.act != D.HIDE or not decision.final:
            return Result(K.NOT_POSSIBLE)
        refusal = _refusal(comment, person, wish)
        if refusal is not None:
            return refusal
        qualified = decision.review.qualified or rules.is_qualified(decision.label)
        if _lonely(comment, person, wish, qualified) and not alone_confirmed:
            return Result(K.ALONE_MUST_CONFIRM)
        review = reviews.open_review(comment) or assign.ask(comment, person, qualified=qualified)
        if not assign.claim(review, person).taken:
            return Result(K.NOT_HELD, review=review)
        return _decide(review, comment, person, wish, alone_confirmed=alone_confirmed)


def _locked(review: Review) -> Comment:
    """The comment, which nobody edits or takes in again until the transaction ends; the review refreshed."""
    rows = Comment.objects.select_for_update(of=("self",)).select_related("page__brand", "thread")
    comment = rows.get(pk=review.comment_id)
    review.refresh_from_db()
    review.comment = comment
    return comment


def _refusal(comment: Comment, person: Person, wish: Wish) -> Result | None:
    """Why the person may not decide this of the comment, whoever holds the review."""
    kind: ResultKind | None = None
    if not may(role_of(person, comment.page.brand), Act.MODERATE):
        kind = K.NOT_ALLOWED
    elif comment.presence == Presence.GONE or comment.erased_at:
        kind = K.GONE
    elif wish.act not in _possible(comment):
        kind = K.NOT_POSSIBLE
    elif not rules.reason_given(wish.reason):
        kind = K.NEEDS_REASON
    elif wish.act == D.REPLY and not wish.text.strip():
        kind = K.NEEDS_TEXT
    elif wish.act == D.REPLY and not room.of(comment).fits(wish.text):
        kind = K.TOO_LONG
    return Result(kind) if kind else None


def _possible(comment: Comment) -> tuple[Decided, ...]:
    able, answerable = network.capabilities_of(comment.page), network.answerable(comment)
    return rules.acts_possible(able, comment.presence, comment.kind, answerable=answerable)


def _not_ready(review: Review, comment: Comment, person: Person, revision: int) -> Result | None:
    held = Review.objects.filter(assign.in_hand(person), pk=review.pk, state=R.CLAIMED).exists()
    if not held:
        return Result(K.NOT_HELD, review=review)
    return Result(K.CHANGED, review=review) if comment.revision != revision else None


def _second_refusal(
    review: Review, comment: Comment, person: Person, first: Decision | None, reason: str, revision: int
) -> Result | None:
    kind: ResultKind | None = None
    if not may(role_of(person, comment.page.brand), Act.SECOND):
        kind = K.NOT_ALLOWED
    elif comment.presence == Presence.GONE or comment.erased_at:
        kind = K.GONE
    elif comment.revision != revision:
        kind = K.CHANGED
    elif review.state != R.SECOND or first is None:
        kind = K.NOT_HELD
    elif not rules.reason_given(reason):
        kind = K.NEEDS_REASON
    return Result(kind, review=review) if kind else None


def _decide(review: Review, comment: Comment, person: Person, wish: Wish, *, alone_confirmed: bool) -> Result:
    """Decide at once, or leave it to a second person."""
    qualified = review.qualified or rules.is_qualified(wish.label)
    if not rules.needs_two(wish.act, qualified):
        return _finish(review, comment, person, wish, from_=R.CLAIMED)
    if not _lonely(comment, person, wish, qualified):
        return _ask_second(review, comment, person, wish)
    if not alone_confirmed:
        return Result(K.ALONE_MUST_CONFIRM, review=review)
    return _finish(review, comment, person, wish, from_=R.CLAIMED, alone=True)


def _lonely(comment: Comment, person: Person, wish: Wish, qualified: bool) -> bool:
    """Whether two people are asked and there is only this one."""
    return rules.needs_two(wish.act, qualified) and not _others(comment.page.brand, person)


def _others(brand: Brand, person: Person) -> bool:
    """Whether somebody else of the brand may be the second person."""
    return people_with(brand, Act.SECOND).exclude(pk=person.pk).exists()


def _ask_second(review: Review, comment: Comment, person: Person, wish: Wish) -> Result:
    mine = assign.in_hand(person)
    if not move(review, R.CLAIMED, R.SECOND, where=mine, claimed_by=None, **RELEASED):
        return Result(K.NOT_HELD, review=review)
    decision = write(review, comment, person, wish)
    line(comment, person, "decision.first", decision)
    tell.second_wanted(review, comment, person)
    return Result(K.NEEDS_SECOND, decision=decision, review=review)


def _send_back(review: Review, comment: Comment, person: Person, first: Decision, wish: Wish) -> Result:
    decision = write(review, comment, person, wish, confirms=first, agrees=False)
    reviews.send_back(review)
    line(comment, person, "decision.declined", decision)
    return Result(K.DONE, decision=decision, review=review)


def _finish(
    review: Review, comment: Comment, person: Person, wish: Wish, *, from_: str, **more: Any
) -> Result:
    """The review is decided: evidence before a removal, then what is carried out, one transaction for all."""
    where = assign.in_hand(person) if from_ == R.CLAIMED else Q()
    if not move(review, from_, R.DECIDED, where=where, closed_at=clock.now(), **RELEASED):
        return Result(K.NOT_HELD, review=review)
    decision = write(review, comment, person, wish, final=True, **more)
    line(comment, person, f"decision.{wish.act}", decision)
    sealed = evidence.seal(comment, decision) if wish.act in rules.REMOVALS else None
    _replace(comment)
    action = plan(decision)
    if action is None:
        queue.enqueue("moderation.jobs.tell_reporters", comment.pk)
    else:
        queue.enqueue("moderation.jobs.carry_out_one", action.pk)
    return Result(K.DONE, decision=decision, action=action, evidence=sealed, review=review)


def write(review: Review, comment: Comment, person: Person, wish: Wish, **more: Any) -> Decision:
    """Keep a decision of the comment's present wording."""
    now = clock.now()
    return Decision.objects.create(
        review=review, revision=comment.revision, by=person, at=now, **wish.fields(), **more
    )


def plan(decision: Decision) -> Action | None:
    """What is to be done on the network; keeping asks nothing of it."""
    if decision.act == D.KEEP:
        return None
    now = clock.now()
    return Action.objects.create(decision=decision, key=uuid.uuid4().hex, text=decision.text, created_at=now)


def _replace(comment: Comment) -> None:
    """What an earlier decision left undone about the comment is given up; a reply stands for itself, and so
    does what is done about its author.
    """
    rows = Action.objects.filter(decision__review__comment=comment, state__in=_REPLACED)
    for action in rows.exclude(decision__act__in=(D.REPLY, *rules.ABOUT_AUTHOR)):
        move(action, _REPLACED, ActionState.CANCELLED, code=Code.SUPERSEDED, next_attempt_at=None)


def line(comment: Comment, person: Person, kind: str, decision: Decision) -> None:
    """The ledger's line: ids, and the keyed hash of what was decided."""
    content = {
        "act": decision.act,
        "label": decision.label,
        "reason": decision.reason,
        "told": decision.told,
        "text": decision.text,
        "revision": decision.revision,
        "confirms": decision.confirms_id,
        "agrees": decision.agrees,
        "alone": decision.alone,
    }
    ledger.append(
        comment.page.brand_id,
        kind,
        actor_id=person.pk,
        subject_kind="decision",
        subject_id=decision.pk,
        content=sealing.canonical(content).decode("ascii"),
    )
