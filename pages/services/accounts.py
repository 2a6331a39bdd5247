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

FAILURES: Final = 8  # of one address from one place, before it has to wait
WINDOW: Final = timedelta(minutes=15)  # in which they count, and how long the wait is
RESETS_PER_HOUR: Final = 4


def locked_until(email: str, address: str) -> datetime | None:
    """Until when (UTC) no password is looked at for this e-mail from this place; None when it is open."""
    until = pace.pace().blocked_until(_door(email, address))
    return until if until is not None and until > clock.now() else None


def note_failure(email: str, address: str) -> None:
    """Count a failed sign-in; after FAILURES of them within WINDOW the door stays shut for WINDOW."""
    door = _door(email, address)
    if not pace.hit(door, FAILURES - 1, WINDOW.total_seconds()):
        pace.pace().block(door, clock.now() + WINDOW)


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


def _door(email: str, address: str) -> str:
    return f"sign-in:{keyed_hash(f'{email.strip().lower()}|{address}')}"


def speak(person: Person, language: str) -> None:
    """Keep the language of the interface for this person; one we do not offer is ignored."""
    if language in dict(settings.LANGUAGES):
        Person.objects.filter(pk=person.pk).update(language=language)
