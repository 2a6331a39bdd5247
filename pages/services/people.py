"""Who belongs to a brand: roles changed, people removed, leaving. Every change goes to the ledger."""

from __future__ import annotations

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from cm_suite.core import ledger
from pages.enums import Role
from pages.models import Membership, Person
from pages.selectors.people import is_last_lead


class PeopleRefusal(TextChoices):
    """Why a change was not made."""

    LAST_LEAD = (
        "last_lead",
        _("This is the brand's last lead. Make somebody else lead first, then try again."),
    )
    GONE = "gone", _("This person is no longer on the brand.")
    ALREADY_MEMBER = (
        "already_member",
        _("This person is already on the brand. Change their role in the list instead."),
    )
    INVITATION_CLOSED = (
        "invitation_closed",
        _("This invitation was used, revoked or has expired meanwhile. Ask for a new one."),
    )
    ACCOUNT_EXISTS = (
        "account_exists",
        _("There is an account with this e-mail already. Sign in, then open the invitation again."),
    )


class PeopleRefused(Exception):
    """The change was not made, and nothing was written."""

    def __init__(self, refusal: PeopleRefusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@transaction.atomic
def change_role(membership: Membership, role: Role, by: Person) -> bool:
    """Give the person this role; False when they had it already. Raises PeopleRefused."""
    row, last = _locked(membership)
    if row.role == role:
        return False
    if last:
        raise PeopleRefused(PeopleRefusal.LAST_LEAD)
    before, row.role = row.role, role
    row.save(update_fields=["role"])
    _record("role.changed", row, by, f"{before}>{role}")
    return True


@transaction.atomic
def remove(membership: Membership, by: Person) -> None:
    """Take the person off the brand, which is leaving it when they do it themselves. Raises PeopleRefused."""
    row, last = _locked(membership)
    if last:
        raise PeopleRefused(PeopleRefusal.LAST_LEAD)
    kind = "person.left" if row.person_id == by.pk else "person.removed"
    _record(kind, row, by, row.role)
    row.delete()


@transaction.atomic
def appoint(membership: Membership, by: Person) -> None:
    """Save a new membership without an invitation: how the installation's keeper names a first lead."""
    membership.save(force_insert=True)
    _record("person.appointed", membership, by, membership.role)


@transaction.atomic
def save_account(person: Person, by: Person) -> None:
    """Save an account; closing or opening it is recorded on every brand the person belongs to.

    Raises PeopleRefused when a brand would be left without a lead who can sign in.
    """
    was_active = Person.objects.select_for_update().values_list("is_active", flat=True).get(pk=person.pk)
    if was_active and not person.is_active:
        for lead in person.memberships.filter(role=Role.LEAD).order_by("brand_id"):
            _lock_leads(lead.brand_id)
            if is_last_lead(lead):
                raise PeopleRefused(PeopleRefusal.LAST_LEAD)
    person.save()
    if was_active != person.is_active:
        kind = "account.opened" if person.is_active else "account.closed"
        for row in person.memberships.order_by("brand_id"):
            _record(kind, row, by, row.role)


def _locked(membership: Membership) -> tuple[Membership, bool]:
    """The row as it stands now, and whether it is the brand's last active lead; others wait meanwhile."""
    _lock_leads(membership.brand_id)
    row = Membership.objects.select_for_update().filter(pk=membership.pk).first()
    if row is None:
        raise PeopleRefused(PeopleRefusal.GONE)
    return row, is_last_lead(row)


def _lock_leads(brand_id: int) -> None:
    """Who changes the brand's leads waits here; what they find is to be read afterwards."""
    leads = Membership.objects.select_for_update().filter(brand_id=brand_id, role=Role.LEAD)
    list(leads.order_by("pk").values_list("pk", flat=True))


def _record(kind: str, row: Membership, by: Person, content: str) -> None:
    ledger.append(
        row.brand_id,
        kind,
        actor_id=by.pk,
        subject_kind="person",
        subject_id=row.person_id,
        content=content,
    )
