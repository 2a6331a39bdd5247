"""The keys of the newsroom's mails, and how all of one reader's are forgotten."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pages.newsroom.models import Subscriber
from pages.newsroom.rules import REFUSALS_MOST
from pages.notices.enums import MailState
from pages.notices.models import Mail
from pages.notices.services import forget_mails

ADDRESS_GONE: Final = "mail_recipient_refused"


class About(StrEnum):
    """What the newsroom writes to somebody about."""

    CONFIRM = "confirm"
    ALREADY = "already"
    DIGEST = "digest"


def key(about: About, subscriber_id: int, moment: str) -> str:
    """The key of a mail: one per reader, subject and moment."""
    return f"newsroom.{about}:{subscriber_id}:{moment}"


def refused(subscriber: Subscriber) -> bool:
    """Whether the address's own server refused the last REFUSALS_MOST digests for good, since they follow."""
    sent = Mail.objects.filter(
        key__startswith=key(About.DIGEST, subscriber.pk, ""), created_at__gte=subscriber.confirmed_at
    )
    ends = list(sent.order_by("-pk").values_list("state", "code")[:REFUSALS_MOST])
    return ends == [(MailState.REFUSED, ADDRESS_GONE)] * REFUSALS_MOST


def forget(subscriber_id: int) -> None:
    """Take back the mails to a reader that did not leave yet, and erase the address in the others."""
    for about in About:
        forget_mails(key(about, subscriber_id, ""))
