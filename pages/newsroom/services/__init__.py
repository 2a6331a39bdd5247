"""What the newsroom does: subscribe, confirm, leave, tell; take comments and reports, and answer them."""

from pages.newsroom.services.comments import (
    EDITABLE,
    WITHDRAWABLE,
    AnsweredGone,
    CommentsClosed,
    Draft,
    Edited,
    Written,
    already_written,
    edit,
    withdraw,
    write,
)
from pages.newsroom.services.digest import send_digests
from pages.newsroom.services.forget import forget_commenters
from pages.newsroom.services.leave import give_reason, leave
from pages.newsroom.services.reports import Notice, NotShown, already_reported, answer_reports, report
from pages.newsroom.services.standing import EditedSince, answer, hide, own_answer, show, take_away
from pages.newsroom.services.subscribe import Confirmation, ask, confirm, confirmation, forget_unconfirmed

__all__ = [
    "EDITABLE",
    "WITHDRAWABLE",
    "AnsweredGone",
    "CommentsClosed",
    "Confirmation",
    "Draft",
    "Edited",
    "EditedSince",
    "NotShown",
    "Notice",
    "Written",
    "already_reported",
    "already_written",
    "answer",
    "answer_reports",
    "ask",
    "confirm",
    "confirmation",
    "edit",
    "forget_commenters",
    "forget_unconfirmed",
    "give_reason",
    "hide",
    "leave",
    "own_answer",
    "report",
    "send_digests",
    "show",
    "take_away",
    "withdraw",
    "write",
]
