"""One comment to decide, with all that a person needs beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q

from moderation import rules
from moderation.enums import Kind
from moderation.messages import law as words
from moderation.models import Assessment, Comment, Decision, Review
from moderation.selectors.author import AuthorBlock, author_block
from moderation.selectors.queue import ReviewLine, excerpt, review_line
from moderation.selectors.reading import (
    Piece,
    Reading,
    RemovalClock,
    plain_reading,
    readings,
    removal_clock,
)
from pages.models import Person

SIBLINGS: Final = 4


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another comment of the same thread."""

    comment_id: int
    author: str
    excerpt: str
    by_page: bool
    gone: bool


@dataclass(frozen=True, slots=True)
class AuthorHistory:
    """What the same author wrote on this page, this comment included. `known`: False without an identity."""

    known: bool
    comments: int = 0
    flagged: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Thread:
    """What surrounds a comment: the post, the comment it answers, its neighbours and how many more."""

    post: str
    post_url: str
    parent: Neighbour | None
    parent_missing: bool
    neighbours: tuple[Neighbour, ...]
    more: int

    @property
    def beside(self) -> int:
        """How many neighbours there are in all."""
        return len(self.neighbours) + self.more


@dataclass(frozen=True, slots=True)
class Detail:
    """A review as the pane shows it. `reading` is the one on show, None where the rules name nothing.

    `first`: the decision that waits for a second person. `stale`: the rules have not read these words yet.
    """

    line: ReviewLine
    review: Review
    comment: Comment
    thread: Thread
    assessment: Assessment | None
    readings: tuple[Reading, ...]
    reading: Reading | None
    pieces: tuple[Piece, ...]
    removal: RemovalClock
    author: AuthorHistory
    block: AuthorBlock
    decisions: tuple[Decision, ...]
    first: Decision | None
    stale: bool

    @property
    def target(self) -> str:
        """Whom the words aim at, in words; empty when nothing was assessed."""
        return str(words.TARGETS.get(self.assessment.target, "")) if self.assessment else ""


def detail(review: Review, reader: Person, now: datetime, *, number: int = 0) -> Detail:
    """Everything about a review read with its comment, page, brand and thread; some twelve queries."""
    comment = review.comment
    assessment = latest_assessment(comment)
    offered = readings(comment, assessment, now)
    shown = offered[number] if 0 <= number < len(offered) else next(iter(offered), None)
    decisions = tuple(review.decisions.select_related("by"))
    return Detail(
        line=review_line(comment.page.brand, review, now, reader),
        review=review,
        comment=comment,
        thread=thread_of(comment),
        assessment=assessment,
        readings=offered,
        reading=shown,
        pieces=shown.pieces if shown else plain_reading(comment),
        removal=removal_clock(review, now),
        author=author_history(comment),
        block=author_block(comment),
        decisions=decisions,
        first=first_of(decisions),
        stale=assessment is None,
    )


def latest_assessment(comment: Comment) -> Assessment | None:
    """What the rules say of the comment's present words; one query."""
    return comment.assessments.filter(revision=comment.revision).order_by("-at", "-pk").first()


def first_of(decisions: Sequence[Decision]) -> Decision | None:
    """The decision that waits for a second person: not final, and answered by nobody."""
    answered = {each.confirms_id for each in decisions}
    waiting = [each for each in decisions if each.agrees and not each.final and each.confirms_id is None]
    return next((each for each in reversed(waiting) if each.pk not in answered), None)


def thread_of(comment: Comment) -> Thread:
    """The post, the comment answered and the neighbours; at most three queries."""
    snapshot = comment.thread
    same = Comment.objects.filter(page_id=comment.page_id, thread_id=comment.thread_id)
    beside = same.filter(parent_remote_id=comment.parent_remote_id).exclude(pk=comment.pk)
    near = list(beside.order_by("-seen_at", "-pk")[:SIBLINGS]) if comment.thread_id else []
    count = beside.count() if len(near) == SIBLINGS else len(near)
    parent = _parent(comment)
    return Thread(
        post=snapshot.text if snapshot else "",
        post_url=snapshot.url if snapshot else "",
        parent=_neighbour(parent) if parent else None,
        parent_missing=bool(comment.parent_remote_id) and parent is None,
        neighbours=tuple(_neighbour(each) for each in near),
        more=count - len(near),
    )


def author_history(comment: Comment) -> AuthorHistory:
    """How often this author wrote on this page, was flagged, was removed; one query, none if unknown."""
    if not comment.author_remote_id:
        return AuthorHistory(known=False)
    flagged = Assessment.objects.filter(comment=OuterRef("pk"), flag=True)
    removed = Decision.objects.filter(review__comment=OuterRef("pk"), final=True, act__in=rules.REMOVALS)
    mine = Comment.objects.filter(page_id=comment.page_id, author_remote_id=comment.author_remote_id)
    mine = mine.exclude(kind=Kind.MESSAGE)
    counted = mine.annotate(was_flagged=Exists(flagged), was_removed=Exists(removed)).aggregate(
        comments=Count("pk"),
        flagged=Count("pk", filter=Q(was_flagged=True)),
        removed=Count("pk", filter=Q(was_removed=True)),
    )
    return AuthorHistory(True, **counted)


def _parent(comment: Comment) -> Comment | None:
    if not comment.parent_remote_id:
        return None
    return Comment.objects.filter(page_id=comment.page_id, remote_id=comment.parent_remote_id).first()


def _neighbour(comment: Comment) -> Neighbour:
    return Neighbour(
        comment_id=comment.pk,
        author=comment.author_name or comment.author_handle,
        excerpt=excerpt(comment.text),
        by_page=comment.by_page,
        gone=comment.presence == "gone",
    )
