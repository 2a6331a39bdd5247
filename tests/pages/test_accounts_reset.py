"""A lost password's link: what it opens, once, for whom, and each thing that makes it worthless."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from pages.models import Person
from pages.notices.enums import MailState
from pages.notices.models import Mail
from tests.people import PASSWORD, Cast

SignIn = Callable[[Person], Client]
NEW = "velours-et-sapin"
BOB = "bob@agence.example"


def ask(email: str = BOB) -> str:
    """Ask for a link; the one that was mailed, or nothing."""
    Client().post("/password/", {"email": email})
    texts = [mail.text for mail in Mail.objects.order_by("pk") if mail.to == email]
    found = re.search(r"http://localhost:8000(/password/\S+/)", texts[-1]) if texts else None
    return found[1] if found else ""


def follow(link: str) -> tuple[Client, Any]:
    """Open the link as a browser does; the client and the page it ends on."""
    client = Client()
    return client, client.get(link, follow=True)


def works(link: str) -> bool:
    return bool(follow(link)[1].context["validlink"])


def choose(link: str, password: str, again: str | None = None) -> Any:
    client, page = follow(link)
    path = page.redirect_chain[-1][0]
    return client.post(path, {"new_password1": password, "new_password2": again or password})


def can_sign_in(password: str, email: str = BOB) -> bool:
    return Client().post("/sign-in/", {"username": email, "password": password}).status_code == 302


def test_the_link_gives_this_person_and_nobody_else_a_new_password(cast: Cast) -> None:
    assert choose(ask(), NEW).headers["Location"] == "/sign-in/"
    assert (can_sign_in(NEW), can_sign_in(PASSWORD)) == (True, False)
    assert can_sign_in(PASSWORD, "alice@agence.example")
    assert not can_sign_in(NEW, "alice@agence.example")


def sign_in_again(person: Person) -> None:
    assert can_sign_in(PASSWORD, person.email)


def change_password(person: Person) -> None:
    person.set_password("une-autre-phrase")
    person.save()


def change_address(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(email="robert@agence.example")


def use_it(person: Person) -> None:
    assert choose(ask(person.email), NEW).status_code == 302


@pytest.mark.parametrize("event", [sign_in_again, change_password, change_address, use_it])
def test_whatever_happens_to_the_account_the_old_link_is_worthless(
    cast: Cast, event: Callable[[Person], None]
) -> None:
    link = ask()
    assert works(link)
    event(cast.bob)
    assert not works(link)
    before = Person.objects.get(pk=cast.bob.pk).password
    client, page = follow(link)
    client.post(page.request["PATH_INFO"], {"new_password1": "x" * 12, "new_password2": "x" * 12})
    assert Person.objects.get(pk=cast.bob.pk).password == before


def test_what_others_do_leaves_the_link_alone(cast: Cast) -> None:
    link = ask()
    use_it(cast.alice)
    sign_in_again(cast.vera)
    assert works(link)


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ("court", "court", "new_password2"),
        ("password12", "password12", "new_password2"),
        (BOB, BOB, "new_password2"),
        (NEW, "autre-chose-encore", "new_password2"),
        ("", "", "new_password1"),
    ],
)
def test_a_password_that_cannot_be_is_said_and_the_link_still_works(
    cast: Cast, first: str, second: str, field: str
) -> None:
    link = ask()
    client, page = follow(link)
    path = page.redirect_chain[-1][0]
    refused = client.post(path, {"new_password1": first, "new_password2": second})
    assert refused.status_code == 200
    assert field in refused.context["form"].errors
    assert can_sign_in(PASSWORD)
    assert f'value="{first}"' not in refused.content.decode()
    Person.objects.filter(pk=cast.bob.pk).update(last_login=None)
    assert works(link)


def test_the_token_leaves_the_address_at_once(cast: Cast) -> None:
    link = ask()
    token = link.rstrip("/").rpartition("/")[2]
    _client, page = follow(link)
    assert [path for path, _status in page.redirect_chain if token in path] == []
    assert token not in page.content.decode()
    assert page.headers["Referrer-Policy"] in {"same-origin", "strict-origin-when-cross-origin"}


@pytest.mark.parametrize(
    "email", ["nobody@agence.example", "", "no address", "bob@agence.example\nBcc: x@y.example"]
)
def test_an_address_that_is_nobody_s_gets_no_mail(cast: Cast, email: str) -> None:
    assert ask(email) == ""
    assert Mail.objects.count() == 0


def test_a_closed_account_is_not_opened_by_a_link(cast: Cast) -> None:
    link = ask()
    Person.objects.filter(pk=cast.bob.pk).update(is_active=False)
    if works(link):
        choose(link, NEW)
    assert (can_sign_in(NEW), can_sign_in(PASSWORD)) == (False, False)
    Mail.objects.all().delete()
    assert ask() == ""


@pytest.mark.parametrize(("language", "words"), [("fr", "mot de passe"), ("en", "password")])
def test_the_mail_speaks_the_person_s_language_whoever_asks(cast: Cast, language: str, words: str) -> None:
    Person.objects.filter(pk=cast.bob.pk).update(language=language)
    other = {"fr": "en", "en": "fr"}[language]
    Client().post("/password/", {"email": BOB}, headers={"Accept-Language": other})
    mail = Mail.objects.get()
    assert (mail.language, words in mail.subject.lower()) == (language, True)
    assert PASSWORD not in mail.text + mail.html


def test_the_mail_waits_in_the_outbox_and_is_written_once(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks():
        ask()
    mail = Mail.objects.get()
    assert (mail.state, mail.tries, mail.to) == (MailState.PLANNED, 0, BOB)
    assert mail.brand is None


def test_changing_one_s_own_password_ends_every_other_session(cast: Cast, signed_in: SignIn) -> None:
    here, elsewhere, link = signed_in(cast.bob), signed_in(cast.bob), ask()
    data = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert here.post("/me/password/", {**data, "old_password": "guessed"}).status_code == 422
    assert elsewhere.get("/me/").status_code == 200
    assert here.post("/me/password/", data).status_code == 302
    assert here.get("/me/").status_code == 200
    assert elsewhere.get("/me/").status_code == 302
    assert not works(link)
