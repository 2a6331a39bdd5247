"""One's own page: name, language, password."""

from collections.abc import Callable

import pytest
from django.test import Client

from pages.models import Person
from tests.people import PASSWORD, Cast, make_person

SignIn = Callable[[Person], Client]
NEW = "velours-et-sapin"


def test_name_and_language_are_saved_and_the_answer_speaks_it(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.bob)
    response = client.post("/me/", {"name": "Robert", "language": "en", "email": "x@y.example"}, follow=True)
    person = Person.objects.get(pk=cast.bob.pk)
    assert (person.name, person.language, person.email) == ("Robert", "en", "bob@agence.example")
    assert [str(message) for message in response.context["messages"]] == ["Your profile is saved."]
    assert client.cookies["cm_language"].value == "en"


@pytest.mark.parametrize("data", [{"name": "", "language": "en"}, {"name": "Bob", "language": "tlh"}])
def test_a_mistake_is_said_and_nothing_is_saved(cast: Cast, signed_in: SignIn, data: dict[str, str]) -> None:
    response = signed_in(cast.bob).post("/me/", data)
    assert response.status_code == 422
    person = Person.objects.get(pk=cast.bob.pk)
    assert (person.name, person.language) == ("Bob", "fr")


def test_a_new_password_ends_the_other_sessions(cast: Cast, signed_in: SignIn) -> None:
    here, elsewhere = signed_in(cast.bob), signed_in(cast.bob)
    data = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert here.post("/me/password/", data).headers["Location"] == "/me/"
    assert here.get("/me/").status_code == 200
    assert elsewhere.get("/me/").status_code == 302
    assert Person.objects.get(pk=cast.bob.pk).check_password(NEW)


@pytest.mark.parametrize(
    ("old", "first", "second", "field"),
    [
        ("not mine", NEW, NEW, "old_password"),
        (PASSWORD, NEW, "another-one-here", "new_password2"),
        (PASSWORD, "short", "short", "new_password2"),
    ],
)
def test_a_password_is_not_changed_by_mistake(
    cast: Cast, signed_in: SignIn, old: str, first: str, second: str, field: str
) -> None:
    data = {"old_password": old, "new_password1": first, "new_password2": second}
    response = signed_in(cast.bob).post("/me/password/", data)
    assert response.status_code == 422
    assert list(response.context["password_form"].errors) == [field]
    assert Person.objects.get(pk=cast.bob.pk).check_password(PASSWORD)


def test_the_switch_of_language_is_kept_for_the_person(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.bob)
    response = client.post("/language/", {"language": "en", "next": "/me/"})
    assert (response.status_code, response.headers["Location"]) == (302, "/me/")
    assert response.cookies["cm_language"].value == "en"
    assert Person.objects.get(pk=cast.bob.pk).language == "en"
    assert client.get("/me/").headers["Content-Language"] == "en"


def test_a_language_we_do_not_speak_changes_nothing(cast: Cast, signed_in: SignIn) -> None:
    signed_in(cast.bob).post("/language/", {"language": "de", "next": "/me/"})
    assert Person.objects.get(pk=cast.bob.pk).language == "fr"


def test_a_visitor_switches_too(db: None) -> None:
    response = Client().post("/language/", {"language": "en", "next": "/sign-in/"})
    assert response.cookies["cm_language"].value == "en"


def test_somebody_on_no_brand_is_told_what_to_expect(db: None, signed_in: SignIn) -> None:
    person = make_person("Zoe")
    Person.objects.filter(pk=person.pk).update(language="en")
    html = signed_in(person).get("/me/").content.decode()
    assert "You see a brand as soon as one of its leads invites you." in html
