"""What is not kept for ever of those who commented or reported."""

from __future__ import annotations

from django.db import transaction

from cm_suite.core import clock
from pages.newsroom.models import CommentReport, CommentState, NewsroomComment
from pages.newsroom.rules import ADDRESSES_KEPT, WORDS_KEPT
from pages.newsroom.services import letters


def forget_commenters() -> int:
    """Erase the addresses of old comments and reports, and the words that were withdrawn; how many rows."""
    return _forget_addresses() + _forget_reporters() + _forget_withdrawn()


def _forget_addresses() -> int:
    old = NewsroomComment.objects.filter(written_at__lt=clock.now() - ADDRESSES_KEPT, by_brand=False)
    return sum(_forget_address(comment) for comment in old.exclude(author_mark="").iterator())


@transaction.atomic
def _forget_address(comment: NewsroomComment) -> int:
    NewsroomComment.objects.filter(pk=comment.pk).update(email="", author_mark="")
    letters.forget_comment(comment.pk)
    return 1


def _forget_reporters() -> int:
    """The reasons stay with the comment; who gave them does not."""
    old = CommentReport.objects.filter(at__lt=clock.now() - ADDRESSES_KEPT)
    return sum(_forget_reporter(report) for report in old.iterator() if report.email)


@transaction.atomic
def _forget_reporter(report: CommentReport) -> int:
    CommentReport.objects.filter(pk=report.pk).update(name="", email="")
    letters.forget_report(report.pk)
    return 1


def _forget_withdrawn() -> int:
    """Nobody is told: nothing changes in what is public."""
    old = NewsroomComment.objects.filter(
        state=CommentState.WITHDRAWN, changed_at__lt=clock.now() - WORDS_KEPT
    )
    return old.exclude(text="").update(text="", author_name="")
