"""Invitations: the link in the mail, who may use it, and each way in which it stops working."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from cm_suite.core.models import LedgerEntry
from pages.enums import Role
from pages.models import Invitation, Membership, Person
from pages.notices.enums import MailKind
from pages.notices.models import Mail
from pages.services import invitations
from pages.services.people import PeopleRefusal, PeopleRefused
from tests.people import PASSWORD, Cast, make_person

SignIn = Callable[[Person], Client]
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NEW = {"name": "Noé Martin", "password1": "velours-et-sapin", "password2": "velours-et-sapin"}


def link(number: int = -1) -> str:
    """The path in the mail, the last one unless told."""
    mail = list(Mail.objects.order_by("pk"))[number]
    found = re.search(r"http://localhost:8000(/invitation/\S+/)", mail.text)
    assert found is not None
    return found[1]


def kinds() -> list[str]:
    return list(LedgerEntry.objects.order_by("seq").values_list("kind", flat=True))


def invite(cast: Cast, email: str = "noe@agence.example", role: Role = Role.AUTHOR) -> Invitation:
    return invitations.invite(cast.brand, email, role, cast.alice)


def test_a_mail_leaves_and_only_the_hash_is_kept(cast: Cast) -> None:
    made = invite(cast, " Noe@Agence.example ")
    mail = Mail.objects.get()
    assert (mail.kind, mail.to, mail.brand, mail.language) == (
        MailKind.INVITATION,
        "noe@agence.example",
        cast.brand,
        "fr",
    )
    assert "Maison Lumen" in mail.subject
    assert link() in mail.html
    token = link().split("/")[2]
    assert token not in made.token_hash
    assert len(made.token_hash) == 64
    assert kinds() == ["invitation.sent"]


def test_a_newcomer_makes_an_account_and_is_in(cast: Cast) -> None:
    invite(cast)
    client = Client()
    page = client.get(link())
    assert (page.status_code, page.context["state"]) == (200, "new_account")
    response = client.post(link(), NEW)
    assert (response.status_code, response.headers["Location"]) == (302, "/b/maison-lumen/")
    person = Person.objects.get(email="noe@agence.example")
    assert (person.name, person.language, person.check_password("velours-et-sapin")) == (
        "Noé Martin",
        "fr",
        True,
    )
    assert Membership.objects.get(person=person).role == Role.AUTHOR
    assert client.get("/b/maison-lumen/people/").status_code == 200
    assert kinds() == ["invitation.sent", "invitation.accepted"]
    assert LedgerEntry.objects.get(kind="invitation.accepted").actor_id == person.pk


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({**NEW, "password2": "autre-chose-encore"}, "password2"),
        ({**NEW, "password1": "court", "password2": "court"}, "password1"),
        ({**NEW, "password1": "noe@agence", "password2": "noe@agence"}, "password1"),
        ({**NEW, "name": " "}, "name"),
    ],
)
def test_a_newcomer_s_mistakes_are_named_and_nothing_is_made(
    cast: Cast, data: dict[str, str], field: str
) -> None:
    invite(cast)
    response = Client().post(link(), data)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert not Person.objects.filter(email="noe@agence.example").exists()
    assert Invitation.objects.get().accepted_at is None


def test_somebody_with_an_account_signs_in_first_then_joins(cast: Cast) -> None:
    make_person("Noe")
    invite(cast)
    client = Client()
    assert client.get(link()).context["state"] == "sign_in"
    refused = client.post(link(), NEW)
    assert refused.headers["Location"] == f"/sign-in/?next={link()}"
    sent = client.post(refused.headers["Location"], {"username": "noe@agence.example", "password": PASSWORD})
    assert sent.headers["Location"] == link()
    assert client.get(link()).context["state"] == "join"
    assert Membership.objects.filter(person__email="noe@agence.example").count() == 0
    assert client.post(link()).headers["Location"] == "/b/maison-lumen/"
    assert Membership.objects.get(person__email="noe@agence.example").role == Role.AUTHOR


def test_somebody_else_cannot_use_it(cast: Cast, signed_in: SignIn) -> None:
    make_person("Noe")
    invite(cast)
    client = signed_in(cast.charlie)
    for response in (client.get(link()), client.post(link())):
        assert (response.status_code, response.context["state"]) == (403, "wrong_person")
    assert Membership.objects.filter(person=cast.charlie, brand=cast.brand).count() == 0
    assert Invitation.objects.get().accepted_at is None


def test_used_once(cast: Cast, signed_in: SignIn) -> None:
    invite(cast)
    Client().post(link(), NEW)
    person = Person.objects.get(email="noe@agence.example")
    for client in (Client(), signed_in(person)):
        for response in (client.get(link()), client.post(link(), NEW)):
            assert (response.status_code, response.context["state"]) == (410, "used")
    assert Membership.objects.filter(person=person).count() == 1


def test_it_expires_after_seven_days(cast: Cast) -> None:
    with time_machine.travel(START, tick=False):
        invite(cast)
    with time_machine.travel(START + timedelta(days=7, seconds=-1), tick=False):
        assert Client().get(link()).status_code == 200
    with time_machine.travel(START + timedelta(days=7), tick=False):
        response = Client().post(link(), NEW)
    assert (response.status_code, response.context["state"]) == (410, "expired")
    assert not Person.objects.filter(email="noe@agence.example").exists()


def test_taken_back(cast: Cast, signed_in: SignIn) -> None:
    made = invite(cast)
    client = signed_in(cast.alice)
    assert client.post(f"/b/maison-lumen/people/invitations/{made.pk}/revoke/").status_code == 302
    response = Client().post(link(), NEW)
    assert (response.status_code, response.context["state"]) == (410, "revoked")
    assert kinds() == ["invitation.sent", "invitation.revoked"]
    with pytest.raises(PeopleRefused) as refused:
        invitations.revoke(made, cast.alice)
    assert refused.value.refusal is PeopleRefusal.INVITATION_CLOSED
    assert len(kinds()) == 2


def test_an_unknown_link(db: None) -> None:
    response = Client().get("/invitation/nothing-like-it/")
    assert (response.status_code, response.context["state"]) == (404, "unknown")


def test_sent_again_the_old_link_stops_working(cast: Cast, signed_in: SignIn) -> None:
    with time_machine.travel(START, tick=False):
        made = invite(cast)
    with time_machine.travel(START + timedelta(days=9), tick=False):
        signed_in(cast.alice).post(f"/b/maison-lumen/people/invitations/{made.pk}/resend/")
        assert Mail.objects.count() == 2
        assert Client().get(link(0)).context["state"] == "unknown"
        assert Client().get(link(1)).context["state"] == "new_account"
    made.refresh_from_db()
    assert made.expires_at == START + timedelta(days=16)
    assert kinds() == ["invitation.sent", "invitation.resent"]


def test_a_double_click_invites_once(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    for _ in range(2):
        client.post("/b/maison-lumen/people/invite/", {"email": "noe@agence.example", "role": "author"})
    assert (Invitation.objects.count(), Mail.objects.count(), kinds()) == (1, 1, ["invitation.sent"])
    assert Client().get(link()).status_code == 200


def test_inviting_again_later_renews_with_the_new_role(cast: Cast) -> None:
    with time_machine.travel(START, tick=False):
        invite(cast)
    with time_machine.travel(START + timedelta(hours=1), tick=False):
        invite(cast, role=Role.LEAD)
    assert Invitation.objects.get().role == Role.LEAD
    assert Mail.objects.count() == 2


def test_somebody_of_the_brand_is_not_invited(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    response = client.post("/b/maison-lumen/people/invite/", {"email": "BOB@agence.example", "role": "lead"})
    assert response.status_code == 422
    assert response.context["form"].errors["email"] == [str(PeopleRefusal.ALREADY_MEMBER.label)]
    assert (Invitation.objects.count(), Mail.objects.count(), kinds()) == (0, 0, [])


@pytest.mark.parametrize("data", [{"email": "no address", "role": "author"}, {"email": "a@b.example"}])
def test_an_incomplete_invitation_is_said(cast: Cast, signed_in: SignIn, data: dict[str, str]) -> None:
    response = signed_in(cast.alice).post("/b/maison-lumen/people/invite/", data)
    assert response.status_code == 422
    assert Mail.objects.count() == 0


def test_an_invitation_of_another_brand_cannot_be_touched(cast: Cast, signed_in: SignIn) -> None:
    made = invite(cast)
    client = signed_in(cast.charlie)
    for act in ("resend", "revoke"):
        for brand in ("maison-lumen", "atelier-roche"):
            url = f"/b/{brand}/people/invitations/{made.pk}/{act}/"
            assert client.post(url).status_code == 404
    made.refresh_from_db()
    assert (made.revoked_at, Mail.objects.count()) == (None, 1)


def test_a_role_given_meanwhile_is_kept(cast: Cast) -> None:
    person = make_person("Noe")
    made = invite(cast)
    Membership.objects.create(person=person, brand=cast.brand, role=Role.APPROVER)
    assert invitations.accept(made, person).role == Role.APPROVER
    assert Invitation.objects.get().accepted_at is not None


def test_an_account_made_meanwhile_is_not_made_twice(cast: Cast) -> None:
    made = invite(cast)
    person = make_person("Noe")
    with pytest.raises(PeopleRefused) as refused:
        invitations.accept_as_new(made, "Somebody", "velours-et-sapin", "fr")
    assert refused.value.refusal is PeopleRefusal.ACCOUNT_EXISTS
    assert Person.objects.get(email="noe@agence.example").name == person.name
    assert Invitation.objects.get().accepted_at is None
