"""The keys of the newsroom's mails, and how all of one reader's are forgotten."""

from __future__ import annotations

from enum import StrEnum

from pages.notices.services import forget_mails


class About(StrEnum):
    """What the newsroom writes to somebody about."""

    CONFIRM = "confirm"
    ALREADY = "already"
    DIGEST = "digest"


def key(about: About, subscriber_id: int, moment: str) -> str:
    """The key of a mail: one per reader, subject and moment."""
    return f"newsroom.{about}:{subscriber_id}:{moment}"


def forget(subscriber_id: int) -> None:
    """Take back the mails to a reader that did not leave yet, and erase the address in the others."""
    for about in About:
        forget_mails(key(about, subscriber_id, ""))
