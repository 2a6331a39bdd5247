"""What a person does about a mail that did not surely leave: send it again, or say that it arrived."""

from __future__ import annotations

from django.db import transaction

from cm_suite.core import clock, ledger
from cm_suite.core.queue import enqueue
from cm_suite.core.states import move
from pages.models import Person
from pages.notices.enums import MailState
from pages.notices.models import Mail
from pages.notices.services.outbox import EMPTY, SEND_JOB


def resend(mail: Mail, *, by: Person, reason: str) -> bool:
    """Put a refused or unknown mail back in the queue, knowingly: it may arrive twice.

    False when it is no longer in such a state, or when its words are gone.
    """
    with transaction.atomic():
        done = not mail.emptied and move(
            mail,
            (MailState.REFUSED, MailState.UNKNOWN),
            MailState.PLANNED,
            code="",
            tries=0,
            next_attempt_at=None,
            settled_by=by,
            settled_reason=reason,
        )
        if done:
            _write(mail, "mail.sent_again", by, reason)
            enqueue(SEND_JOB)
    return done


def mark_sent(mail: Mail, *, by: Person, reason: str) -> bool:
    """Say that an unknown mail arrived: it is closed and emptied. False when it is no longer unknown."""
    with transaction.atomic():
        done = move(
            mail,
            MailState.UNKNOWN,
            MailState.SENT,
            sent_at=clock.now(),
            emptied=True,
            settled_by=by,
            settled_reason=reason,
            **EMPTY,
        )
        if done:
            _write(mail, "mail.marked_sent", by, reason)
    return done


def _write(mail: Mail, kind: str, by: Person, reason: str) -> None:
    if mail.brand_id is not None:
        ledger.append(
            mail.brand_id, kind, actor_id=by.pk, subject_kind="mail", subject_id=mail.pk, content=reason
        )
