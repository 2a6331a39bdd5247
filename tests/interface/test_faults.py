"""Pages for when things go wrong: what happened, what is safe, what to do; no trace of the machine."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.template.loader import get_template
from django.test import Client
from django.utils import translation

from pages.models import Person
from tests.people import Cast


def heading(content: bytes) -> str:
    found = BeautifulSoup(content, "lxml").select("h1")
    assert len(found) == 1
    return found[0].get_text(strip=True)


def english() -> Client:
    return Client(headers={"accept-language": "en"})


@pytest.mark.django_db
def test_an_address_that_leads_nowhere_says_so_to_a_stranger() -> None:
    response = english().get("/nowhere/")
    assert (response.status_code, heading(response.content)) == (404, "Nothing at this address")
    assert b'class="rail"' not in response.content


def test_somebody_signed_in_keeps_the_way_to_their_brands(
    cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    response = signed_in(cast.alice).get("/b/atelier-roche/people/", headers={"accept-language": "en"})
    assert response.status_code == 404
    soup = BeautifulSoup(response.content, "lxml")
    assert soup.select(".rail a[href='/b/maison-lumen/']") != []
    assert "Atelier Roche" not in soup.get_text()


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_with_a_way_out() -> None:
    response = Client(enforce_csrf_checks=True, headers={"accept-language": "en"}).post("/sign-in/", {})
    assert (response.status_code, heading(response.content)) == (403, "This form has expired")


@pytest.mark.parametrize("name", ["400", "500", "403_csrf"])
def test_the_page_needs_nothing_from_the_request(name: str) -> None:
    with translation.override("en"):
        html = get_template(f"{name}.html").render()
    soup = BeautifulSoup(html, "lxml")
    assert len(soup.select("h1")) == 1
    assert [str(link["href"]) for link in soup.select("main a")] == ["/"]
    assert soup.select("form") == []


def test_a_role_too_small_is_told_which_words_the_view_gave() -> None:
    with translation.override("en"):
        plain = get_template("403.html").render({"exception": ""})
        told = get_template("403.html").render({"exception": "The queues are for <others>."})
    assert "A lead of the brand can do it for you" in plain
    assert "The queues are for &lt;others&gt;." in told
