"""Closing an account: a brand keeps a lead who can sign in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from cm_suite.core.models import LedgerEntry
from pages.admin.people import PersonForm
from pages.enums import Role
from pages.models import Membership, Person
from pages.services import people
from pages.services.people import PeopleRefusal, PeopleRefused
from tests.people import Cast, make_cast

SignIn = Callable[[Person], Client]


@pytest.fixture
def root(db: None) -> Person:
    return Person.objects.create_superuser("root@agence.example", "Root", "x")


def close(client: Client, person: Person) -> Any:
    data = {"name": person.name, "email": person.email, "language": "fr"}
    path = reverse("admin:pages_person_change", args=[person.pk])
    return client.post(path, data, headers={"Accept-Language": "en"})


def is_active(person: Person) -> bool:
    return Person.objects.get(pk=person.pk).is_active


def test_the_only_lead_s_account_stays_open_and_the_form_says_why(
    cast: Cast, root: Person, signed_in: SignIn
) -> None:
    Membership.objects.create(person=cast.alice, brand=cast.other_brand, role=Role.LEAD)
    answer = close(signed_in(root), cast.alice)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors == {
        "is_active": [f"{PeopleRefusal.LAST_LEAD.label} (Maison Lumen)"]
    }
    assert is_active(cast.alice)
    assert LedgerEntry.objects.count() == 0


def test_with_another_lead_it_is_closed(cast: Cast, root: Person, signed_in: SignIn) -> None:
    people.change_role(Membership.objects.get(person=cast.ada), Role.LEAD, cast.alice)
    assert close(signed_in(root), cast.alice).status_code == 302
    assert not is_active(cast.alice)
    again = close(signed_in(root), cast.ada)
    assert list(again.context["adminform"].form.errors) == ["is_active"]
    assert is_active(cast.ada)


def test_a_lead_whose_account_is_closed_already_counts_for_nothing(cast: Cast, root: Person) -> None:
    Membership.objects.filter(person=cast.ada).update(role=Role.LEAD)
    Person.objects.filter(pk=cast.ada.pk).update(is_active=False)
    cast.alice.is_active = False
    with pytest.raises(PeopleRefused) as refused:
        people.save_account(cast.alice, root)
    assert refused.value.refusal is PeopleRefusal.LAST_LEAD
    assert is_active(cast.alice)


def test_other_changes_of_the_only_lead_s_account(cast: Cast, root: Person) -> None:
    cast.alice.name = "Alice B."
    people.save_account(cast.alice, root)
    assert Person.objects.get(pk=cast.alice.pk).name == "Alice B."


def test_what_changes_after_the_form_was_read_is_told_and_not_done(
    cast: Cast, root: Person, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(PersonForm, "clean_is_active")
    answer = close(signed_in(root), cast.alice)
    assert answer.status_code == 302
    assert is_active(cast.alice)
    assert LedgerEntry.objects.count() == 0


def test_two_leads_closed_at_once_leave_one(transactional_db: None) -> None:
    cast = make_cast()
    people.change_role(Membership.objects.get(person=cast.ada), Role.LEAD, cast.alice)
    ends: list[str] = []
    start = threading.Barrier(2)

    def run(person: Person) -> None:
        person.is_active = False
        start.wait(10)
        try:
            people.save_account(person, cast.charlie)
            ends.append("closed")
        except PeopleRefused as refused:
            ends.append(refused.refusal.value)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(person,)) for person in (cast.ada, cast.alice)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(ends) == ["closed", "last_lead"]
    assert [is_active(cast.ada), is_active(cast.alice)].count(True) == 1
