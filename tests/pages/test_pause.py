"""Pausing and starting again: once, with a reason, by those who may, and everybody is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cm_suite.core.crypto import keyed_hash
from cm_suite.core.ledger import verify
from cm_suite.core.models import LedgerEntry
from pages.forms.settings import PauseForm
from pages.models import Page, Pause, Person
from pages.notices.models import Mail, Notice
from pages.selectors.pauses import open_pauses, past_pauses
from pages.services.pause import NotOfThisBrand, active_pause, pause, resume
from tests.people import Cast

pytestmark = pytest.mark.django_db

type SignIn = Callable[[Person], Client]
AT = datetime(2026, 8, 3, 10, 0, tzinfo=UTC)


def second_page(cast: Cast) -> Page:
    """A second page of the brand."""
    return Page.objects.create(
        brand=cast.brand, network="mastodon", host="https://m.example", remote_id="1", name="M"
    )


def address(cast: Cast) -> str:
    """The page of pauses."""
    return reverse("pages:pause", args=[cast.brand.slug])


def end(cast: Cast, paused: Pause) -> str:
    """Where a pause is ended."""
    return reverse("pages:resume", args=[cast.brand.slug, paused.pk])


def test_a_brands_pause_stops_all_its_pages_and_no_other(cast: Cast) -> None:
    paused = pause(cast.brand, None, "A crisis", cast.alice)
    assert active_pause(cast.newsroom) == paused
    assert active_pause(second_page(cast)) == paused
    assert active_pause(cast.other_newsroom) is None


def test_a_pages_pause_stops_that_page(cast: Cast) -> None:
    other = second_page(cast)
    paused = pause(cast.brand, other, "Wrong account", cast.ada)
    assert active_pause(other) == paused
    assert active_pause(cast.newsroom) is None


def test_the_brands_pause_is_named_before_the_pages(cast: Cast) -> None:
    own = pause(cast.brand, cast.newsroom, "Own", cast.ada)
    whole = pause(cast.brand, None, "Whole", cast.ada)
    assert active_pause(cast.newsroom) == whole
    assert open_pauses(cast.brand) == [whole, own]
    assert resume(whole, cast.ada)
    assert active_pause(cast.newsroom) == own


def test_a_page_of_another_brand_cannot_be_paused(cast: Cast) -> None:
    with pytest.raises(NotOfThisBrand):
        pause(cast.brand, cast.other_newsroom, "No", cast.alice)
    assert Pause.objects.count() == 0


@pytest.mark.parametrize("whole", [True, False])
def test_paused_twice_is_paused_once(cast: Cast, whole: bool) -> None:
    page = None if whole else cast.newsroom
    first = pause(cast.brand, page, "First", cast.alice)
    second = pause(cast.brand, page, "Second", cast.ada)
    assert (second.pk, second.reason) == (first.pk, "First")
    assert Pause.objects.count() == 1
    assert LedgerEntry.objects.count() == 1
    assert Notice.objects.filter(person=cast.bob).count() == 1


def test_ended_twice_is_ended_once(cast: Cast) -> None:
    paused = pause(cast.brand, None, "A crisis", cast.alice)
    with time_machine.travel(AT, tick=False):
        assert resume(paused, cast.ada)
    assert not resume(Pause.objects.get(), cast.bob)
    row = Pause.objects.get()
    assert (row.ended_at, row.ended_by) == (AT, cast.ada)
    assert active_pause(cast.newsroom) is None
    assert list(past_pauses(cast.brand)) == [row]
    assert list(LedgerEntry.objects.values_list("kind", "actor_id")) == [
        ("pause.started", cast.alice.pk),
        ("pause.ended", cast.ada.pk),
    ]


def test_it_can_be_paused_again(cast: Cast) -> None:
    resume(pause(cast.brand, None, "One", cast.alice), cast.alice)
    again = pause(cast.brand, None, "Two", cast.alice)
    assert (again.reason, Pause.objects.count()) == ("Two", 2)


def test_the_others_are_told_and_the_ledger_holds_no_words(cast: Cast) -> None:
    resume(pause(cast.brand, None, "A crisis", cast.alice), cast.ada)
    told = Notice.objects.order_by("pk").values_list("kind", "person__name", "subject")
    assert sorted(told) == sorted(
        [("paused", name, "Maison Lumen · A crisis") for name in ("Bob", "Mona", "Ada", "Vera")]
        + [("resumed", name, "Maison Lumen") for name in ("Alice", "Bob", "Mona", "Vera")]
    )
    assert sorted(mail.to.partition("@")[0] for mail in Mail.objects.all()) == ["ada", "bob", "mona", "vera"]
    first = LedgerEntry.objects.earliest("seq")
    assert first.content_hash == keyed_hash("A crisis")
    assert verify(cast.brand.pk) is None


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("lead", 302),
        ("approver", 302),
        ("author", 403),
        ("moderator", 403),
        ("viewer", 403),
        ("outsider", 404),
    ],
)
def test_who_may_pause_and_resume(cast: Cast, signed_in: SignIn, role: str, status: int) -> None:
    client = signed_in(cast.by_role()[role])
    assert client.post(address(cast), {"page": "", "reason": "A crisis"}).status_code == status
    assert Pause.objects.count() == (1 if status == 302 else 0)
    paused = pause(cast.brand, None, "A crisis", cast.alice)
    assert client.post(end(cast, paused)).status_code == status
    assert (active_pause(cast.newsroom) is None) == (status == 302)


def test_everybody_on_the_brand_reads_why(cast: Cast, signed_in: SignIn) -> None:
    pause(cast.brand, None, "A crisis", cast.alice)
    for role, person in cast.by_role().items():
        page = signed_in(person).get(address(cast))
        assert page.status_code == (404 if role == "outsider" else 200)
    seen = signed_in(cast.vera).get(address(cast)).content.decode()
    assert "A crisis" in seen
    assert "resume" not in seen


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_a_reason_is_asked_for(cast: Cast, signed_in: SignIn, reason: str) -> None:
    answer = signed_in(cast.alice).post(address(cast), {"page": "", "reason": reason})
    assert answer.status_code == 422
    assert Pause.objects.count() == 0


def test_the_dialog_takes_as_many_letters_as_the_form(cast: Cast, signed_in: SignIn) -> None:
    page = signed_in(cast.alice).get(reverse("pages:page", args=[cast.brand.slug, cast.newsroom.pk]))
    field = BeautifulSoup(page.content, "lxml").select_one("#pause textarea[name=reason]")
    assert field is not None
    longest = int(str(field["maxlength"]))
    for letters, valid in ((longest, True), (longest + 1, False)):
        assert PauseForm(cast.brand, {"reason": "x" * letters}).is_valid() is valid


def test_another_brands_page_is_no_choice(cast: Cast, signed_in: SignIn) -> None:
    form = {"page": cast.other_newsroom.pk, "reason": "Mischief"}
    assert signed_in(cast.alice).post(address(cast), form).status_code == 422
    assert Pause.objects.count() == 0


def test_another_brands_pause_cannot_be_ended(cast: Cast, signed_in: SignIn) -> None:
    paused = pause(cast.other_brand, None, "Theirs", cast.charlie)
    assert signed_in(cast.alice).post(end(cast, paused)).status_code == 404
    assert active_pause(cast.other_newsroom) == paused


def test_a_second_click_says_so_and_changes_nothing(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    for _turn in range(2):
        client.post(address(cast), {"page": cast.newsroom.pk, "reason": "Wrong account"})
    assert Pause.objects.count() == 1
    client.post(end(cast, Pause.objects.get()))
    client.post(end(cast, Pause.objects.get()))
    assert [row.kind for row in LedgerEntry.objects.order_by("seq")] == ["pause.started", "pause.ended"]


def test_a_get_ends_nothing(cast: Cast, signed_in: SignIn) -> None:
    paused = pause(cast.brand, None, "A crisis", cast.alice)
    assert signed_in(cast.alice).get(end(cast, paused)).status_code == 405
    assert active_pause(cast.newsroom) == paused


def test_the_page_costs_the_same_at_one_and_three(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    costs = []
    for turns in (1, 2):
        for _turn in range(turns):
            resume(pause(cast.brand, None, "A crisis", cast.alice), cast.ada)
            page = Page.objects.create(
                brand=cast.brand, network="x", remote_id=str(Page.objects.count()), name="P"
            )
            pause(cast.brand, page, "This page", cast.ada)
        client.get(address(cast))
        with CaptureQueriesContext(connection) as queries:
            client.get(address(cast))
        costs.append(len(queries))
    assert costs[0] == costs[1]
