"""The life of invitations and of roles, in any order of acts: what stands is what the story says, no more."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cm_suite.core import clock, ledger
from cm_suite.core.models import LedgerEntry
from pages.enums import Act, Role
from pages.models import Brand, Invitation, Membership, Person
from pages.notices.models import Mail
from pages.selectors.people import InvitationState, invitation_state, people_with
from pages.services import invitations, people
from pages.services.people import PeopleRefusal, PeopleRefused
from tests.people import Cast, make_person

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
EMAILS = ("noe@agence.example", "zoe@agence.example")
GUESTS = st.sampled_from(EMAILS)
ROLES = st.sampled_from(Role)
STORIES = hypothesis(max_examples=18, stateful_step_count=12, deadline=None)
State = InvitationState


class Story(RuleBasedStateMachine):
    """A story in the real database, taken back when it ends. Every act happens at `now`."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.kinds: list[str] = []
        self._all = transaction.atomic()
        self._all.__enter__()
        self.lead = make_person("Lead")
        self.brand = Brand.objects.create(name="Nova", slug="nova")
        Membership.objects.create(person=self.lead, brand=self.brand, role=Role.LEAD)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._all.__exit__(None, None, None)

    def at(self) -> time_machine.travel:
        return time_machine.travel(self.now, tick=False)

    @invariant()
    def the_ledger_tells_the_story(self) -> None:
        told = LedgerEntry.objects.filter(brand_id=self.brand.pk).order_by("seq")
        assert list(told.values_list("kind", flat=True)) == self.kinds
        assert ledger.verify(self.brand.pk) is None


@dataclass
class Told:
    """What the story knows of one invitation."""

    pk: int
    email: str
    role: Role
    tokens: list[str]
    sent_at: datetime
    closed: State | None = None

    def state(self, now: datetime) -> State:
        """What its newest link can do."""
        if self.closed is not None:
            return self.closed
        return State.OPEN if now < self.sent_at + invitations.VALID else State.EXPIRED


class Invitations(Story):
    """Invited, sent again, taken back, accepted, left lying: by two guests, with time passing."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Told] = []
        self.mails = 0
        self.members: dict[str, Role] = {}

    def standing(self, email: str) -> Told | None:
        return next((each for each in self.told if each.email == email and each.closed is None), None)

    def mailed(self, kind: str) -> str:
        self.mails += 1
        self.kinds.append(kind)
        found = re.search(r"/invitation/([^/\s]+)/", Mail.objects.latest("pk").text)
        assert found is not None
        return found[1]

    @rule(hours=st.sampled_from([0.005, 24, 200]))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    @rule(email=GUESTS, role=ROLES)
    def invite(self, email: str, role: Role) -> None:
        known = self.standing(email)
        with self.at():
            if email in self.members:
                with pytest.raises(PeopleRefused) as refused:
                    invitations.invite(self.brand, email, role, self.lead)
                assert refused.value.refusal is PeopleRefusal.ALREADY_MEMBER
                return
            made = invitations.invite(self.brand, email.upper(), role, self.lead)
        if known is None:
            self.told.append(Told(made.pk, email, role, [self.mailed("invitation.sent")], self.now))
            return
        assert made.pk == known.pk
        if self.now - known.sent_at < invitations.TWICE and known.role == role:
            return
        known.tokens.append(self.mailed("invitation.resent"))
        known.role, known.sent_at = role, self.now

    @precondition(lambda self: self.told)
    @rule(data=st.data(), act=st.sampled_from(["resend", "revoke"]))
    def a_lead_acts(self, data: st.DataObject, act: str) -> None:
        known = data.draw(st.sampled_from(self.told))
        row = Invitation.objects.get(pk=known.pk)
        with self.at():
            if known.closed is not None:
                with pytest.raises(PeopleRefused) as refused:
                    getattr(invitations, act)(row, self.lead)
                assert refused.value.refusal is PeopleRefusal.INVITATION_CLOSED
            elif act == "resend":
                invitations.resend(row, self.lead)
                known.tokens.append(self.mailed("invitation.resent"))
                known.sent_at = self.now
            else:
                invitations.revoke(row, self.lead)
                known.closed = State.REVOKED
                self.kinds.append("invitation.revoked")

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def a_guest_accepts(self, data: st.DataObject) -> None:
        known = data.draw(st.sampled_from(self.told))
        row = Invitation.objects.get(pk=known.pk)
        person = Person.objects.filter(email=known.email).first()
        with self.at():
            if known.state(self.now) is not State.OPEN:
                guest = person or make_person(known.email.partition("@")[0].title())
                with pytest.raises(PeopleRefused):
                    invitations.accept(row, guest)
                return
            if person is None:
                invitations.accept_as_new(row, "Guest", "velours-et-sapin", "fr")
            else:
                invitations.accept(row, person)
        known.closed = State.USED
        self.members[known.email] = known.role
        self.kinds.append("invitation.accepted")

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def a_stranger_tries(self, data: st.DataObject) -> None:
        row = Invitation.objects.get(pk=data.draw(st.sampled_from(self.told)).pk)
        with self.at(), pytest.raises(PeopleRefused):
            invitations.accept(row, self.lead)

    @invariant()
    def only_the_newest_link_opens_and_says_how_it_stands(self) -> None:
        for known in self.told:
            *old, newest = known.tokens
            assert invitation_state(invitations.find(newest), self.now) is known.state(self.now)
            assert [invitations.find(token) for token in old] == [None] * len(old)

    @invariant()
    def the_brand_has_those_who_accepted_and_no_mail_too_many(self) -> None:
        rows = Membership.objects.filter(brand=self.brand).exclude(person=self.lead)
        assert {row.person.email: row.role for row in rows.select_related("person")} == self.members
        assert Mail.objects.count() == self.mails
        assert len({each.pk for each in self.told}) == Invitation.objects.count()


@dataclass
class Seat:
    """Somebody on the brand, as the story knows them."""

    person: Person
    role: Role
    open: bool = True


class Roles(Story):
    """Roles given and taken, people removed and leaving, accounts closed and opened again."""

    def __init__(self) -> None:
        super().__init__()
        self.seats = {"Lead": Seat(self.lead, Role.LEAD)}
        for name, role in (("Ada", Role.APPROVER), ("Bob", Role.AUTHOR), ("Zoe", Role.LEAD)):
            person = make_person(name)
            Membership.objects.create(person=person, brand=self.brand, role=role)
            self.seats[name] = Seat(person, role)

    def leads(self) -> list[str]:
        return [name for name, seat in self.seats.items() if seat.role == Role.LEAD and seat.open]

    def row(self, name: str) -> Membership:
        return Membership.objects.get(brand=self.brand, person=self.seats[name].person)

    @rule(data=st.data(), role=ROLES)
    def change(self, data: st.DataObject, role: Role) -> None:
        name = data.draw(st.sampled_from(sorted(self.seats)))
        seat = self.seats[name]
        if role == seat.role:
            assert people.change_role(self.row(name), role, self.lead) is False
        elif self.leads() == [name]:
            with pytest.raises(PeopleRefused) as refused:
                people.change_role(self.row(name), role, self.lead)
            assert refused.value.refusal is PeopleRefusal.LAST_LEAD
        else:
            assert people.change_role(self.row(name), role, self.lead) is True
            seat.role = role
            self.kinds.append("role.changed")

    @precondition(lambda self: len(self.seats) > 1)
    @rule(data=st.data(), by_themselves=st.booleans())
    def go(self, data: st.DataObject, by_themselves: bool) -> None:
        name = data.draw(st.sampled_from(sorted(self.seats)))
        by = self.seats[name].person if by_themselves or name == "Lead" else self.lead
        if self.leads() == [name]:
            with pytest.raises(PeopleRefused) as refused:
                people.remove(self.row(name), by)
            assert refused.value.refusal is PeopleRefusal.LAST_LEAD
            return
        stale = self.row(name)
        people.remove(self.row(name), by)
        with pytest.raises(PeopleRefused) as gone:
            people.remove(stale, by)
        assert gone.value.refusal is PeopleRefusal.GONE
        self.kinds.append("person.left" if by == self.seats[name].person else "person.removed")
        del self.seats[name]

    @rule(data=st.data(), active=st.booleans())
    def account(self, data: st.DataObject, active: bool) -> None:
        name = data.draw(st.sampled_from(sorted(self.seats)))
        seat = self.seats[name]
        person = Person.objects.get(pk=seat.person.pk)
        person.is_active = active
        if not active and self.leads() == [name]:
            with pytest.raises(PeopleRefused) as refused:
                people.save_account(person, self.lead)
            assert refused.value.refusal is PeopleRefusal.LAST_LEAD
            return
        people.save_account(person, self.lead)
        if active != seat.open:
            self.kinds.append("account.opened" if active else "account.closed")
            seat.open = active

    @invariant()
    def somebody_can_always_lead(self) -> None:
        assert people_with(self.brand, Act.MANAGE).exists()

    @invariant()
    def everybody_has_the_role_of_the_story(self) -> None:
        rows = Membership.objects.filter(brand=self.brand).select_related("person")
        found = {row.person.name: (row.role, row.person.is_active) for row in rows}
        assert found == {name: (seat.role, seat.open) for name, seat in self.seats.items()}


@pytest.mark.parametrize("story", [Invitations, Roles])
def test_every_order_of_acts_ends_as_told(db: None, story: type[Story]) -> None:
    run_state_machine_as_test(story, settings=STORIES)
    assert (Brand.objects.count(), LedgerEntry.objects.count()) == (0, 0)


def take(opened: Invitation, newcomer: bool) -> None:
    """Accept the invitation as it was when its page was opened."""
    if newcomer:
        invitations.accept_as_new(opened, "Noe", "velours-et-sapin", "fr")
    else:
        invitations.accept(opened, make_person("Noe"))


@pytest.mark.parametrize("newcomer", [True, False])
def test_a_link_replaced_while_somebody_fills_the_form_is_refused(cast: Cast, newcomer: bool) -> None:
    opened = invitations.invite(cast.brand, EMAILS[0], Role.LEAD, cast.alice)
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        invitations.invite(cast.brand, EMAILS[0], Role.VIEWER, cast.alice)
        with pytest.raises(PeopleRefused) as refused:
            take(opened, newcomer)
    assert refused.value.refusal is PeopleRefusal.INVITATION_CLOSED
    assert Membership.objects.filter(person__email=EMAILS[0]).count() == 0
    assert Person.objects.filter(email=EMAILS[0]).exists() is not newcomer
    assert Invitation.objects.get().accepted_at is None


@pytest.mark.parametrize(("late", "joins"), [(-1, True), (0, False), (1, False)])
def test_a_page_opened_in_time_and_sent_too_late_brings_nobody_in(cast: Cast, late: int, joins: bool) -> None:
    with time_machine.travel(START, tick=False):
        opened = invitations.invite(cast.brand, EMAILS[0], Role.AUTHOR, cast.alice)
    guest = make_person("Noe")
    with time_machine.travel(START + invitations.VALID + timedelta(seconds=late), tick=False):
        if joins:
            assert invitations.accept(opened, guest).role == Role.AUTHOR
        else:
            with pytest.raises(PeopleRefused):
                invitations.accept(opened, guest)
    assert Membership.objects.filter(person=guest).exists() is joins
    assert (Invitation.objects.get().accepted_at is not None) is joins
