"""Which notices are sent by e-mail when a person has not chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pages.notices.enums import NoticeKind

MAILED: Final = frozenset(
    {
        NoticeKind.NEEDS_PERSON,
        NoticeKind.REJECTED,
        NoticeKind.MISSED,
        NoticeKind.RECONNECT,
        NoticeKind.EXPIRING,
        NoticeKind.BUDGET,
        NoticeKind.PAUSED,
        NoticeKind.REVIEW_SOON,
        NoticeKind.REVIEW_OVERDUE,
        NoticeKind.LAST_DAY,
        NoticeKind.SECOND_WANTED,
        NoticeKind.ACTION_TROUBLE,
    }
)


@dataclass(frozen=True, slots=True)
class Ways:
    """How somebody hears of one kind."""

    in_app: bool
    by_mail: bool


def default_ways(kind: str) -> Ways:
    """Everything in the app, and by e-mail what waits for a person."""
    return Ways(in_app=True, by_mail=kind in MAILED)
