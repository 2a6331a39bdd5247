"""Roles, removals, leaving: what changes, what the ledger keeps, what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cm_suite.core import ledger
from cm_suite.core.models import LedgerEntry
from pages.enums import Act, Role
from pages.models import Invitation, Membership, Person
from pages.rules import RIGHTS, may
from pages.services import invitations, people
from pages.services.people import PeopleRefusal, PeopleRefused
from pages.views.people import rights_table
from tests.people import Cast, make_person

SignIn = Callable[[Person], Client]


def of(cast: Cast, person: Person) -> Membership:
    return Membership.objects.get(person=person, brand=cast.brand)


def entries() -> list[tuple[int, str, int | None, int]]:
    rows = LedgerEntry.objects.order_by("brand_id", "seq")
    return [(row.brand_id, row.kind, row.actor_id, row.subject_id) for row in rows]


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_the_table_of_rights() -> None:
    assert {act: sorted(role.value for role in roles) for act, roles in RIGHTS.items()} == {
        Act.SEE: ["approver", "author", "lead", "moderator", "viewer"],
        Act.WRITE: ["approver", "author", "lead"],
        Act.OVERRIDE: ["approver", "lead"],
        Act.APPROVE: ["approver", "lead"],
        Act.MODERATE: ["lead", "moderator"],
        Act.SECOND: ["approver", "lead", "moderator"],
        Act.PAUSE: ["approver", "lead"],
        Act.MANAGE: ["lead"],
    }
    assert [may(None, act) for act in Act] == [False] * len(Act)


def test_a_role_changes_and_the_ledger_knows(cast: Cast) -> None:
    assert people.change_role(of(cast, cast.bob), Role.APPROVER, cast.alice) is True
    assert of(cast, cast.bob).role == Role.APPROVER
    assert entries() == [(cast.brand.pk, "role.changed", cast.alice.pk, cast.bob.pk)]
    assert ledger.verify(cast.brand.pk) is None


def test_the_same_role_again_changes_nothing(cast: Cast) -> None:
    assert people.change_role(of(cast, cast.bob), Role.AUTHOR, cast.alice) is False
    assert entries() == []


def demote(membership: Membership, by: Person) -> None:
    people.change_role(membership, Role.VIEWER, by)


@pytest.mark.parametrize("act", [demote, people.remove])
def test_the_last_lead_stays(cast: Cast, act: Callable[[Membership, Person], None]) -> None:
    alone = of(cast, cast.alice)
    with pytest.raises(PeopleRefused) as refused:
        act(alone, cast.alice)
    assert refused.value.refusal is PeopleRefusal.LAST_LEAD
    assert of(cast, cast.alice).role == Role.LEAD
    assert entries() == []


def test_a_closed_account_does_not_lead(cast: Cast) -> None:
    people.change_role(of(cast, cast.ada), Role.LEAD, cast.alice)
    Person.objects.filter(pk=cast.ada.pk).update(is_active=False)
    with pytest.raises(PeopleRefused):
        people.remove(of(cast, cast.alice), cast.alice)
    people.remove(of(cast, cast.ada), cast.alice)
    assert Membership.objects.filter(person=cast.ada).count() == 0


def test_with_a_second_lead_the_first_may_go(cast: Cast) -> None:
    people.change_role(of(cast, cast.ada), Role.LEAD, cast.alice)
    people.remove(of(cast, cast.alice), cast.alice)
    assert [kind for _, kind, _, _ in entries()] == ["role.changed", "person.left"]
    assert Membership.objects.filter(brand=cast.brand, role=Role.LEAD).get().person == cast.ada


def test_somebody_removed_meanwhile_is_gone(cast: Cast) -> None:
    row = of(cast, cast.bob)
    people.remove(of(cast, cast.bob), cast.alice)
    for act in (
        lambda: people.remove(row, cast.alice),
        lambda: people.change_role(row, Role.LEAD, cast.alice),
    ):
        with pytest.raises(PeopleRefused) as refused:
            act()
        assert refused.value.refusal is PeopleRefusal.GONE
    assert [kind for _, kind, _, _ in entries()] == ["person.removed"]


def test_the_page_shows_everybody_and_the_rights(cast: Cast, signed_in: SignIn) -> None:
    cast.vera.language = "en"
    cast.vera.save()
    invitations.invite(cast.brand, "noe@agence.example", Role.AUTHOR, cast.alice)
    response = signed_in(cast.vera).get("/b/maison-lumen/people/")
    assert response.status_code == 200
    names = [member.person.name for member in response.context["members"]]
    assert names == ["Alice", "Bob", "Mona", "Ada", "Vera"]
    html = response.content.decode()
    assert "noe@agence.example" in html
    assert "charlie@" not in html
    assert "Send the invitation" not in html
    assert [act for act in ("/role/", "/remove/", "/resend/", "/revoke/") if act in html] == []
    assert html.count('<th scope="row">') == len(Act)


def test_the_table_on_the_page_is_the_table_of_rights() -> None:
    cells = {line.act: line.cells for line in rights_table()}
    assert len(cells) == len(RIGHTS)
    for act, roles in RIGHTS.items():
        assert cells[str(act.label)] == [role in roles for role in Role]


def test_a_lead_changes_a_role_on_the_page(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    url = f"/b/maison-lumen/people/{of(cast, cast.bob).pk}/role/"
    assert client.post(url, {"role": "moderator"}).status_code == 302
    assert of(cast, cast.bob).role == Role.MODERATOR
    client.post(url, {"role": "emperor"})
    assert of(cast, cast.bob).role == Role.MODERATOR
    assert len(entries()) == 1


def test_a_row_of_another_brand_cannot_be_touched(cast: Cast, signed_in: SignIn) -> None:
    foreign = Membership.objects.get(person=cast.charlie)
    client = signed_in(cast.alice)
    for act in ("role", "remove"):
        response = client.post(f"/b/maison-lumen/people/{foreign.pk}/{act}/", {"role": "viewer"})
        assert response.status_code == 404
    foreign.refresh_from_db()
    assert foreign.role == Role.LEAD
    assert entries() == []


def test_the_last_lead_is_told_what_to_do(cast: Cast, signed_in: SignIn) -> None:
    cast.alice.language = "en"
    cast.alice.save()
    client = signed_in(cast.alice)
    response = client.post("/b/maison-lumen/people/leave/", follow=True)
    assert said(response) == [str(PeopleRefusal.LAST_LEAD.label)]
    assert response.redirect_chain == [("/b/maison-lumen/people/", 302)]
    assert of(cast, cast.alice).role == Role.LEAD


def test_an_author_leaves(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.bob)
    assert client.get("/b/maison-lumen/people/leave/").status_code == 405
    response = client.post("/b/maison-lumen/people/leave/")
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert Membership.objects.filter(person=cast.bob).count() == 0
    assert client.get("/b/maison-lumen/").status_code == 404
    assert entries() == [(cast.brand.pk, "person.left", cast.bob.pk, cast.bob.pk)]


def test_a_lead_removes_somebody(cast: Cast, signed_in: SignIn) -> None:
    url = f"/b/maison-lumen/people/{of(cast, cast.mona).pk}/remove/"
    assert signed_in(cast.ada).post(url).status_code == 403
    assert signed_in(cast.alice).post(url).status_code == 302
    assert Membership.objects.filter(person=cast.mona).count() == 0
    assert Person.objects.filter(pk=cast.mona.pk).exists()
    assert entries() == [(cast.brand.pk, "person.removed", cast.alice.pk, cast.mona.pk)]


def test_the_page_asks_as_many_questions_for_three_people_as_for_one(
    cast: Cast, signed_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(cast.charlie)
    invite_rows(cast, 1)
    with django_assert_num_queries(QUERIES):
        client.get("/b/atelier-roche/people/")
    for name in ("Zoe", "Yan"):
        Membership.objects.create(person=make_person(name), brand=cast.other_brand, role=Role.AUTHOR)
    invite_rows(cast, 3)
    with django_assert_num_queries(QUERIES):
        response = client.get("/b/atelier-roche/people/")
    assert len(response.context["members"]) == len(response.context["invitations"]) == 3


QUERIES = 8  # session, person, memberships, team, invitations, pauses, unread, the queue


def invite_rows(cast: Cast, count: int) -> None:
    Invitation.objects.all().delete()
    for number in range(count):
        Invitation.objects.create(
            brand=cast.other_brand,
            email=f"n{number}@agence.example",
            role=Role.AUTHOR,
            token_hash=str(number),
            invited_by=cast.charlie,
            expires_at=cast.charlie.joined_at,
        )
