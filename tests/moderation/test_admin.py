"""Moderation in the back office: rows of the brands one leads, read-only, without a visitor's word."""

from __future__ import annotations

from typing import Any, Final
from typing import cast as cast_to

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin import site
from django.test import Client
from django.urls import reverse

from moderation.models import Action, Comment, Decision, Evidence, Review, Watch
from pages.models import Person
from pages.networks.types import Commenter
from tests.moderation.makers import INSULT, decided, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import Answer, SignIn, questions

pytestmark = pytest.mark.usefixtures("noon")
MODELS: Final = (Watch, Comment, Review, Decision, Action, Evidence)
SECRET: Final = "Zoubida-Quintessence"
REASON: Final = "Motif-tres-particulier"
TOLD: Final = "Mot-pour-son-auteur"
HANDLE: Final = "@pseudo-rarissime"


@pytest.fixture
def rows(cast: Cast, network: FakeNetwork) -> dict[type[Any], Any]:
    """One row of each kind, full of words that no list may show."""
    author = Commenter("v77", SECRET, HANDLE, "https://reseau.example/@rare")
    network.write("c1", f"{INSULT} {SECRET}", author=author)
    comment = taken(cast.newsroom, network, INSULT, "c2").page.comments.get(remote_id="c1")
    decided(comment, cast.mona, reason=REASON, told=TOLD)
    Person.objects.update(language="en")
    return {model: model.objects.order_by("pk").first() for model in MODELS}


def list_of(model: type[Any]) -> str:
    return reverse(f"admin:moderation_{model._meta.model_name}_changelist")


def page_of(row: Any) -> str:
    return reverse(f"admin:moderation_{row._meta.model_name}_change", args=[row.pk])


def shown(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


class TestWords:
    @pytest.mark.parametrize("model", MODELS)
    def test_no_word_name_reason_or_key_is_shown(
        self, cast: Cast, signed_in: SignIn, rows: dict[type[Any], Any], model: type[Any]
    ) -> None:
        alice = signed_in(cast.alice)
        pages = [shown(alice, list_of(model)), shown(alice, page_of(rows[model]))]
        sealed = Evidence.objects.get()
        for secret in (SECRET, "connard", HANDLE, "v77", REASON, TOLD, sealed.key, sealed.sealed):
            assert [secret in page for page in pages] == [False, False], secret

    @pytest.mark.parametrize("model", MODELS)
    def test_a_search_cannot_guess_them(
        self, cast: Cast, signed_in: SignIn, rows: dict[type[Any], Any], model: type[Any]
    ) -> None:
        alice = signed_in(cast.alice)
        assert site._registry[model].search_fields == ()
        for lookup in ("text__icontains", "comment__text__icontains", "reason__contains", "author_name"):
            answer = alice.get(list_of(model), {lookup: SECRET})
            assert answer.status_code in {302, 400, 403}, lookup

    def test_where_things_stand_is_shown(
        self, cast: Cast, signed_in: SignIn, rows: dict[type[Any], Any]
    ) -> None:
        alice = signed_in(cast.alice)
        assert "Maison Lumen" in shown(alice, list_of(Comment))
        assert "Decided" in shown(alice, list_of(Review))
        assert "Hide" in shown(alice, list_of(Decision))
        assert "To be carried out" in shown(alice, list_of(Action))
        assert rows[Evidence].digest in shown(alice, page_of(rows[Evidence]))
        listed = shown(alice, list_of(Evidence))
        assert (rows[Evidence].digest[:12] in listed, rows[Evidence].digest in listed) == (True, False)

    def test_columns_and_filters_bear_names_and_codes_are_words(
        self, cast: Cast, signed_in: SignIn, rows: dict[type[Any], Any]
    ) -> None:
        page = BeautifulSoup(shown(signed_in(cast.alice), list_of(Review)), "lxml")
        heads = [" ".join(head.get_text().split()) for head in page.select("thead th")]
        assert heads == ["Opened on", "Page", "State", "Label", "Severity", "To decide by", "In the hands of"]
        assert [cell.get_text() for cell in page.select("td.field-label")] == ["Public insult"] * 2
        titles = [" ".join(title.get_text().split()) for title in page.select("#changelist-filter summary")]
        assert titles == ["By state", "By formal notice"]


class TestScope:
    @pytest.mark.parametrize("model", MODELS)
    def test_a_lead_of_another_brand_finds_nothing(
        self, cast: Cast, signed_in: SignIn, rows: dict[type[Any], Any], model: type[Any]
    ) -> None:
        charlie = signed_in(cast.charlie)
        assert page_of(rows[model]) not in shown(charlie, list_of(model))
        assert charlie.get(page_of(rows[model])).status_code in {302, 403, 404}

    @pytest.mark.parametrize("role", ["author", "moderator", "approver", "viewer"])
    def test_only_leads_come_in(
        self, cast: Cast, signed_in: SignIn, rows: dict[type[Any], Any], role: str
    ) -> None:
        client = signed_in(cast.by_role()[role])
        answers = [client.get(list_of(model)).status_code for model in MODELS]
        assert set(answers) <= {302, 403}

    def test_the_filter_by_page_offers_pages_one_leads(
        self, cast: Cast, signed_in: SignIn, rows: dict[type[Any], Any]
    ) -> None:
        page = shown(signed_in(cast.alice), list_of(Comment))
        assert "Atelier Roche" not in page


class TestReading:
    @pytest.mark.parametrize("model", MODELS)
    def test_nothing_is_added_changed_or_deleted(
        self, cast: Cast, signed_in: SignIn, rows: dict[type[Any], Any], model: type[Any]
    ) -> None:
        alice, row = signed_in(cast.alice), rows[model]
        name = f"admin:moderation_{model._meta.model_name}"
        before = list(model.objects.order_by("pk").values())
        answers = [
            alice.get(reverse(f"{name}_add")).status_code,
            alice.post(reverse(f"{name}_add"), {}).status_code,
            alice.post(page_of(row), {"state": "done", "presence": "hidden"}).status_code,
            alice.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code,
            alice.post(
                list_of(model), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
            ).status_code,
        ]
        assert set(answers[:4]) == {403}
        assert list(model.objects.order_by("pk").values()) == before

    @pytest.mark.parametrize("model", [Comment, Review, Decision, Action, Evidence])
    def test_as_many_questions_for_three_rows_as_for_one(
        self, cast: Cast, signed_in: SignIn, network: FakeNetwork, model: type[Any]
    ) -> None:
        alice = signed_in(cast.alice)
        decided(taken(cast.newsroom, network, INSULT, "n0"), cast.mona)
        alice.get(list_of(model))
        once = questions(lambda: cast_to(Answer, alice.get(list_of(model))))
        for number in (1, 2):
            decided(taken(cast.newsroom, network, INSULT, f"n{number}"), cast.mona)
        assert questions(lambda: cast_to(Answer, alice.get(list_of(model)))) == once
