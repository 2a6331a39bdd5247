"""Two people act at the same moment: a brand keeps its lead, an invitation is used once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection

from cm_suite.core import ledger
from cm_suite.core.models import LedgerEntry
from pages.enums import Role
from pages.models import Invitation, Membership, Person
from pages.notices.models import Mail
from pages.services import invitations, people
from pages.services.people import PeopleRefusal, PeopleRefused
from tests.people import Cast, make_cast, make_person


@pytest.fixture
def crowd(transactional_db: None) -> Cast:
    return make_cast()


def at_once(*acts: Callable[[], object]) -> list[PeopleRefusal | None]:
    """Let each act run in its own thread; what refused it, in the order of the acts."""
    ends: list[PeopleRefusal | None] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(number: int, act: Callable[[], object]) -> None:
        try:
            start.wait(10)
            act()
        except PeopleRefused as refused:
            ends[number] = refused.refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return ends


def test_two_leads_leave_at_once_and_one_stays(crowd: Cast) -> None:
    people.change_role(Membership.objects.get(person=crowd.ada), Role.LEAD, crowd.alice)
    leaving = [
        partial(people.remove, Membership.objects.get(person=person), person)
        for person in (crowd.ada, crowd.alice)
    ]
    ends = at_once(*leaving)
    assert sorted(str(end) for end in ends) == ["None", "last_lead"]
    assert Membership.objects.filter(brand=crowd.brand, role=Role.LEAD).count() == 1
    assert LedgerEntry.objects.filter(kind="person.left").count() == 1
    assert ledger.verify(crowd.brand.pk) is None


def test_an_invitation_opened_twice_is_used_once(crowd: Cast) -> None:
    person = make_person("Noe")
    made = invitations.invite(crowd.brand, person.email, Role.AUTHOR, crowd.alice)
    ends = at_once(*[lambda: invitations.accept(made, person)] * 3)
    assert ends.count(None) == 1
    assert ends.count(PeopleRefusal.INVITATION_CLOSED) == 2
    assert Membership.objects.filter(person=person).count() == 1
    assert LedgerEntry.objects.filter(kind="invitation.accepted").count() == 1


def test_an_account_is_made_once(crowd: Cast) -> None:
    made = invitations.invite(crowd.brand, "noe@agence.example", Role.AUTHOR, crowd.alice)
    ends = at_once(*[lambda: invitations.accept_as_new(made, "Noé", "velours-et-sapin", "fr")] * 3)
    assert ends.count(None) == 1
    assert Person.objects.filter(email="noe@agence.example").count() == 1
    assert Membership.objects.filter(person__email="noe@agence.example").count() == 1


def test_two_leads_invite_the_same_address(crowd: Cast) -> None:
    ends = at_once(
        *[lambda: invitations.invite(crowd.brand, "noe@agence.example", Role.AUTHOR, crowd.alice)] * 3
    )
    assert ends == [None, None, None]
    assert (Invitation.objects.count(), Mail.objects.count()) == (1, 1)
