"""Accounts: slowing down guesses at a password, and the way back in for who forgot theirs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
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

spare: Final = pace.Spare()  # counts in this process while Redis is away


def locked_until(email: str, address: str) -> datetime | None:
    """Until when (UTC) no password is looked at for this e-mail from this place; None when it is open."""
    shared = pace.pace()
    doors = _doors(email, address)
    said = [shared.blocked_until(door) for door, _limit, _window in doors]
    said.append(spare.blocked_until(doors[0][0]))
    until = max((each for each in said if each is not None), default=None)
    return until if until is not None and until > clock.now() else None


def note_failure(email: str, address: str) -> None:
    """Count a failed sign-in at each door; the one that reaches its limit stays shut for its window.

    While Redis is away, only the door of this e-mail from this address counts, in this process.
    """
    doors = _doors(email, address)
    for door, limit, window in doors:
        failures = pace.count(door, window.total_seconds())
        if failures is None:
            spare.fail(*doors[0])
            return
        if failures >= limit:
            pace.pace().block(door, clock.now() + window)


def send_password_reset(email: str, address: str) -> None:
    """Mail a link to whoever has this e-mail, if anybody; the caller cannot tell which.

    The link works once and for PASSWORD_RESET_TIMEOUT seconds. More than RESETS_PER_HOUR are ignored.
    """
    person = Person.objects.filter(email=email.strip().lower(), is_active=True).first()
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


def _doors(email: str, address: str) -> list[tuple[str, int, timedelta]]:
    """Each door of a sign-in: its key, how many failures shut it, and within what time."""
    email = email.strip().lower()
    doors = [
        (f"{email}|{address}", FAILURES, WINDOW),
        (f"email|{email}", FAILURES_OF_EMAIL, EMAIL_WINDOW),
        (f"address|{address}", FAILURES_OF_ADDRESS, WINDOW),
    ]
    known = doors if address else doors[:2]
    return [(f"sign-in:{keyed_hash(name)}", limit, window) for name, limit, window in known]


def speak(person: Person, language: str) -> None:
    """Keep the language of the interface for this person; one we do not offer is ignored."""
    if language in dict(settings.LANGUAGES):
        Person.objects.filter(pk=person.pk).update(language=language)
