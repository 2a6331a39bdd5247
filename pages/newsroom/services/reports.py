"""Reports of comments: the notice of article 16 of the DSA, its receipt, and its answer."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from cm_suite.core import clock, ledger
from pages.newsroom import addresses, tokens
from pages.newsroom.models import CommentReport, CommentState, NewsroomComment
from pages.newsroom.services import letters
from pages.newsroom.services.comments import arrived, locked, moment
from pages.newsroom.tokens import FormKind


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody says against a comment. `nonce`: the form's own number.

    `name` and `email` may be empty for the sexual abuse of a child alone: nothing is then written to anybody.
    """

    nonce: str
    reasons: str
    name: str
    email: str


class NotShown(Exception):
    """The comment is no longer shown: there is nothing to act against."""


def already_reported(nonce: str) -> CommentReport | None:
    """What this form has made before, if anything."""
    return CommentReport.objects.filter(key=tokens.form_key(FormKind.REPORT, nonce)).first()


def report(comment: NewsroomComment, notice: Notice) -> CommentReport:
    """Keep a notice given in good faith, acknowledge it by e-mail, and bring the comment up; once per form.

    Without an address it is not acknowledged. Raises NotShown.
    """
    try:
        with transaction.atomic():
            return already_reported(notice.nonce) or _create(comment, notice)
    except IntegrityError:
        known = already_reported(notice.nonce)
        if known is None:
            raise
        return known


def _create(comment: NewsroomComment, notice: Notice) -> CommentReport:
    row = locked(comment.pk)
    if row.state != CommentState.VISIBLE or row.by_brand:
        raise NotShown
    page = row.post.page
    made = CommentReport.objects.create(
        comment=row,
        key=tokens.form_key(FormKind.REPORT, notice.nonce),
        reasons=notice.reasons,
        address=addresses.of_comment(page.brand.slug, row.post_id, row.pk),
        name=notice.name,
        email=notice.email,
        good_faith=True,
        language=page.brand.language,
        at=clock.now(),
    )
    NewsroomComment.objects.filter(pk=row.pk).update(changed_at=moment(row))
    letters.acknowledge(made)
    _write(made, "report.received", notice.reasons)
    arrived(page.pk)
    return made


@transaction.atomic
def answer_reports(comment: NewsroomComment, *, removed: bool) -> int:
    """Tell everybody who reported the comment and waits what was decided, once each; how many."""
    said, now, told = "removed" if removed else "kept", clock.now(), 0
    for each in CommentReport.objects.filter(comment=comment, answered_at=None).order_by("at", "pk"):
        waiting = CommentReport.objects.filter(pk=each.pk, answered_at=None)
        if waiting.update(answered_at=now, answer=said) == 1:
            each.answer = said
            letters.answer(each)
            _write(each, "report.answered", said)
            told += 1
    return told


def _write(made: CommentReport, kind: str, content: str) -> None:
    ledger.append(
        made.comment.post.page.brand_id,
        kind,
        actor_id=None,
        subject_kind="comment_report",
        subject_id=made.pk,
        content=content,
    )
