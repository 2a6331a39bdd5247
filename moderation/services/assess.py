"""What the rules say of a comment, kept by revision and version, and the review that follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from cm_suite.core import clock
from moderation.enums import Kind
from moderation.models import Assessment, Comment, Element, Qualification, Span
from moderation.risk import assess as risk
from moderation.risk.shapes import MODEL_VERSION, CommentText
from moderation.risk.shapes import Assessment as Found
from moderation.risk.shapes import Qualification as Reading
from moderation.services import reviews
from pages.enums import BrandKind
from pages.models import Page

_READ_AS: Final[Mapping[BrandKind, str]] = {
    BrandKind.COMPANY: "company",
    BrandKind.PUBLIC: "public",
    BrandKind.ASSOCIATION: "company",
    BrandKind.MEDIA: "company",
    BrandKind.ELECTED: "elected",
    BrandKind.PERSON: "person",
}


def is_assessed(comment: Comment) -> bool:
    """Whether the rules read it: not what the page wrote, what is not kept, nor private messages.

    The offences that the rules know are of words made public. What is said in private is another matter in
    law (docs/law): nobody is told by a machine what a private message is.
    """
    unread = comment.by_page or comment.erased_at or comment.forgotten
    return not (unread or comment.kind == Kind.MESSAGE)


def assess_comment(comment: Comment, *, edited: bool = False) -> Assessment | None:
    """Assess the comment's present wording and open, rank again or close its review accordingly.

    One that waits for approval or was formally notified always gets a review. None for what is not assessed:
    it is not reviewed either. Assessed twice by the same rules, nothing is added.
    """
    if not is_assessed(comment):
        return None
    with transaction.atomic():
        assessment = _known(comment) or _keep(comment, risk.assess(_text_of(comment)))
        reviews.follow(comment, assessment, edited=edited)
    return assessment


def page_kind(page: Page) -> str:
    """What the rules call whoever a page speaks for. A body in law is read as a company is."""
    return _READ_AS[BrandKind(page.brand.kind)]


def keep_all(pairs: Iterable[tuple[Comment, Found]]) -> list[Assessment]:
    """Write what the rules say of these comments with all its readings, four inserts in all."""
    now = clock.now()
    found = list(pairs)
    rows = Assessment.objects.bulk_create(_row(comment, each, now) for comment, each in found)
    readings = [
        (row, rank, reading)
        for row, (_comment, each) in zip(rows, found, strict=True)
        for rank, reading in enumerate(each.qualifications)
    ]
    kept = Qualification.objects.bulk_create(_qualification(*each) for each in readings)
    read = list(zip(kept, (reading for _row_, _rank, reading in readings), strict=True))
    Element.objects.bulk_create(each for row, reading in read for each in _elements(row, reading))
    Span.objects.bulk_create(each for row, reading in read for each in _spans(row, reading))
    return rows


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
        page_kind=page_kind(comment.page),
        lang=comment.language,
    )


def _keep(comment: Comment, found: Found) -> Assessment:
    return keep_all([(comment, found)])[0]


def _row(comment: Comment, found: Found, now: datetime) -> Assessment:
    return Assessment(
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
        at=now,
    )


def _qualification(assessment: Assessment, rank: int, reading: Reading) -> Qualification:
    return Qualification(
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
