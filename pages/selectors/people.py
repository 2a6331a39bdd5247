"""Who belongs to a brand, with which role, and who may do an act there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet

from pages.enums import Act, Role
from pages.models import Brand, Invitation, Membership, Person
from pages.rules import RIGHTS, may


class InvitationState(StrEnum):
    """What an invitation's link can still do."""

    OPEN = "open"
    EXPIRED = "expired"
    USED = "used"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


def memberships_of(person: Person) -> list[Membership]:
    """The person's roles, each with its brand, by the brand's name."""
    return list(person.memberships.select_related("brand").order_by("brand__name", "brand_id"))


def role_of(person: Person, brand: Brand) -> str | None:
    """The person's role on the brand, or None: also for somebody who may no longer sign in."""
    if not person.is_active:
        return None
    return Membership.objects.filter(person=person, brand=brand).values_list("role", flat=True).first()


def rights_of(role: str | None) -> frozenset[str]:
    """The values of every act this role may do."""
    return frozenset(act.value for act in Act if may(role, act))


def people_with(brand: Brand, act: Act) -> QuerySet[Person]:
    """Active people who may do the act on the brand, by name."""
    return Person.objects.filter(
        is_active=True, memberships__brand=brand, memberships__role__in=RIGHTS[act]
    ).order_by("name", "pk")


def team(brand: Brand) -> QuerySet[Membership]:
    """Everybody on the brand with their role, oldest first."""
    return brand.memberships.select_related("person").order_by("since", "pk")


def open_invitations(brand: Brand) -> QuerySet[Invitation]:
    """Invitations neither accepted nor revoked, expired ones included, newest first."""
    return (
        brand.invitations.filter(accepted_at=None, revoked_at=None)
        .select_related("invited_by")
        .order_by("-created_at", "-pk")
    )


def invitation_state(invitation: Invitation | None, now: datetime) -> InvitationState:
    """What the link can still do at `now`; UNKNOWN for none: never sent, or replaced by a newer link."""
    if invitation is None:
        return InvitationState.UNKNOWN
    if invitation.accepted_at is not None:
        return InvitationState.USED
    if invitation.revoked_at is not None:
        return InvitationState.REVOKED
    return InvitationState.OPEN if invitation.expires_at > now else InvitationState.EXPIRED


def has_account(email: str) -> bool:
    """Whether somebody has this e-mail, closed accounts included."""
    return Person.objects.filter(email=email.strip().lower()).exists()


def is_last_lead(membership: Membership) -> bool:
    """Whether nobody else who can sign in leads the brand."""
    leads = Membership.objects.filter(brand_id=membership.brand_id, role=Role.LEAD, person__is_active=True)
    return list(leads.values_list("pk", flat=True)[:2]) == [membership.pk]


def led_brand_ids(person: Person) -> frozenset[int]:
    """Ids of the brands where the person is lead."""
    return frozenset(person.memberships.filter(role=Role.LEAD).values_list("brand_id", flat=True))
