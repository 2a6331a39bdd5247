"""Accounts: slowing down guesses at a password, and the way back in for who forgot theirs."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from cm_suite.core import clock, pace
from cm_suite.core.crypto import keyed_hash
from pages.models import Person
from pages.notices.enums import MailKind
from pages.notices.services import queue_mail

FAILURES: Final = 8  # of one e-mail from one address, before it has to wait
WINDOW: Final = timedelta(minutes=15)  # in which they count, and how long the wait is
FAILURES_OF_ADDRESS: Final = 50  # whatever the e-mails, within WINDOW
FAILURES_OF_EMAIL: Final = 25  # from wherever, within EMAIL_WINDOW
EMAIL_WINDOW: Final = timedelta(hours=1)
RESETS_PER_HOUR: Final = 4

DEVICE_COOKIE: Final = "cm_device"
DEVICE_DAYS: Final = 365

spare: Final = pace.Spare()  # counts in this process while Redis is away
_DEVICE: Final = "accounts.device"


def locked_until(email: str, address: str, device: str = "") -> datetime | None:
    """Until when (UTC) no password is looked at for this e-mail from this place; None when it is open.

    `device`: what `device()` gave for it, if anything; then strangers' failures do not count.
    """
    shared = pace.pace()
    doors = _doors(email, address, device)
    said = [shared.blocked_until(door) for door, _limit, _window in doors]
    said.append(spare.blocked_until(doors[0][0]))
    until = max((each for each in said if each is not None), default=None)
    return until if until is not None and until > clock.now() else None


def note_failure(email: str, address: str, device: str = "") -> None:
    """Count a failed sign-in at each door; the one that reaches its limit stays shut for its window.

    While Redis is away, only the first door counts (this e-mail from this address, or this device), in
    this process.
    """
    doors = _doors(email, address, device)
    for door, limit, window in doors:
        failures = pace.count(door, window.total_seconds())
        if failures is None:
            spare.fail(*doors[0])
            return
        if failures >= limit:
            pace.pace().block(door, clock.now() + window)


def device_token(person: Person) -> str:
    """What a browser keeps from which this person came in: it is good while the password stays the same."""
    return signing.dumps([secrets.token_urlsafe(12), _mark(person)], salt=_DEVICE)


def device(email: str, token: str) -> str:
    """The name of a device from which this e-mail's owner came in before; empty for any other."""
    try:
        name, mark = signing.loads(token, salt=_DEVICE, max_age=timedelta(days=DEVICE_DAYS))
    except (signing.BadSignature, TypeError, ValueError):
        return ""
    person = _person(email)
    return str(name) if person is not None and mark == _mark(person) else ""


def send_password_reset(email: str, address: str) -> None:
    """Mail a link to whoever has this e-mail, if anybody; the caller cannot tell which.

    The link works once and for PASSWORD_RESET_TIMEOUT seconds. More than RESETS_PER_HOUR are ignored.
    """
    person = _person(email)
    if person is None or not pace.hit(f"reset:{person.email}:{address}", RESETS_PER_HOUR, 3600):
        return
    token = default_token_generator.make_token(person)
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    path = reverse("pages:password_reset_confirm", kwargs={"uidb64": uid, "token": token})
    queue_mail(
        kind=MailKind.PASSWORD,
        key=f"password:{person.pk}:{token}",
        to=person.email,
        template="password_reset",
        context={
            "name": person.name,
            "url": f"{settings.PUBLIC_URL}{path}",
            "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        },
        language=person.language,
    )


def _doors(email: str, address: str, device: str) -> list[tuple[str, int, timedelta]]:
    """Each door of a sign-in: its key, how many failures shut it, and within what time.

    The doors of an e-mail are those of its present password: a new one finds them open, in every process.
    """
    if device:
        return [(_door(f"device|{device}"), FAILURES, WINDOW)]
    person = _person(email)
    who = f"{_clean(email)}|{_mark(person)}" if person else _clean(email)
    doors = [
        (_door(f"{who}|{address}"), FAILURES, WINDOW),
        (_door(f"email|{who}"), FAILURES_OF_EMAIL, EMAIL_WINDOW),
        (_door(f"address|{address}"), FAILURES_OF_ADDRESS, WINDOW),
    ]
    return doors if address else doors[:2]


def _door(name: str) -> str:
    return f"sign-in:{keyed_hash(name)}"


def _clean(email: str) -> str:
    return email.strip().lower()


def _person(email: str) -> Person | None:
    return Person.objects.filter(email=_clean(email), is_active=True).first()


def _mark(person: Person) -> str:
    """Changes with the password, and tells nothing of it."""
    return keyed_hash(f"password:{person.pk}:{person.password}")


def speak(person: Person, language: str) -> None:
    """Keep the language of the interface for this person; one we do not offer is ignored."""
    if language in dict(settings.LANGUAGES):
        Person.objects.filter(pk=person.pk).update(language=language)
