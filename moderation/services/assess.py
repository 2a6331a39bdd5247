"""What the rules say of a comment, kept by revision and version, and the review that follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import transaction

from cm_suite.core import clock
from moderation.models import Assessment, Comment, Element, Qualification, Span
from moderation.risk import assess as risk
from moderation.risk.shapes import MODEL_VERSION, CommentText
from moderation.risk.shapes import Assessment as Found
from moderation.risk.shapes import Qualification as Reading
from moderation.services import reviews


def assess_comment(comment: Comment, *, edited: bool = False, new: bool = False) -> Assessment | None:
    """Assess the comment's present wording and open, rank again or close its review accordingly.

    One that waits for approval or was formally notified always gets a review. None for what the page itself
    wrote and for what was erased: neither is reviewed. Assessed twice by the same rules, nothing is added.
    `new`: it was stored in this very transaction, so that nobody can have assessed or reviewed it.
    """
    if comment.by_page or comment.erased_at:
        return None
    with transaction.atomic():
        known = None if new else _known(comment)
        assessment = known or _keep(comment, risk.assess(_text_of(comment)))
        if new:
            reviews.begin(comment, assessment)
        else:
            reviews.follow(comment, assessment, edited=edited)
    return assessment


def _known(comment: Comment) -> Assessment | None:
    rows = Assessment.objects.filter(comment=comment, revision=comment.revision, model_version=MODEL_VERSION)
    return rows.first()


def _text_of(comment: Comment) -> CommentText:
    """The comment with what surrounds it: the post, and the comment it answers."""
    parent = Comment.objects.filter(page_id=comment.page_id, remote_id=comment.parent_remote_id)
    answered = parent.values_list("text", flat=True).first() if comment.parent_remote_id else None
    return CommentText(
        comment.text,
        post_text=comment.thread.text if comment.thread else "",
        parent_text=answered or "",
        author=comment.author_name,
        lang=comment.language,
    )


def _keep(comment: Comment, found: Found) -> Assessment:
    """Write one assessment with all its readings, four inserts in all."""
    assessment = Assessment.objects.create(
        comment=comment,
        revision=comment.revision,
        model_version=found.model_version,
        flag=found.flag,
        score=found.score,
        severity=found.severity,
        label=next(iter(found.labels)),
        target=found.target,
        language=found.lang[:8],
        partial=found.partial or comment.clipped,
        at=clock.now(),
    )
    rows = Qualification.objects.bulk_create(_qualifications(assessment, found.qualifications))
    pairs = list(zip(rows, found.qualifications, strict=True))
    Element.objects.bulk_create(each for row, reading in pairs for each in _elements(row, reading))
    Span.objects.bulk_create(each for row, reading in pairs for each in _spans(row, reading))
    return assessment


def _qualifications(assessment: Assessment, found: Iterable[Reading]) -> Iterator[Qualification]:
    for rank, reading in enumerate(found):
        yield Qualification(
            assessment=assessment,
            rank=rank,
            label=reading.label,
            article=reading.article,
            confidence=reading.confidence,
        )


def _elements(row: Qualification, reading: Reading) -> Iterator[Element]:
    for place, element in enumerate(reading.elements):
        yield Element(qualification=row, place=place, code=element.code, found=element.found)


def _spans(row: Qualification, reading: Reading) -> Iterator[Span]:
    for span in reading.spans:
        yield Span(qualification=row, start=span.start, end=span.end, source=span.source[:80])
