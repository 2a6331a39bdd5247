"""Mails to those who comment or report: each once, and nothing in them that a stranger typed."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pages.newsroom import addresses
from pages.newsroom.models import CommentReport, CommentState, NewsroomComment
from pages.notices.enums import MailKind
from pages.notices.services import forget_mails, queue_mail


class Letter(StrEnum):
    """What is written about, as the mail's key and template say it."""

    LINK = "comment_link"
    STATE = "comment_state"
    REPORT = "report"
    ANSWER = "report_answer"


def send_link(comment: NewsroomComment, token: str) -> None:
    """Give the author the private link to their comment."""
    slug = comment.post.page.brand.slug
    link = addresses.with_token(slug, "yours", token)
    _send(Letter.LINK, comment, comment.pk, comment.email, {"link": link, "pending": _pending(comment)})


def _pending(comment: NewsroomComment) -> bool:
    return comment.state == CommentState.PENDING


def tell_author(comment: NewsroomComment) -> None:
    """Tell the author, if they left an address, where the comment stands now, and why."""
    if not comment.email:
        return
    context = {"state": str(comment.state), "reason": comment.reason}
    moment = f"{comment.changed_at:%Y%m%dT%H%M%S%f}"
    _send(Letter.STATE, comment, comment.pk, comment.email, context, moment)


def acknowledge(report: CommentReport) -> None:
    """Tell who reported a comment that the notice was received, if they left an address."""
    if report.email:
        context = {"number": report.pk, "at": report.at, "address": report.address}
        _send(Letter.REPORT, report.comment, report.pk, report.email, context)


def answer(report: CommentReport) -> None:
    """Tell who reported a comment what was decided, unless there is no address, or none any more."""
    if report.email:
        context = {"number": report.pk, "answer": report.answer, "address": report.address}
        _send(Letter.ANSWER, report.comment, report.pk, report.email, context)


def forget_comment(comment_id: int) -> None:
    """Forget the author's address in the outbox."""
    for letter in (Letter.LINK, Letter.STATE):
        forget_mails(_key(letter, comment_id, ""))


def forget_report(report_id: int) -> None:
    """Forget the reporter's address in the outbox."""
    for letter in (Letter.REPORT, Letter.ANSWER):
        forget_mails(_key(letter, report_id, ""))


def _key(letter: Letter, row: int, moment: str) -> str:
    return f"newsroom.{letter}:{row}:{moment}"


def _send(
    letter: Letter, about: NewsroomComment, row: int, to: str, context: dict[str, Any], moment: str = ""
) -> None:
    brand = about.post.page.brand
    queue_mail(
        kind=MailKind.NOTICE,
        key=_key(letter, row, moment),
        to=to,
        template=f"newsroom_{letter}",
        context={
            "brand": brand,
            "home": addresses.of_brand(brand.slug),
            "legal_link": addresses.of_brand(brand.slug, "legal"),
            "post_link": addresses.of_comment(brand.slug, about.post_id, about.pk),
            **context,
        },
        language=brand.language,
        brand=brand,
    )
