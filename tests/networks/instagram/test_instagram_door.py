"""Consent, and the accounts it opens through the Pages that they are tied to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from cm_suite.core.errors import Later, Never, NextStep
from cm_suite.ops.bench.fake_network import Reply
from pages.networks.errors import Code
from pages.networks.graph import HOST, VERSION
from pages.networks.graph_accounts import TASKS
from pages.networks.instagram import SPEC
from pages.networks.instagram.accounts import SCOPES
from pages.networks.instagram.door import InstagramDoor
from pages.networks.types import AppKeys, Ask, Candidate, Grant
from tests.networks.graph_words import error
from tests.networks.instagram import fake as fakes
from tests.networks.instagram.fake import KEYS, Instagram, said_in
from tests.networks.instagram.words import ACCOUNT, DATA_ENDS, TOKEN, USER_TOKEN

ASK: Final = Ask("https://cm.lumen.example/back", "state&1", "verifier", "challenge")
TEN: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
ENDS: Final = datetime.fromtimestamp(DATA_ENDS, UTC)
GRANT: Final = Grant(USER_TOKEN, refresh_expires_at=ENDS, scopes=SCOPES)


def refused(instagram: Instagram, code: str) -> Never:
    with pytest.raises(Never) as never:
        instagram.door().grant(code, ASK)
    return never.value


# --- the way there


def test_the_consent_page_is_facebooks_own_and_asks_for_just_the_scopes(instagram: Instagram) -> None:
    parts = urlsplit(InstagramDoor(KEYS, instagram.way(), HOST).address(ASK))
    assert (parts.netloc, parts.path) == ("www.facebook.com", f"/{VERSION.name}/dialog/oauth")
    assert parse_qs(parts.query) == {
        "client_id": ["1001"],
        "redirect_uri": ["https://cm.lumen.example/back"],
        "state": ["state&1"],
        "scope": [",".join(SCOPES)],
        "response_type": ["code"],
        "auth_type": ["rerequest"],
    }
    assert (SPEC.scopes, SPEC.door, instagram.requests) == (SCOPES, InstagramDoor, [])


def test_another_origin_stands_in_for_both_sites(instagram: Instagram) -> None:
    assert instagram.door().address(ASK).startswith(f"{instagram.origin}/{VERSION.name}/dialog/oauth?")


@pytest.mark.parametrize("keys", [None, AppKeys("", "secret"), AppKeys("1001", "")])
def test_without_keys_there_is_no_way(instagram: Instagram, keys: AppKeys | None) -> None:
    for ask in (
        lambda: instagram.door(keys).address(ASK),
        lambda: instagram.door(keys).grant("good", ASK),
        lambda: instagram.door(keys).accounts(GRANT),
    ):
        with pytest.raises(Never) as never:
            ask()
        assert (never.value.code, never.value.step) == (Code.KEYS_MISSING, NextStep.CONTACT)
    assert instagram.requests == []


# --- the way back


def test_a_code_becomes_a_token_for_sixty_days_and_says_until_when_consent_holds(
    instagram: Instagram,
) -> None:
    with time_machine.travel(TEN, tick=False):
        grant = instagram.door().grant("good", ASK)
    assert grant == Grant(
        USER_TOKEN,
        expires_at=TEN + timedelta(days=60),
        refresh_expires_at=ENDS,
        scopes=("instagram_basic", "instagram_content_publish", "pages_show_list"),
    )


def test_the_secret_is_in_bodies_and_headers_and_in_no_address(instagram: Instagram) -> None:
    instagram.door().grant("good", ASK)
    for each in instagram.requests:
        assert KEYS.client_secret not in each.path + str(each.query)
    first, second, third = instagram.requests
    assert said_in(first)["client_secret"] == said_in(second)["client_secret"] == KEYS.client_secret
    assert third.headers["authorization"] == f"Bearer {KEYS.client_id}|{KEYS.client_secret}"


def test_a_code_that_is_spent_asks_to_begin_again(instagram: Instagram) -> None:
    never = refused(instagram, "spent")
    assert (never.code, never.step) == (Code.GRANT_REFUSED, NextStep.RECONNECT)


@pytest.mark.parametrize("reply", [Reply(403, "<html>"), error(2635)])
def test_what_says_nothing_of_the_code_keeps_its_own_name(instagram: Instagram, reply: Reply) -> None:
    instagram.refused["oauth/access_token"] = reply
    assert refused(instagram, "good").code in {Code.BLOCKED, Code.VERSION_GONE}


@pytest.mark.parametrize(
    "reply", [Reply(200, {}), Reply(200, "?"), Reply(200, {"access_token": 3}), Reply(500, "")]
)
def test_an_unreadable_token_is_asked_again(instagram: Instagram, reply: Reply) -> None:
    instagram.refused["oauth/access_token"] = reply
    with pytest.raises(Later):
        instagram.door().grant("good", ASK)


@pytest.mark.parametrize(
    "reply", [error(190), Reply(200, {}), Reply(200, {"data": {"scopes": "?", "data_access_expires_at": 0}})]
)
def test_what_is_not_known_of_a_token_stops_nothing(instagram: Instagram, reply: Reply) -> None:
    instagram.refused["debug_token"] = reply
    grant = instagram.door().grant("good", ASK)
    assert (grant.token, grant.refresh_expires_at, grant.scopes) == (USER_TOKEN, None, ())


# --- accounts


def test_accounts_are_those_of_pages_with_the_pages_token(instagram: Instagram) -> None:
    held = Grant(TOKEN, expires_at=ENDS, scopes=SCOPES)
    assert instagram.door().accounts(GRANT) == (
        Candidate(
            ACCOUNT,
            "Maison Lumen",
            held,
            handle="@maison_lumen",
            url="https://www.instagram.com/maison_lumen/",
        ),
        Candidate(
            "17841400000000004",
            "Page 5519",
            Grant("t4", expires_at=ENDS, scopes=SCOPES),
            lacks=("CREATE_CONTENT", "MODERATE", "MESSAGING"),
        ),
        Candidate(
            "17841400000000003",
            "galerie_roche",
            Grant("t3", expires_at=ENDS, scopes=SCOPES),
            handle="@galerie_roche",
            url="https://www.instagram.com/galerie_roche/",
            via="Agence Lumière",
        ),
    )


def test_the_account_is_asked_with_its_page(instagram: Instagram) -> None:
    instagram.door().accounts(GRANT)
    (first,) = instagram.asked("GET", "me/accounts")
    assert first.query["fields"] == (
        "id,name,instagram_business_account{id,username,name},access_token,tasks"
    )
    assert first.headers["authorization"] == f"Bearer {USER_TOKEN}"


def test_scopes_that_were_refused_are_said(instagram: Instagram) -> None:
    some = tuple(each for each in SCOPES if "manage_comments" not in each)
    found = instagram.door().accounts(Grant(USER_TOKEN, scopes=some))
    assert found[0].lacks == ("instagram_manage_comments",)
    assert found[0].grant.expires_at is None
    assert set(TASKS) >= set(found[1].lacks[1:])


def test_what_was_not_told_is_not_called_missing(instagram: Instagram) -> None:
    assert instagram.door().accounts(Grant(USER_TOKEN))[0].lacks == ()


def test_without_a_portfolio_the_persons_own_are_left(instagram: Instagram) -> None:
    instagram.refused["me/businesses"] = error(10)
    assert [each.via for each in instagram.door().accounts(GRANT)] == ["", ""]


def test_a_portfolio_that_cannot_be_read_is_passed_over(instagram: Instagram) -> None:
    instagram.refused["owned_pages"] = error(200)
    assert len(instagram.door().accounts(GRANT)) == 2


def test_nobody_without_pages_has_accounts(instagram: Instagram) -> None:
    instagram.refused["GET"] = Reply(200, {"data": []})
    assert instagram.door().accounts(GRANT) == ()


@pytest.mark.parametrize(
    "row",
    [
        {"id": "1", "name": "x", "access_token": "t"},
        {"id": "1", "access_token": "t", "instagram_business_account": {"id": ""}},
        {"id": "1", "access_token": "t", "instagram_business_account": 3},
        {"id": "1", "instagram_business_account": {"id": "2", "username": "a"}},
        {"id": "1", "access_token": "t", "instagram_business_account": {"id": "2"}},
    ],
)
def test_a_page_without_an_account_or_a_token_is_none(instagram: Instagram, row: dict[str, Any]) -> None:
    instagram.refused["me/accounts"] = Reply(200, {"data": [row]})
    instagram.refused["me/businesses"] = Reply(200, {"data": []})
    assert instagram.door().accounts(GRANT) == ()


def test_a_person_whose_token_ended_is_asked_to_come_back(instagram: Instagram) -> None:
    instagram.fail_next(fakes.before(error(190, 463)), "read")
    with pytest.raises(Never) as never:
        instagram.door().accounts(GRANT)
    assert (never.value.code, never.value.step) == (Code.EXPIRED, NextStep.RECONNECT)
