"""Out of the outbox: one claim, one send, one outcome for each mail."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from email.errors import MessageError
from functools import partial
from typing import Any, Final, Protocol, Self

from django.conf import settings
from django.db.models import Case, Q, QuerySet, Value, When

from cm_suite.core import clock, leases
from cm_suite.core.crypto import CannotDecrypt
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from cm_suite.core.leases import RELEASED
from cm_suite.core.queue import enqueue
from cm_suite.core.states import move
from pages.notices.enums import MailKind, MailState
from pages.notices.folder import FolderTransport
from pages.notices.mime import Letter, envelope, sender_address, sender_domain
from pages.notices.models import Mail
from pages.notices.services.outbox import EMPTY, SEND_JOB
from pages.notices.smtp import BadMailAddress, Envelope, Fence, SmtpTransport, read_url

logger = logging.getLogger(__name__)

LEASE_SECONDS: Final = 300.0  # longer than one mail can take, every time-out of `smtp` included
TURN_SECONDS: Final = 30.0  # no mail is begun after this: the last one may need most of the job's 180 s
_LEASE: Final = ("state", "lease_token", "lease_until")  # what a sweep reads: no key is needed for it
LONGEST_WAIT: Final = timedelta(hours=2)
_URGENCY: Final = Case(
    When(kind=MailKind.DIGEST, then=Value(2)), When(kind=MailKind.NOTICE, then=Value(1)), default=Value(0)
)
MOST_TRIES: Final = 16  # with the default back-off, about eighteen hours


class Transport(Protocol):
    """A way out for mail: an SMTP server, or a folder of files."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def open(self) -> None:
        """Get ready. Raises Later."""

    def send(self, envelope: Envelope, fence: Fence) -> None:
        """Hand over one mail. Raises Later, Never or Unknown."""


def deliver_due(limit: int = 100) -> int:
    """Send up to `limit` mails that are due, over one connection; how many left.

    Mails whose sender died are put where they belong first. A full turn rings for the next one.
    """
    sweep()
    sent, tried, began = 0, 0, time.monotonic()
    with transport() as way:
        while tried < limit and _ready(way):
            mail = _claim()
            if mail is None:
                return sent
            tried += 1
            sent += _deliver(mail, way)
            if time.monotonic() - began > TURN_SECONDS:
                break
    if due().exists():
        enqueue(SEND_JOB)
    return sent


def transport() -> Transport:
    """The way out that EMAIL_URL names; without one, files in CM_MAIL_DIR.

    Raises BadMailAddress for an EMAIL_URL or a CM_MAIL_FROM that cannot be read: nothing is tried then.
    """
    if "@" not in sender_address(settings.CM_MAIL_FROM):
        raise BadMailAddress("CM_MAIL_FROM needs an address: Name <desk@agency.example>")
    if not settings.CM_EMAIL_URL:
        return FolderTransport(settings.CM_MAIL_DIR)
    return SmtpTransport(read_url(settings.CM_EMAIL_URL), hello=sender_domain(settings.CM_MAIL_FROM))


def due() -> QuerySet[Mail]:
    """The mails that may be sent now: what somebody waits for first, digests last, then the oldest."""
    ready = Q(next_attempt_at=None) | Q(next_attempt_at__lte=clock.now())
    return Mail.objects.filter(ready, state=MailState.PLANNED).order_by(_URGENCY, "pk")


def sweep() -> int:
    """The mails of dead senders: back in the queue, or *unknown* once they may have left. How many."""
    unsent = _take_back(MailState.CLAIMED, MailState.PLANNED, "sender_stopped")
    return unsent + _take_back(MailState.SENDING, MailState.UNKNOWN, "sender_lost")


def _take_back(from_: MailState, to: MailState, code: str) -> int:
    lost = leases.expired(Mail.objects.filter(state=from_)).only(*_LEASE)
    return sum(move(mail, from_, to, where=_held_by(mail), code=code, **RELEASED) for mail in lost)


def _ready(way: Transport) -> bool:
    """Whether a mail is due and the way is open; a closed way puts the first mail off and ends the turn."""
    if not due().exists():
        return False
    try:
        way.open()
    except Later as closed:
        mail = _claim()
        if mail is not None:
            _put_off(mail, closed)
        logger.warning("mail waits: %s", closed.code)
        return False
    return True


def _claim() -> Mail | None:
    """The next mail, leased; one that no key of ours opens is put off and stops no other."""
    waiting, ours = MailState.PLANNED, MailState.CLAIMED
    while True:
        try:
            taken = leases.claim(due(), from_=waiting, to=ours, seconds=LEASE_SECONDS, limit=1)
        except CannotDecrypt:
            _put_off_unreadable()
        else:
            return taken[0] if taken else None


def _put_off_unreadable() -> None:
    """Its key may come back: the first mail is looked at again after the longest wait."""
    first = due().values_list("pk", flat=True)[:1]
    later = clock.now() + LONGEST_WAIT
    Mail.objects.filter(pk__in=list(first)).update(next_attempt_at=later, code="mail_unreadable")
    logger.error("mail %s cannot be decrypted: is a key missing?", list(first))


def _deliver(mail: Mail, way: Transport) -> bool:
    """Send a claimed mail and write down what came of it; True when it left."""
    try:
        way.send(_envelope(mail), partial(_fence, mail))
    except OutcomeError as error:
        _settle(mail, error)
        logger.warning("mail %s: %s (%s)", mail.pk, error.outcome, error.code)
        return False
    return _sent(mail)


def _envelope(mail: Mail) -> Envelope:
    """The message as bytes. Raises Never when it cannot be one."""
    try:
        return envelope(
            Letter(
                sender=settings.CM_MAIL_FROM,
                to=mail.to,
                subject=mail.subject,
                text=mail.text,
                html=mail.html,
                language=mail.language,
                message_id=mail.message_id,
                written_at=mail.created_at,
                unsubscribe_url=mail.unsubscribe_url,
                automatic=mail.kind != MailKind.INVITATION,
            )
        )
    except (ValueError, MessageError) as error:
        raise Never("mail_malformed", step=NextStep.CONTACT) from error


def _fence(mail: Mail) -> None:
    """Right before the message leaves: commit "sending". Raises Later when it is no longer ours to send."""
    if not leases.renew(mail, LEASE_SECONDS) or not _cross(mail):
        raise Later("lease_lost")


def _cross(mail: Mail) -> bool:
    return move(mail, MailState.CLAIMED, MailState.SENDING, where=_held_by(mail))


def _held_by(mail: Mail) -> Q:
    return Q(lease_token=mail.lease_token)


def _sent(mail: Mail) -> bool:
    """The commit of the success stands alone. It also holds for a mail that was taken for lost meanwhile."""
    fields: dict[str, Any] = {**RELEASED, **EMPTY, "emptied": True, "code": "", "next_attempt_at": None}
    fields |= {"sent_at": clock.now(), "tries": mail.tries + 1}
    if move(mail, MailState.SENDING, MailState.SENT, where=_held_by(mail), **fields):
        return True
    return move(mail, MailState.UNKNOWN, MailState.SENT, where=Q(tries=mail.tries), **fields)


def _settle(mail: Mail, error: OutcomeError) -> None:
    if isinstance(error, Later):
        _put_off(mail, error)
        return
    state = MailState.UNKNOWN if isinstance(error, Unknown) else MailState.REFUSED
    _end(mail, state, error)


def _end(mail: Mail, state: MailState, error: OutcomeError) -> None:
    """The mail goes no further by itself; its words stay for a while, for somebody who sends it again."""
    fields: dict[str, Any] = {
        **RELEASED,
        "code": error.code,
        "tries": mail.tries + 1,
        "next_attempt_at": None,
    }
    move(mail, mail.state, state, where=_held_by(mail), **fields)


def _put_off(mail: Mail, error: Later) -> None:
    """Back to the queue with twice the wait, or refused after the last try."""
    tries = mail.tries + 1
    if tries >= MOST_TRIES:
        _end(mail, MailState.REFUSED, error)
        return
    wait = min(settings.CM_BACKOFF * 2 ** (tries - 1), LONGEST_WAIT)
    due_at = clock.now() + wait
    fields: dict[str, Any] = {**RELEASED, "code": error.code, "tries": tries, "next_attempt_at": due_at}
    move(mail, mail.state, MailState.PLANNED, where=_held_by(mail), **fields)
