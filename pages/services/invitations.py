"""Invitations by e-mail: only the hash of a token is kept, so a link can be replaced but never read back."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from cm_suite.core import clock, ledger
from pages.enums import Role
from pages.models import Brand, Invitation, Membership, Person
from pages.notices.enums import MailKind
from pages.notices.services import queue_mail
from pages.services.people import PeopleRefusal, PeopleRefused

VALID: Final = timedelta(days=7)
TWICE: Final = timedelta(seconds=30)  # the same again within this time is a double click


def find(token: str) -> Invitation | None:
    """The invitation this link opens, in whatever state; None when there is none (any more)."""
    rows = Invitation.objects.select_related("brand", "invited_by")
    return rows.filter(token_hash=_hash(token)).first()


@transaction.atomic
def invite(brand: Brand, email: str, role: Role, by: Person) -> Invitation:
    """Invite an address to the brand; an invitation that still stands is sent anew, with this role.

    Raises PeopleRefused when the address belongs to somebody of the brand.
    """
    address = email.strip().lower()
    if brand.memberships.filter(person__email=address).exists():
        raise PeopleRefused(PeopleRefusal.ALREADY_MEMBER)
    now = clock.now()
    invitation, made = Invitation.objects.select_for_update().get_or_create(
        brand=brand,
        email=address,
        accepted_at=None,
        revoked_at=None,
        defaults={
            "role": role,
            "invited_by": by,
            "token_hash": secrets.token_hex(32),
            "expires_at": now + VALID,
        },
    )
    just_sent = invitation.expires_at - VALID > now - TWICE
    if not made and just_sent and invitation.role == role:
        return invitation
    invitation.role = role
    _send(invitation, by, "invitation.sent" if made else "invitation.resent")
    return invitation


@transaction.atomic
def resend(invitation: Invitation, by: Person) -> None:
    """Send a new link, valid from now; the old one stops working. Raises PeopleRefused if it is closed."""
    row = _open(invitation)
    _send(row, by, "invitation.resent")


@transaction.atomic
def revoke(invitation: Invitation, by: Person) -> None:
    """Take the invitation back. Raises PeopleRefused if it is closed."""
    row = _open(invitation)
    row.revoked_at = clock.now()
    row.save(update_fields=["revoked_at"])
    _record("invitation.revoked", row, by)


@transaction.atomic
def accept(invitation: Invitation, person: Person) -> Membership:
    """Bring the person onto the brand; a role they have there already is kept. Raises PeopleRefused."""
    now = clock.now()
    still_open = Invitation.objects.filter(
        pk=invitation.pk,
        token_hash=invitation.token_hash,
        accepted_at=None,
        revoked_at=None,
        expires_at__gt=now,
    )
    if person.email != invitation.email or still_open.update(accepted_at=now) != 1:
        raise PeopleRefused(PeopleRefusal.INVITATION_CLOSED)
    membership, _made = Membership.objects.get_or_create(
        person=person, brand_id=invitation.brand_id, defaults={"role": invitation.role}
    )
    _record("invitation.accepted", invitation, person)
    return membership


@transaction.atomic
def accept_as_new(invitation: Invitation, name: str, password: str, language: str) -> Person:
    """Create the account the invitation is for, and accept it. Raises PeopleRefused."""
    try:
        with transaction.atomic():
            person = Person.objects.create_user(invitation.email, name, password, language=language)
    except IntegrityError as error:
        raise PeopleRefused(PeopleRefusal.ACCOUNT_EXISTS) from error
    accept(invitation, person)
    return person


def _open(invitation: Invitation) -> Invitation:
    """The row as it stands, locked. Raises PeopleRefused once it was accepted or revoked."""
    rows = Invitation.objects.select_for_update().filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
    row = rows.first()
    if row is None:
        raise PeopleRefused(PeopleRefusal.INVITATION_CLOSED)
    return row


def _send(invitation: Invitation, by: Person, kind: str) -> None:
    """Put a new token on the invitation and mail it, in the brand's language."""
    token = secrets.token_urlsafe(32)
    invitation.token_hash = _hash(token)
    invitation.expires_at = clock.now() + VALID
    invitation.save(update_fields=["role", "token_hash", "expires_at"])
    brand = invitation.brand
    path = reverse("pages:invitation", kwargs={"token": token})
    queue_mail(
        kind=MailKind.INVITATION,
        key=f"invitation:{invitation.pk}:{invitation.token_hash[:32]}",
        to=invitation.email,
        template="invitation",
        context={
            "brand": brand.name,
            "inviter": by.name,
            "role": Role(invitation.role).label,
            "url": f"{settings.PUBLIC_URL}{path}",
            "days": VALID.days,
        },
        language=brand.language,
        brand=brand,
    )
    _record(kind, invitation, by)


def _record(kind: str, invitation: Invitation, by: Person) -> None:
    ledger.append(
        invitation.brand_id,
        kind,
        actor_id=by.pk,
        subject_kind="invitation",
        subject_id=invitation.pk,
        content=invitation.role,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
