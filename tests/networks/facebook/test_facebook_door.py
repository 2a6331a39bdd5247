"""The way to Pages through Facebook's consent page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from cm_suite.core.errors import Later, Never, NextStep
from cm_suite.ops.bench.fake_network import Reply
from pages.networks.errors import Code
from pages.networks.facebook import SPEC
from pages.networks.facebook.accounts import SCOPES
from pages.networks.facebook.door import FacebookDoor
from pages.networks.graph import HOST
from pages.networks.types import AppKeys, Ask, Candidate, Grant
from tests.networks.facebook.fake import KEYS, Facebook
from tests.networks.facebook.words import DATA_ENDS, PAGE, TOKEN, USER_TOKEN
from tests.networks.graph_words import error

NOW: Final = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)
ASK: Final = Ask("https://suite.lumen.example/consent/back", "state-1", "verifier-1", "challenge-1")
ENDS: Final = datetime.fromtimestamp(DATA_ENDS, UTC)
GRANT: Final = Grant(USER_TOKEN, refresh_expires_at=ENDS, scopes=SCOPES)


def test_the_person_says_yes_on_facebooks_own_page() -> None:
    assert SPEC.door is not None
    door = FacebookDoor(KEYS, None, HOST)  # type: ignore[arg-type]  # no call is made
    parts = urlsplit(door.address(ASK))
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "www.facebook.com", "/v25.0/dialog/oauth")
    assert asked == {
        "client_id": KEYS.client_id,
        "redirect_uri": ASK.redirect_uri,
        "state": "state-1",
        "scope": ",".join(SCOPES),
        "response_type": "code",
        "auth_type": "rerequest",
    }


def test_no_challenge_is_sent_that_meta_would_drop(facebook: Facebook) -> None:
    address = facebook.door().address(ASK)
    facebook.door().grant("good", ASK)
    assert "challenge" not in address
    assert all(b"verifier" not in each.body for each in facebook.requests)


@pytest.mark.parametrize("keys", [None, AppKeys("", ""), AppKeys("1001", "")])
def test_without_keys_nothing_is_asked(facebook: Facebook, keys: AppKeys | None) -> None:
    door = facebook.door(keys)
    for way in (lambda: door.address(ASK), lambda: door.grant("good", ASK), lambda: door.accounts(GRANT)):
        with pytest.raises(Never) as missing:
            way()
        assert (missing.value.code, missing.value.step) == (Code.KEYS_MISSING, NextStep.CONTACT)
    assert facebook.requests == []


def test_a_code_is_worth_a_long_lived_token_with_its_ends(facebook: Facebook) -> None:
    with time_machine.travel(NOW, tick=False):
        grant = facebook.door().grant("good", ASK)
    assert grant == Grant(
        USER_TOKEN,
        expires_at=NOW + timedelta(days=60),
        refresh_expires_at=ENDS,
        scopes=("pages_manage_posts", "pages_show_list"),
    )


def test_the_secret_and_the_code_are_in_no_address(facebook: Facebook) -> None:
    facebook.door().grant("good", ASK)
    exchange = [each for each in facebook.requests if each.path.endswith("access_token")]
    assert [each.method for each in exchange] == ["POST", "POST"]
    assert [each.query for each in exchange] == [{}, {}]


def test_a_spent_code_is_refused(facebook: Facebook) -> None:
    with pytest.raises(Never) as refused:
        facebook.door().grant("spent", ASK)
    assert (refused.value.code, refused.value.step) == (Code.GRANT_REFUSED, NextStep.RECONNECT)


def test_a_network_that_cannot_be_asked_is_for_later(facebook: Facebook) -> None:
    facebook.refused["oauth/access_token"] = Reply(503, "")
    with pytest.raises(Later):
        facebook.door().grant("good", ASK)


def test_an_answer_without_a_token_is_for_later(facebook: Facebook) -> None:
    facebook.refused["oauth/access_token"] = Reply(200, {"expires_in": 5})
    with pytest.raises(Later):
        facebook.door().grant("good", ASK)


@pytest.mark.parametrize("reply", [error(100, 0), Reply(500, ""), Reply(200, {"data": 3})])
def test_a_token_of_which_nothing_more_is_told_is_a_token(facebook: Facebook, reply: Reply) -> None:
    facebook.refused["debug_token"] = reply
    with time_machine.travel(NOW, tick=False):
        grant = facebook.door().grant("good", ASK)
    assert grant == Grant(USER_TOKEN, expires_at=NOW + timedelta(days=60))


def test_a_token_without_an_end_has_none(facebook: Facebook) -> None:
    never = {"expires_at": 0, "data_access_expires_at": 0, "scopes": []}
    facebook.refused["debug_token"] = Reply(200, {"data": never})
    grant = facebook.door().grant("good", ASK)
    assert grant.refresh_expires_at is None
    assert grant.scopes == ()


# --- the Pages


def test_own_pages_come_first_then_those_of_the_portfolio_each_once(facebook: Facebook) -> None:
    held = Grant(TOKEN, expires_at=ENDS, scopes=SCOPES)
    assert facebook.door().accounts(GRANT) == (
        Candidate(PAGE, "Maison Lumen", held, "@maisonlumen"),
        Candidate(
            "5516",
            "Atelier Roche",
            Grant("t2", expires_at=ENDS, scopes=SCOPES),
            lacks=("CREATE_CONTENT", "MESSAGING"),
        ),
        Candidate(
            "5517",
            "Galerie Roche",
            Grant("t3", expires_at=ENDS, scopes=SCOPES),
            url="https://www.facebook.com/5517",
            via="Agence Lumière",
        ),
    )


def test_scopes_that_were_not_given_are_named(facebook: Facebook) -> None:
    given = tuple(each for each in SCOPES if each != "read_insights")
    found = facebook.door().accounts(Grant(USER_TOKEN, scopes=given))
    assert found[0].lacks == ("read_insights",)
    assert found[0].grant.expires_at is None


def test_scopes_that_are_not_told_are_not_missing(facebook: Facebook) -> None:
    assert facebook.door().accounts(Grant(USER_TOKEN))[0].lacks == ()


def test_without_the_right_to_portfolios_the_own_pages_remain(facebook: Facebook) -> None:
    facebook.refused["me/businesses"] = error(200)
    assert [each.remote_id for each in facebook.door().accounts(GRANT)] == [PAGE, "5516"]


def test_a_portfolio_that_cannot_be_asked_now_is_for_later(facebook: Facebook) -> None:
    facebook.refused["b1/client_pages"] = error(2, 0)
    with pytest.raises(Later):
        facebook.door().accounts(GRANT)


def test_a_person_without_a_page_may_connect_none(facebook: Facebook) -> None:
    facebook.refused |= {"me/accounts": Reply(200, {"data": []}), "me/businesses": Reply(200, {"data": []})}
    assert facebook.door().accounts(GRANT) == ()


def test_tasks_of_the_new_pages_count_alike(facebook: Facebook) -> None:
    tasks = ["PROFILE_PLUS_CREATE_CONTENT", "PROFILE_PLUS_MODERATE", "PROFILE_PLUS_MESSAGING"]
    row = {"id": "1", "name": "Maison Lumen", "access_token": "t", "tasks": [*tasks, "PROFILE_PLUS_ANALYZE"]}
    facebook.refused |= {"me/accounts": Reply(200, {"data": [row]}), "me/businesses": error(200)}
    assert facebook.door().accounts(GRANT)[0].lacks == ()


def test_rows_that_cannot_be_read_are_left_out(facebook: Facebook) -> None:
    rows = [{"id": "1", "access_token": "t"}, {"name": "x", "access_token": "t"}, {"id": "2", "name": "x"}, 3]
    facebook.refused |= {"me/accounts": Reply(200, {"data": rows}), "me/businesses": error(200)}
    assert facebook.door().accounts(GRANT) == ()


def test_a_refused_token_of_the_person_is_told(facebook: Facebook) -> None:
    with pytest.raises(Never) as refused:
        facebook.door().accounts(Grant("another"))
    assert refused.value.code == Code.EXPIRED
