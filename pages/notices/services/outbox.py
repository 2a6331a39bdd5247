"""Into the outbox: every e-mail of the house is a row before it leaves."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction

from cm_suite.core import clock
from cm_suite.core.queue import enqueue
from pages.models import Brand
from pages.notices.addresses import checked_address, one_line
from pages.notices.enums import MailKind, MailState
from pages.notices.mime import sender_domain
from pages.notices.models import Mail
from pages.notices.render import render

KEEP_WORDS: Final = timedelta(days=30)  # how long a mail that did not leave can still be sent again
SEND_JOB: Final = "pages.notices.jobs.send_mail"
EMPTY: Final[dict[str, Any]] = {"text": "", "html": "", "unsubscribe_url": ""}


def queue_mail(
    *,
    kind: MailKind,
    key: str,
    to: str,
    template: str,
    context: Mapping[str, Any],
    language: str,
    brand: Brand | None = None,
    unsubscribe_url: str = "",
) -> Mail:
    """Write a mail into the outbox and ring for it; the same `key` gives the mail that is already there.

    Joins the caller's transaction: rolled back, nothing is sent. Raises BadHeader (a ValueError) for an
    address, subject or link that would break out of its header.
    """
    known = Mail.objects.filter(key=key).first()
    if known is not None:
        return known
    words = render(template, context, language)
    mail = Mail(
        brand=brand,
        kind=kind,
        key=key,
        message_id=f"{uuid.uuid4().hex}@{sender_domain(settings.CM_MAIL_FROM)}",
        language=language,
        to=checked_address(to),
        subject=one_line(words.subject),
        text=words.text,
        html=words.html,
        unsubscribe_url=one_line(unsubscribe_url),
    )
    return _store(mail)


def _store(mail: Mail) -> Mail:
    """Save the mail, unless another request has just saved the same."""
    try:
        with transaction.atomic():
            mail.save(force_insert=True)
    except IntegrityError:
        return Mail.objects.get(key=mail.key)
    enqueue(SEND_JOB)
    return mail


def forget_mails(prefix: str) -> None:
    """Forget whom the mails were for whose key begins so: what has not begun to leave never will.

    The others stay as rows without address and words; one that is leaving right now is not tried again.
    Raises ValueError for an empty prefix, which would be all of them.
    """
    if not prefix:
        raise ValueError("whose mails?")
    rows = Mail.objects.filter(key__startswith=prefix)
    rows.filter(state__in=(MailState.PLANNED, MailState.CLAIMED)).delete()
    rows.update(to="", emptied=True, **EMPTY)


def tidy() -> int:
    """Empty the words of mails that stand refused or unknown for KEEP_WORDS; how many were emptied."""
    old = Mail.objects.filter(
        state__in=(MailState.REFUSED, MailState.UNKNOWN),
        emptied=False,
        created_at__lt=clock.now() - KEEP_WORDS,
    )
    return old.update(emptied=True, **EMPTY)
