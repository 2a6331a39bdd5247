"""Pausing and resuming as people do it: from the buttons a page shows, with every token in place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client

from cm_suite.core.models import LedgerEntry
from pages.models import Page, Pause, Person
from pages.services.pause import active_pause, pause
from tests.people import Cast

ROOM = "/b/maison-lumen/"


class Desk:
    """Somebody at the screen: what they see, and the forms they can send, as the browser would."""

    def __init__(self, person: Person) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.client.force_login(person)

    def see(self, path: str) -> BeautifulSoup:
        return BeautifulSoup(self.client.get(path).content, "lxml")

    def form(self, path: str, action: str) -> Tag | None:
        return self.see(path).select_one(f'form[method="post"][action="{action}"]')

    def send(self, form: Tag, **typed: str) -> str:
        """Send the form with its hidden fields; where that leads."""
        hidden = {str(each["name"]): str(each["value"]) for each in form.select("input[type=hidden]")}
        response = self.client.post(str(form["action"]), {**hidden, **typed})
        assert response.status_code == 302
        return str(response.headers["Location"])


def second_page(cast: Cast) -> Page:
    return Page.objects.create(
        brand=cast.brand, network="mastodon", host="https://m.example", remote_id="1", name="Lumen social"
    )


def resume_of(paused: Pause) -> str:
    return f"{ROOM}pause/{paused.pk}/resume/"


def test_a_page_is_paused_and_resumed_from_its_own_room(cast: Cast) -> None:
    desk, page = Desk(cast.ada), second_page(cast)
    room = f"{ROOM}pages/{page.pk}/"
    asked = desk.form(room, f"{ROOM}pause/")
    assert asked is not None
    assert desk.send(asked, reason="Wrong account") == f"{ROOM}pause/"
    paused = Pause.objects.get()
    assert (paused.page, paused.reason, paused.started_by) == (page, "Wrong account", cast.ada)
    assert desk.form(room, f"{ROOM}pause/") is None
    ending = desk.form(room, resume_of(paused))
    assert ending is not None
    assert "Wrong account" in desk.see(room).get_text()
    desk.send(ending)
    assert active_pause(page) is None
    assert Pause.objects.get().ended_by == cast.ada
    assert desk.form(room, resume_of(paused)) is None
    assert desk.form(room, f"{ROOM}pause/") is not None


def test_a_brand_s_pause_is_ended_from_any_of_its_pages(cast: Cast) -> None:
    desk, page = Desk(cast.alice), second_page(cast)
    whole = pause(cast.brand, None, "A recall", cast.ada)
    own = pause(cast.brand, page, "A typo", cast.ada)
    room = f"{ROOM}pages/{page.pk}/"
    ending = desk.form(room, resume_of(whole))
    assert ending is not None
    assert desk.form(room, resume_of(own)) is None
    desk.send(ending)
    assert active_pause(page) == own
    assert active_pause(cast.newsroom) is None
    assert desk.form(room, resume_of(own)) is not None


@pytest.mark.parametrize("path", [ROOM, f"{ROOM}pause/", f"{ROOM}settings/"])
def test_wherever_a_pause_is_listed_it_can_be_ended(cast: Cast, path: str) -> None:
    paused = pause(cast.brand, cast.newsroom, "A typo", cast.alice)
    desk = Desk(cast.ada)
    ending = desk.form(path, resume_of(paused))
    assert ending is not None
    desk.send(ending)
    assert Pause.objects.get().ended_by == cast.ada
    assert desk.form(path, resume_of(paused)) is None


@pytest.mark.parametrize("person", ["bob", "mona", "vera"])
def test_others_see_why_and_no_button(cast: Cast, person: str) -> None:
    paused = pause(cast.brand, cast.newsroom, "A fire in the shop", cast.alice)
    desk = Desk(getattr(cast, person))
    for path in (ROOM, f"{ROOM}pause/"):
        html = desk.see(path)
        assert "A fire in the shop" in html.get_text()
        assert [form for form in html.select("form") if "pause" in str(form.get("action"))] == []
    assert desk.form(f"{ROOM}pages/{cast.newsroom.pk}/", resume_of(paused)) is None


def test_a_button_pressed_on_an_old_screen_ends_nothing_else(cast: Cast) -> None:
    old = Desk(cast.alice)
    first = pause(cast.brand, cast.newsroom, "First", cast.alice)
    stale = old.form(ROOM, resume_of(first))
    assert stale is not None
    colleague = Desk(cast.ada)
    same = colleague.form(ROOM, resume_of(first))
    assert same is not None
    colleague.send(same)
    second = pause(cast.brand, cast.newsroom, "Second", cast.ada)
    old.send(stale)
    assert active_pause(cast.newsroom) == second
    assert [row.kind for row in LedgerEntry.objects.order_by("seq")] == [
        "pause.started",
        "pause.ended",
        "pause.started",
    ]


def test_without_the_form_s_token_nothing_is_paused_or_resumed(cast: Cast) -> None:
    paused = pause(cast.brand, cast.newsroom, "First", cast.alice)
    desk = Desk(cast.alice)
    assert desk.client.post(resume_of(paused)).status_code == 403
    assert desk.client.post(f"{ROOM}pause/", {"page": "", "reason": "Mischief"}).status_code == 403
    assert [row.reason for row in Pause.objects.filter(ended_at=None)] == ["First"]


@pytest.fixture
def asked(cast: Cast) -> Callable[[str, str], str]:
    """Ask for a pause by hand, and read what is said."""

    def ask(page: str, reason: str) -> str:
        client = Client()
        client.force_login(cast.alice)
        response = client.post(f"{ROOM}pause/", {"page": page, "reason": reason}, follow=True)
        return " ".join(str(each) for each in response.context["messages"])

    return ask


def test_whoever_comes_second_reads_the_first_reason(cast: Cast, asked: Callable[[str, str], str]) -> None:
    Person.objects.update(language="en")
    page = str(cast.newsroom.pk)
    assert asked(page, "A recall") == "Publishing is paused. What is planned is kept."
    assert asked(page, "A typo") == "It was paused already, for this reason: A recall"
    assert asked("", "A typo") == "Publishing is paused. What is planned is kept."
    assert sorted(Pause.objects.values_list("reason", flat=True)) == ["A recall", "A typo"]
