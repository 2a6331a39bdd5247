"""The back office speaks in words: names of lists, events of the ledger, codes, times."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from cm_suite.core import ledger
from cm_suite.core.models import LedgerEntry
from moderation.enums import CloseCode, Decided
from moderation.models import Action, ListeningCheck, Review, Watch
from pages.admin import back_office
from pages.admin_events import EVENTS, SUBJECTS, event_words, subject_words
from pages.models import Page, Person
from pages.newsroom.models import NewsroomPost
from publishing.enums import DeliveryState
from publishing.models import Delivery, PostImage
from publishing.services import outcomes
from reputation.models import Audit, Fetch, Run
from tests.pages.admin_rows import make_row
from tests.people import Cast

SignIn = Callable[[Person], Client]
MODELS = sorted(back_office._registry, key=lambda model: model._meta.label)
SERVICES = [
    path
    for app in ("pages", "publishing", "moderation", "reputation")
    for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py"))
    if "migrations" not in path.parts and path.name != "admin_events.py"
]


@pytest.fixture
def english(cast: Cast) -> Cast:
    cast.alice.language = "en"
    cast.alice.save(update_fields=["language"])
    return cast


def url(model: type[Model], view: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def details(client: Client, row: Model) -> dict[str, str]:
    """What a row's own page shows, by the name of each field."""
    page = BeautifulSoup(client.get(url(type(row), "change", row.pk)).content, "lxml")
    shown = {}
    for box in page.select(".form-row"):
        label, value = box.select_one("label"), box.select_one(".readonly")
        if label is not None and value is not None:
            shown[label.get_text(strip=True).rstrip("\xa0:")] = value.get_text()
    return shown


def cells(client: Client, model: type[Model], column: str) -> set[str]:
    page = BeautifulSoup(client.get(url(model, "changelist")).content, "lxml")
    return {cell.get_text(strip=True) for cell in page.select(f".field-{column}")}


def choices(client: Client, model: type[Model], title: str) -> list[str]:
    page = BeautifulSoup(client.get(url(model, "changelist")).content, "lxml")
    for each in page.select("#changelist-filter details"):
        if each.summary is not None and " ".join(each.summary.get_text().split()) == title:
            return [link.get_text(strip=True) for link in each.select("li a")]
    return []


@pytest.mark.parametrize("model", MODELS, ids=[model._meta.label for model in MODELS])
def test_a_model_names_itself_and_many_of_itself(model: type[Model]) -> None:
    given: dict[str, Any] = model._meta.original_attrs
    assert {"verbose_name", "verbose_name_plural"} <= given.keys()
    one, many = model._meta.verbose_name, model._meta.verbose_name_plural
    assert str(one) != str(many)


@pytest.mark.parametrize("model", MODELS, ids=[model._meta.label for model in MODELS])
def test_a_row_s_page_shows_no_raw_time_and_no_none(
    english: Cast, signed_in: SignIn, model: type[Model]
) -> None:
    if model is Person:
        pytest.skip("for those who run the installation, and a form")
    shown = details(signed_in(english.alice), make_row(model, english.brand, english.alice))
    raw = {name: said for name, said in shown.items() if said == "None" or re.search(r"\+00:00|T\d\d:", said)}
    assert raw == {}


def test_times_are_told_on_the_clocks_of_the_installation(english: Cast, signed_in: SignIn) -> None:
    row = make_row(Run, english.brand, english.alice, asked_at="2026-07-01T10:00:00Z")
    shown = details(signed_in(english.alice), row)
    assert (shown["Asked on"], shown["Ended on"]) == ("July 1, 2026, noon", "-")


class TestLedger:
    def test_an_event_and_what_it_is_about_are_in_words(self, english: Cast, signed_in: SignIn) -> None:
        entry = make_row(LedgerEntry, english.brand, english.alice)
        ledger.append(english.brand.pk, "later.version", actor_id=None, subject_kind="thing", subject_id=1)
        client = signed_in(english.alice)
        assert cells(client, LedgerEntry, "kind") == {"Person left the team", "later.version"}
        assert cells(client, LedgerEntry, "subject_kind") == {"person", "thing"}
        assert choices(client, LedgerEntry, "By event") == ["All", "later.version", "Person left the team"]
        shown = details(client, entry)
        assert (shown["Event"], shown["About"]) == ("Person left the team", "person")
        assert "person.left" not in client.get(url(LedgerEntry, "change", entry.pk)).content.decode()

    def test_the_filter_finds_the_event(self, english: Cast, signed_in: SignIn) -> None:
        make_row(LedgerEntry, english.brand, english.alice)
        ledger.append(english.brand.pk, "brand.created", actor_id=None, subject_kind="brand", subject_id=1)
        found = signed_in(english.alice).get(url(LedgerEntry, "changelist"), {"kind": "brand.created"})
        assert [entry.kind for entry in found.context["cl"].queryset] == ["brand.created"]

    def test_every_event_that_is_written_has_words(self) -> None:
        first = {code.partition(".")[0] for code in EVENTS}
        written = {f"decision.{act}" for act in Decided} | {f"review.{code}" for code in CloseCode}
        for path in SERVICES:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    words = re.fullmatch(r"([a-z]+)\.([a-z_]+)", node.value)
                    if words and words[1] in first and "services" in path.parts:
                        written.add(node.value)
        followed = re.findall(r"\bfollow\(delivery, S\.([A-Z_]+)", inspect.getsource(outcomes))
        written |= {f"delivery.{DeliveryState[name]}" for name in followed}
        assert written - EVENTS.keys() == set()
        assert written >= {
            "delivery.published",
            "person.left",
            "page.refused",
            "audit.run_done",
            "mail.sent_again",
        }

    def test_everything_a_line_is_about_has_words(self) -> None:
        about = {
            found
            for path in SERVICES
            for found in re.findall(r'subject_kind="(\w+)"', path.read_text(encoding="utf-8"))
        }
        assert about - SUBJECTS.keys() == set()

    def test_no_words_are_said_of_two_events(self) -> None:
        assert len({str(words) for words in EVENTS.values()}) == len(EVENTS)
        assert (event_words("x.y"), subject_words("z")) == ("x.y", "z")


class TestCodes:
    def test_a_parution_s_type_of_content_and_language(self, english: Cast, signed_in: SignIn) -> None:
        told = {"page": english.newsroom, "language": "fr"}
        for number, kind in enumerate(("promotion", "backstage")):
            row = make_row(
                NewsroomPost, english.brand, english.alice, content_type=kind, key=f"{number}", **told
            )
        client = signed_in(english.alice)
        assert cells(client, NewsroomPost, "content_type") == {"Advertisement", "Behind the scenes"}
        assert cells(client, NewsroomPost, "language") == {"French"}
        offered = choices(client, NewsroomPost, "By content type")
        assert offered == ["All", "Behind the scenes", "Advertisement"]
        assert details(client, row)["Content type"] == "Behind the scenes"

    def test_a_page_s_network(self, english: Cast, signed_in: SignIn) -> None:
        Page.objects.create(brand=english.brand, network="mastodon", remote_id="1", name="Second")
        client = signed_in(english.alice)
        assert cells(client, Page, "network") == {"Public page", "Mastodon"}
        assert choices(client, Page, "By network") == ["All", "Mastodon", "Public page"]
        shown = details(client, english.newsroom)
        assert (shown["Network"], shown["Asked to wait until"]) == ("Public page", "-")

    @pytest.mark.parametrize(("state", "words"), [("idle", "Waiting"), ("polling", "Being read")])
    def test_a_watch_s_state_and_why(self, english: Cast, signed_in: SignIn, state: str, words: str) -> None:
        told = {"page": english.newsroom, "state": state, "code": "unexpected"}
        row = make_row(Watch, english.brand, english.alice, **told)
        client = signed_in(english.alice)
        assert cells(client, Watch, "state") == {words}
        said = details(client, row)
        assert (said["State"], said["Explanation"].startswith("Something unexpected")) == (words, True)

    @pytest.mark.parametrize(
        ("model", "code", "words"),
        [
            (Action, "paused", "The page is paused: the reply waits until it starts again."),
            (ListeningCheck, "mark_stuck", "The network says there is more and does not give it."),
            (Delivery, "late", "Too late to leave by itself"),
            (Delivery, "token_refused", "The network"),
            (Run, "no_sources", "The audit has nowhere to look."),
            (Fetch, "not_found", "There is no such page on the site."),
        ],
    )
    def test_why_a_row_stands_there(
        self, english: Cast, signed_in: SignIn, model: type[Model], code: str, words: str
    ) -> None:
        row = make_row(model, english.brand, english.alice, code=code)
        client = signed_in(english.alice)
        (listed,) = {said for said in cells(client, model, "code") if said != "-" and "secret" not in said}
        assert listed.startswith(words)
        assert details(client, row)["Explanation"] == listed

    @pytest.mark.parametrize(
        ("step", "words"),
        [
            ("edit", "Change what is sent"),
            ("reconnect", "Reconnect the page"),
            ("pay", "Pay the network"),
            ("contact", "Ask the network"),
            ("none", "Nothing can be done"),
            ("", "-"),
        ],
    )
    def test_what_can_be_done_about_a_refused_act(
        self, english: Cast, signed_in: SignIn, step: str, words: str
    ) -> None:
        row = make_row(Action, english.brand, english.alice, step=step)
        assert details(signed_in(english.alice), row)["Step"] == words

    def test_why_a_review_was_closed_and_how_grave_it_is(self, english: Cast, signed_in: SignIn) -> None:
        told = {"close_code": "erased", "severity": 3}
        shown = details(signed_in(english.alice), make_row(Review, english.brand, english.alice, **told))
        assert shown["Why it was closed"] == "Its words and its author were erased at their request."
        assert shown["Severity"] == "High risk"

    def test_when_an_audit_runs(self, english: Cast, signed_in: SignIn) -> None:
        row = make_row(Audit, english.brand, english.alice, cron="0 8 * * 1")
        client = signed_in(english.alice)
        assert cells(client, Audit, "cron") == {"Every Monday at 08:00"}
        assert details(client, row)["Schedule"] == "Every Monday at 08:00"

    def test_an_image_s_columns_have_names(self, english: Cast, signed_in: SignIn) -> None:
        row = make_row(PostImage, english.brand, english.alice)
        english.alice.language = "fr"
        english.alice.save(update_fields=["language"])
        names = set(details(signed_in(english.alice), row))
        assert {"Publication", "Texte alternatif"} <= names
        assert "Post" not in names
