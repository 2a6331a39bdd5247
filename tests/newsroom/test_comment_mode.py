"""Leads choose how the public page takes comments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from cm_suite.core import ledger
from cm_suite.core.models import LedgerEntry
from pages.models import Page, Person
from pages.newsroom.models import CommentMode, CommentRules
from pages.services.brand_settings import ModeChanged, comment_mode_of, save_comment_mode
from tests.people import Cast

SETTINGS = "/b/maison-lumen/settings/"
SignIn = Callable[[Person], Client]


def choose(client: Client, mode: str, seen: str = "publish") -> Any:
    return client.post(SETTINGS, {"form": "comments", "mode": mode, "seen": seen})


def card(response: Any) -> Any:
    [found] = BeautifulSoup(response.content, "html.parser").select("[aria-labelledby=comments-title]")
    return found


def test_without_a_choice_comments_are_published_first(cast: Cast, signed_in: SignIn) -> None:
    page = card(signed_in(cast.alice).get(SETTINGS))
    assert [choice["value"] for choice in page.select("[name=mode][checked]")] == ["publish"]
    told = [label.select_one("strong + span").get_text(strip=True) for label in page.select("label.choice")]
    assert len(set(told) - {""}) == len(CommentMode)


def test_a_lead_chooses_and_the_ledger_notes_it(cast: Cast, signed_in: SignIn) -> None:
    lead = signed_in(cast.alice)
    assert choose(lead, "moderate").status_code == 302
    assert comment_mode_of(cast.newsroom) == CommentMode.MODERATE_FIRST
    assert choose(lead, "closed", seen="moderate").status_code == 302
    assert CommentRules.objects.get().mode == "closed"
    rows = LedgerEntry.objects.order_by("seq").values_list("kind", "subject_kind", "subject_id", "actor_id")
    assert list(rows) == [("comments.mode", "page", cast.newsroom.pk, cast.alice.pk)] * 2
    assert ledger.verify(cast.brand.pk) is None


def test_the_same_choice_again_leaves_no_line(cast: Cast, signed_in: SignIn) -> None:
    choose(signed_in(cast.alice), "publish")
    assert (CommentRules.objects.count(), LedgerEntry.objects.count()) == (0, 0)


@pytest.mark.parametrize("role", ["author", "moderator", "approver", "viewer"])
def test_others_see_the_choice_and_cannot_make_it(cast: Cast, signed_in: SignIn, role: str) -> None:
    client = signed_in(cast.by_role()[role])
    assert card(client.get(SETTINGS)).select("form") == []
    assert choose(client, "closed").status_code == 403
    assert CommentRules.objects.count() == 0


@pytest.mark.parametrize(("mode", "seen"), [("never", "publish"), ("", "publish"), ("closed", "x")])
def test_an_invented_choice_is_refused(cast: Cast, signed_in: SignIn, mode: str, seen: str) -> None:
    assert choose(signed_in(cast.alice), mode, seen).status_code == 422
    assert CommentRules.objects.count() == 0


def test_two_leads_do_not_undo_each_other_unseen(cast: Cast, signed_in: SignIn) -> None:
    lead = signed_in(cast.alice)
    choose(lead, "moderate")
    late = choose(lead, "closed", seen="publish")
    assert (late.status_code, comment_mode_of(cast.newsroom)) == (409, CommentMode.MODERATE_FIRST)
    page = card(late)
    assert [field["value"] for field in page.select("[name=seen]")] == ["moderate"]
    assert [choice["value"] for choice in page.select("[name=mode][checked]")] == ["closed"]
    assert len(page.select(".banner")) == 1
    choose(lead, "closed", seen="moderate")
    assert comment_mode_of(cast.newsroom) == CommentMode.CLOSED


def test_what_is_left_as_it_was_seen_keeps_what_somebody_else_chose(cast: Cast) -> None:
    page = cast.newsroom
    save_comment_mode(page, CommentMode.CLOSED, CommentMode.PUBLISH_FIRST, cast.alice)
    assert not save_comment_mode(page, CommentMode.PUBLISH_FIRST, CommentMode.PUBLISH_FIRST, cast.alice)
    assert not save_comment_mode(page, CommentMode.CLOSED, CommentMode.PUBLISH_FIRST, cast.alice)
    with pytest.raises(ModeChanged) as changed:
        save_comment_mode(page, CommentMode.MODERATE_FIRST, CommentMode.PUBLISH_FIRST, cast.alice)
    assert changed.value.current == CommentMode.CLOSED
    assert LedgerEntry.objects.count() == 1


def test_a_brand_without_a_newsroom_has_nothing_to_choose(cast: Cast, signed_in: SignIn) -> None:
    Page.objects.filter(pk=cast.newsroom.pk).delete()
    lead = signed_in(cast.alice)
    assert b"comments-title" not in lead.get(SETTINGS).content
    assert choose(lead, "closed").status_code == 404
