"""Pages that say no: they keep the frame, say what to do, and tell a stranger nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings as project
from django.test import Client

from pages.models import Person
from tests.people import PASSWORD, Cast

SignIn = Callable[[Person], Client]


def test_a_role_without_the_right_reads_why(cast: Cast, signed_in: SignIn) -> None:
    Person.objects.update(language="en")
    response = signed_in(cast.vera).get("/b/maison-lumen/posts/new/")
    html = response.content.decode()
    assert response.status_code == 403
    assert "As viewer of Maison Lumen you cannot do this." in html
    assert "/b/maison-lumen/plan/" in html


def test_a_stranger_reads_the_same_for_a_brand_that_exists_and_one_that_does_not(
    cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.charlie)
    pages = []
    for slug in ("maison-lumen", "nowhere-else"):
        response = client.get(f"/b/{slug}/people/")
        assert response.status_code == 404
        pages.append(response.content.decode().replace(slug, "…"))
    for page in pages:
        assert "Maison Lumen" not in page
        assert "Alice" not in page
    assert strip(pages[0]) == strip(pages[1])


def strip(html: str) -> str:
    """The page without the tokens that differ at each request."""
    return re.sub(r"\b[A-Za-z0-9]{64}\b", "", html)


def test_a_form_without_its_token_is_refused_and_nothing_happens(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/sign-in/", {"username": "bob@agence.example", "password": PASSWORD})
    assert response.status_code == 403
    assert "_auth_user_id" not in strict.session


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-out/", "/language/", "/password/"])
def test_public_forms_take_a_token_too(cast: Cast, path: str) -> None:
    assert Client(enforce_csrf_checks=True).post(path, {}).status_code == 403


def test_the_session_s_cookie_is_out_of_reach_of_scripts(cast: Cast) -> None:
    response = Client().post("/sign-in/", {"username": "bob@agence.example", "password": PASSWORD})
    cookie = response.cookies[project.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_every_page_carries_the_strict_policy(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    for path in ("/me/", "/b/maison-lumen/", "/b/maison-lumen/people/", "/admin/", "/nowhere/"):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "script-src 'self'" in policy


def test_no_page_of_ours_writes_style_or_script_inline(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    for path in ("/me/", "/b/maison-lumen/", "/b/maison-lumen/people/", "/admin/", "/admin/queues/"):
        html = client.get(path).content.decode()
        assert [word for word in (" style=", " onclick=", "<style") if word in html] == [], path
        assert "<script>" not in html
