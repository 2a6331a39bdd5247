"""The back office of audits, as a lead sees it."""

from __future__ import annotations

from collections.abc import Callable

from bs4 import BeautifulSoup
from django.test import Client

from pages.models import Person
from tests.people import Cast
from tests.reputation.makers import make
from tests.reputation.shelf import run_of, unread


def test_every_choice_of_a_fault_has_a_name(cast: Cast, signed_in: Callable[[Person], Client]) -> None:
    run, other = run_of(make(cast.brand, cast.alice)), run_of(make(cast.other_brand, cast.charlie))
    unread(run, "a", "not_found")
    unread(run, "b", "")
    unread(other, "c", "deadline")
    answer = signed_in(cast.alice).get("/admin/reputation/fetch/", headers={"Accept-Language": "en"})
    page = BeautifulSoup(answer.content, "html.parser")
    links = {a["href"]: a.get_text(strip=True) for a in page.select("a[href^='?code']")}
    assert links == {"?code=": "Aucune", "?code=not_found": "Cette page n’existe pas sur le site."}
