"""Reviews opened, ranked, sent back and closed as comments change; people end them in `decide`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from cm_suite.core import clock, ledger
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from moderation import rules
from moderation.enums import ActionState, CloseCode, Kind, Presence, ReviewState
from moderation.models import Assessment, Comment, Decision, Review
from moderation.risk.excerpt import READ
from moderation.risk.shapes import Assessment as Found

R = ReviewState
LIKELY = 0.5
"""A reading at least this probable counts for the deadline and for the second person."""


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a comment belongs in the queue, as the rules see its present wording."""

    label: str
    severity: int
    qualified: bool
    labels: tuple[str, ...]
    target: str


def open_review(comment: Comment) -> Review | None:
    """The comment's open review, locked until the transaction ends."""
    rows = Review.objects.select_for_update().filter(comment=comment, state__in=rules.OPEN)
    return rows.order_by("pk").first()


def final_decision(comment: Comment) -> Decision | None:
    """What was decided last of the comment, if anything was; of its author is another matter."""
    rows = Decision.objects.filter(review__comment=comment, final=True).select_related("action", "review")
    return rows.exclude(act__in=rules.ABOUT_AUTHOR).order_by("-at", "-pk").first()


def follow(comment: Comment, assessment: Assessment, *, edited: bool) -> Review | None:
    """Bring the review of a comment in line with its present wording; the open one, if there is one then.

    Call it inside a transaction.
    """
    rank = rank_of(assessment)
    calls = assessment.flag or _too_long(comment, partial=assessment.partial)
    review = open_review(comment)
    if review is not None:
        return _again(review, comment, rank, calls, edited=edited)
    if not _wanted(comment, flagged=calls):
        return None
    return open_new(comment, rank, notified=_unanswered(comment))


def begun(comment: Comment, found: Found) -> Review | None:
    """The review, not stored yet, of a comment that is being stored, if a person must look at it."""
    reported = comment.notices > 0
    if comment.presence not in rules.IN_SIGHT:
        return None
    calls = found.flag or _too_long(comment, partial=found.partial)
    if not (reported or calls or comment.presence == Presence.PENDING):
        return None
    now = clock.now()
    at = comment.notified_at if reported and comment.notified_at else now
    return _draft(comment, rank_found(found), min(now, at), notified=reported)


def _too_long(comment: Comment, *, partial: bool) -> bool:
    """Whether length kept the rules from reading all of it: then a person reads, though nothing was found."""
    return partial and (comment.clipped or len(comment.text) > READ)


def rank_found(found: Found) -> Rank:
    """As `rank_of`, of what is not stored yet."""
    likely = [each.label.value for each in found.qualifications if each.confidence >= LIKELY]
    first = next(iter(found.labels)).value
    labels = tuple(dict.fromkeys([first, *likely])) if found.flag else ()
    return _rank(first, found.severity, labels, found.target)


def rank_of(assessment: Assessment) -> Rank:
    """Label, severity and readings of an assessment. Without a flag nothing is qualified."""
    rows = assessment.qualifications.filter(confidence__gte=LIKELY).values_list("label", flat=True)
    labels = tuple(dict.fromkeys([str(assessment.label), *rows])) if assessment.flag else ()
    return _rank(assessment.label, assessment.severity, labels, assessment.target)


def _rank(label: str, severity: int, labels: tuple[str, ...], target: str) -> Rank:
    qualified = any(rules.is_qualified(each) for each in labels)
    return Rank(label=label, severity=severity, qualified=qualified, labels=labels, target=target)


def open_new(
    comment: Comment, rank: Rank, *, notified: bool = False, asked: bool = False, qualified: bool = False
) -> Review:
    """Open a review; the open one, if somebody opened it meanwhile. The clock starts at the prudent end:
    now that the rules saw it, or at the first formal notice if that was before.
    """
    known_at = _known_at(comment, clock.now(), notified=notified)
    review = _draft(comment, rank, known_at, notified=notified)
    review.asked_by_person = asked
    review.qualified = rank.qualified or qualified or _held_qualified(comment)
    try:
        with transaction.atomic():
            review.save(force_insert=True)
    except IntegrityError:
        return Review.objects.get(comment=comment, state__in=rules.OPEN)
    return review


def _draft(comment: Comment, rank: Rank, known_at: datetime, *, notified: bool) -> Review:
    return Review(
        comment=comment,
        label=rank.label,
        severity=rank.severity,
        qualified=rank.qualified,
        notified=notified,
        known_at=known_at,
        due_at=_due(comment, rank, known_at, notified=notified),
        opened_at=clock.now(),
        notices=comment.notices,
    )


def _due(comment: Comment, rank: Rank, known_at: datetime, *, notified: bool) -> datetime | None:
    """Our own target. What stands on somebody else's page is not ours to remove: only a notice presses."""
    labels = () if comment.kind == Kind.MENTION else rank.labels
    return rules.due(labels, rank.target, known_at, notified=notified)


def send_back(review: Review, **fields: Any) -> bool:
    """Back to the queue, whoever had it."""
    return move(review, rules.OPEN, R.WAITING, claimed_by=None, **fields, **RELEASED)


def close(comment: Comment, code: CloseCode) -> bool:
    """Close the comment's open review. False when there is none."""
    review = open_review(comment)
    if review is None:
        return False
    fields: dict[str, Any] = {"claimed_by": None, "closed_at": clock.now(), "close_code": code, **RELEASED}
    if not move(review, rules.OPEN, R.CLOSED, **fields):
        return False
    ledger.append(
        comment.page.brand_id, f"review.{code}", actor_id=None, subject_kind="review", subject_id=review.pk
    )
    return True


def _again(review: Review, comment: Comment, rank: Rank, flagged: bool, *, edited: bool) -> Review | None:
    notified = review.notified or comment.notices > review.notices
    if edited and not flagged and _nobodys(review, comment, notified):
        now = clock.now()
        move(review, R.WAITING, R.CLOSED, close_code=CloseCode.EDITED_HARMLESS, closed_at=now)
        return None
    known_at = min(review.known_at, _known_at(comment, review.known_at, notified=notified))
    fields: dict[str, Any] = {
        "label": rank.label,
        "severity": rank.severity,
        "qualified": rank.qualified or (review.qualified and not edited),
        "notified": notified,
        "known_at": known_at,
        "due_at": _due(comment, rank, known_at, notified=notified),
        "notices": comment.notices,
        "changed_since": review.changed_since or edited,
    }
    if edited and review.state == R.SECOND:
        send_back(review, **fields)
    elif any(getattr(review, name) != value for name, value in fields.items()):
        Review.objects.filter(pk=review.pk).update(**fields)
        for name, value in fields.items():
            setattr(review, name, value)
    return review


def _nobodys(review: Review, comment: Comment, notified: bool) -> bool:
    """Whether no person has any part in it yet: then a harmless wording may close it."""
    touched = review.first_claimed_at or review.asked_by_person or notified
    return not touched and review.state == R.WAITING and comment.presence != Presence.PENDING


def _wanted(comment: Comment, *, flagged: bool) -> bool:
    """Whether a person must look at a comment that has no open review."""
    if comment.presence not in rules.IN_SIGHT:
        return False
    if _unanswered(comment):
        return True
    if not flagged and comment.presence != Presence.PENDING:
        return False
    last = comment.reviews.order_by("-pk").first()
    if last is None or last.state == R.CLOSED:
        return True
    final = final_decision(comment)
    return final is None or final.revision != comment.revision or _shown_again(final)


def _shown_again(final: Decision) -> bool:
    """Whether a comment in sight was taken out of it before: somebody put it back on the network itself."""
    action = getattr(final, "action", None)
    return final.act in rules.REMOVALS and action is not None and action.state == ActionState.DONE


def _held_qualified(comment: Comment) -> bool:
    """Whether these very words were decided as qualified, by the rules or by a person.

    The same words do not become harmless by being reviewed once more: two people are asked again.
    """
    final = final_decision(comment)
    if final is None or final.revision != comment.revision:
        return False
    return final.review.qualified or rules.is_qualified(final.label)


def _unanswered(comment: Comment) -> bool:
    """Whether it was formally notified since the last review took account of notices."""
    return comment.notices > _notices_taken(comment)


def _notices_taken(comment: Comment) -> int:
    """How many notices its reviews took account of."""
    known = comment.reviews.filter(~Q(close_code=CloseCode.AUTHOR_REMOVED))
    return known.order_by("-notices").values_list("notices", flat=True).first() or 0


def _known_at(comment: Comment, at: datetime, *, notified: bool) -> datetime:
    """`at`, or the first formal notice where that was before. Of later notices we know no date."""
    if not notified or comment.notified_at is None or _notices_taken(comment):
        return at
    return min(at, comment.notified_at)
