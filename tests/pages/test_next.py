"""Wherever an address says where to go next, it leads to a page of this house or home, never outside."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from cm_suite.core import clock
from pages.models import Person
from publishing.models import Delivery, Post
from tests.people import PASSWORD, Cast

SignIn = Callable[[Person], Client]
OUTSIDE = (
    "https://evil.example/",
    "http://evil.example",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "https:evil.example",
    "https:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    " https://evil.example/",
    "\thttps://evil.example/",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
)
INSIDE = ("/b/maison-lumen/people/", "/me/?tab=1", "/b/maison-lumen/#now")
outside = pytest.mark.parametrize("target", OUTSIDE)
inside = pytest.mark.parametrize("target", INSIDE)


def led(response: Any) -> str:
    """Where a redirect leads, as a browser reads it."""
    return str(response.headers["Location"])


def is_ours(location: str) -> bool:
    """Whether a browser on one of our pages stays with us."""
    if re.match(r"/[/\\]", location):
        return False
    return location.startswith("/") and not urlsplit(location).netloc


def sign_in(target: str, where: str) -> str:
    """Sign in with a target in the form or in the address."""
    data = {"username": "bob@agence.example", "password": PASSWORD}
    if where == "form":
        return led(Client().post("/sign-in/", {**data, "next": target}))
    return led(Client().post("/sign-in/", data, query_params={"next": target}))


@pytest.mark.parametrize("where", ["form", "address"])
@outside
def test_signing_in_never_leads_outside(cast: Cast, target: str, where: str) -> None:
    assert sign_in(target, where) == "/"


@pytest.mark.parametrize("where", ["form", "address"])
@inside
def test_signing_in_leads_where_one_wanted(cast: Cast, target: str, where: str) -> None:
    assert sign_in(target, where) == target


@outside
def test_a_sign_in_page_does_not_repeat_a_target_as_a_link(cast: Cast, target: str) -> None:
    html = Client().get("/sign-in/", {"next": target}).content.decode()
    assert f'href="{target}"' not in html
    assert f'action="{target}"' not in html


@outside
def test_somebody_signed_in_is_not_sent_outside(cast: Cast, signed_in: SignIn, target: str) -> None:
    assert led(signed_in(cast.bob).get("/sign-in/", {"next": target})) == "/"


@outside
def test_switching_the_language_never_leads_outside(cast: Cast, signed_in: SignIn, target: str) -> None:
    response = signed_in(cast.bob).post("/language/", {"language": "en", "next": target})
    assert is_ours(led(response))
    assert Person.objects.get(pk=cast.bob.pk).language == "en"


@outside
def test_switching_the_language_does_not_trust_where_one_came_from(cast: Cast, target: str) -> None:
    response = Client().post("/language/", {"language": "en"}, headers={"Referer": target})
    assert is_ours(led(response))


@inside
def test_switching_the_language_stays_on_the_page(cast: Cast, signed_in: SignIn, target: str) -> None:
    assert led(signed_in(cast.bob).post("/language/", {"language": "en", "next": target})) == target


@outside
def test_the_back_office_s_door_never_leads_outside(cast: Cast, signed_in: SignIn, target: str) -> None:
    assert led(signed_in(cast.alice).get("/admin/login/", {"next": target})) == "/admin/"
    client = Client()
    first = led(client.get("/admin/login/", {"next": target}))
    assert is_ours(first)
    data = {"username": "alice@agence.example", "password": PASSWORD}
    assert led(client.post(first, data)) == "/"


@outside
def test_an_act_on_a_post_never_leads_outside(cast: Cast, signed_in: SignIn, target: str) -> None:
    post = Post.objects.create(brand=cast.brand, text="A post")
    made = Delivery.objects.create(post=post, page=cast.newsroom, due_at=clock.now(), state="planned")
    path = f"/b/maison-lumen/deliveries/{made.pk}/cancel/"
    response = signed_in(cast.bob).post(path, {"next": target})
    assert (response.status_code, is_ours(led(response))) == (302, True)
    made.refresh_from_db()
    assert made.state == "cancelled"


@outside
def test_signing_out_never_leads_outside(cast: Cast, signed_in: SignIn, target: str) -> None:
    client = signed_in(cast.bob)
    assert is_ours(led(client.post("/sign-out/", {"next": target})))
    assert client.session.get("_auth_user_id") is None


@pytest.mark.parametrize("path", ["/b/maison-lumen/plan/?from=2026-03-02", "/me/notices/", "/"])
def test_a_page_one_had_to_sign_in_for_is_the_one_that_opens(cast: Cast, path: str) -> None:
    client = Client()
    door = led(client.get(path))
    assert urlsplit(door).path == "/sign-in/"
    form = client.get(door)
    assert form.status_code == 200
    data = {"username": "bob@agence.example", "password": PASSWORD}
    assert led(client.post(door, data)) == path
