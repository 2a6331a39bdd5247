"""Connecting through the server's own page: registering there, the way to it, and what comes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest

from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.base import Registers
from pages.networks.errors import Code
from pages.networks.mastodon import SPEC
from pages.networks.mastodon.door import SCOPES, MastodonDoor
from pages.networks.types import AppKeys, Ask, Candidate, Grant
from tests.networks import openapi
from tests.networks.fake_mastodon import RESET_AFTER, RESET_BEFORE, TOKEN, Mastodon, answer_before
from tests.networks.mastodon.extras import CODE, application
from tests.networks.openapi import needs_description

KEYS: Final = AppKeys("id-1", "secret-1")
HOME: Final = "https://suite.lumen.example"
ASK: Final = Ask(f"{HOME}/connect/back", "state-1", "verifier-1", "challenge-1")
PAYLOADS: Final = Path(__file__).parents[1] / "payloads"


def door(server: Mastodon, keys: AppKeys | None = KEYS) -> MastodonDoor:
    """The door of this server."""
    return MastodonDoor(keys, server.http(), server.origin)


def registered(server: Mastodon) -> AppKeys:
    """The keys of our application there."""
    return door(server, None).register("CM suite", ASK.redirect_uri, HOME)


def form(server: Mastodon) -> dict[str, str]:
    """What was said last."""
    return {name: values[0] for name, values in parse_qs(server.requests[-1].body.decode()).items()}


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text())["payload"]


def test_the_spec_has_this_door_and_it_registers(mastodon: Mastodon) -> None:
    assert SPEC.door is not None
    opened = SPEC.door(None, mastodon.http(), mastodon.origin)
    assert isinstance(opened, Registers)
    assert SPEC.scopes == SCOPES
    assert SPEC.app is None


def test_an_application_is_registered_once_for_a_server(mastodon: Mastodon) -> None:
    assert registered(mastodon) == KEYS
    assert form(mastodon) == {
        "client_name": "CM suite",
        "redirect_uris": ASK.redirect_uri,
        "scopes": "read write:statuses write:media write:blocks",
        "website": HOME,
    }
    assert "authorization" not in mastodon.requests[-1].headers


def test_without_a_website_none_is_said(mastodon: Mastodon) -> None:
    door(mastodon, None).register("CM suite", ASK.redirect_uri, "")
    assert "website" not in form(mastodon)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, "<html>Nothing here</html>"),
        (422, {"error": "Validation failed: Redirect URI is invalid"}),
        (200, {}),
        (200, []),
        (200, {"client_id": 7, "client_secret": "s"}),
        (200, {"client_id": "a\nb", "client_secret": "s"}),
        (200, {"client_id": "i" * 501, "client_secret": "s"}),
    ],
)
def test_a_server_without_applications_is_another_network(mastodon: Mastodon, status: int, body: Any) -> None:
    mastodon.fail_next(answer_before(status, body if body else "[]"))
    with pytest.raises(Never) as refused:
        registered(mastodon)
    assert (refused.value.code, refused.value.step) == (Code.NOT_THIS_NETWORK, NextStep.EDIT)


@pytest.mark.parametrize("fault", [RESET_BEFORE, RESET_AFTER, answer_before(503), answer_before(429)])
def test_a_server_that_cannot_be_asked_is_for_later(mastodon: Mastodon, fault: Any) -> None:
    for ask in (lambda: registered(mastodon), lambda: door(mastodon).grant(CODE, ASK)):
        mastodon.fail_next(fault)
        with pytest.raises(Later):
            ask()


def test_the_way_to_the_page_has_a_state_and_a_proof_and_makes_no_call(mastodon: Mastodon) -> None:
    address = urlsplit(door(mastodon).address(ASK))
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{mastodon.origin}/oauth/authorize"
    assert parse_qs(address.query) == {
        "response_type": ["code"],
        "client_id": ["id-1"],
        "redirect_uri": [ASK.redirect_uri],
        "scope": [" ".join(SCOPES)],
        "state": ["state-1"],
        "code_challenge": ["challenge-1"],
        "code_challenge_method": ["S256"],
    }
    assert "verifier-1" not in address.query
    assert list(mastodon.requests) == []


def test_before_it_is_registered_nobody_goes_anywhere(mastodon: Mastodon) -> None:
    closed = door(mastodon, None)
    for ask in (lambda: closed.address(ASK), lambda: closed.grant(CODE, ASK)):
        with pytest.raises(Never) as refused:
            ask()
        assert refused.value.code == Code.KEYS_MISSING
    assert list(mastodon.requests) == []


def test_a_code_is_worth_a_token_that_does_not_end(mastodon: Mastodon) -> None:
    registered(mastodon)
    grant = door(mastodon).grant(CODE, ASK)
    assert grant == Grant(TOKEN, scopes=SCOPES)
    assert form(mastodon) == {
        "grant_type": "authorization_code",
        "code": CODE,
        "client_id": "id-1",
        "client_secret": "secret-1",
        "redirect_uri": ASK.redirect_uri,
        "code_verifier": "verifier-1",
        "scope": " ".join(SCOPES),
    }
    assert mastodon.requests[-1].query == {}


def test_a_code_that_is_worth_nothing_asks_to_go_again(mastodon: Mastodon) -> None:
    for _known in range(2):
        with pytest.raises(Never) as refused:
            door(mastodon).grant("another code", ASK)
        assert (refused.value.code, refused.value.step) == (Code.GRANT_REFUSED, NextStep.RECONNECT)
        registered(mastodon)


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, {"access_token": None}, {"error": "odd"}])
def test_an_answer_without_a_token_is_no_grant(mastodon: Mastodon, body: Any) -> None:
    mastodon.fail_next(answer_before(200, body or "{}"))
    with pytest.raises(Never) as refused:
        door(mastodon).grant(CODE, ASK)
    assert refused.value.code == Code.GRANT_REFUSED


def test_a_wall_in_front_of_the_server_says_nothing_about_the_code(mastodon: Mastodon) -> None:
    mastodon.fail_next(answer_before(403, "<html>robots</html>"))
    with pytest.raises(Never) as refused:
        door(mastodon).grant(CODE, ASK)
    assert (refused.value.code, refused.value.step) == (Code.BLOCKED, NextStep.CONTACT)


def test_the_account_that_said_yes_is_the_one_to_connect(mastodon: Mastodon) -> None:
    grant = Grant(TOKEN, scopes=SCOPES)
    assert door(mastodon).accounts(grant) == (
        Candidate(
            "109382",
            "Maison Lumen",
            grant,
            "@maison_lumen@fake.example",
            "https://fake.example/@maison_lumen",
        ),
    )


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        (("read", "write:statuses"), ("write:media", "write:blocks")),
        (("read", "write"), ()),
        ((), ()),
        (("write:statuses", "write:media", "write:blocks"), ("read",)),
    ],
)
def test_what_was_not_given_is_named(
    mastodon: Mastodon, given: tuple[str, ...], lacks: tuple[str, ...]
) -> None:
    (candidate,) = door(mastodon).accounts(Grant(TOKEN, scopes=given))
    assert candidate.lacks == lacks


def test_a_token_that_opens_nothing_is_refused(mastodon: Mastodon) -> None:
    with pytest.raises(Never) as refused:
        door(mastodon).accounts(Grant("another"))
    assert (refused.value.code, refused.value.step) == (Code.ACCESS_REFUSED, NextStep.RECONNECT)


def test_nothing_secret_is_shown() -> None:
    shown = f"{KEYS!r} {ASK!r} {Grant(TOKEN)!r}"
    assert [word for word in ("secret-1", "state-1", "verifier-1", TOKEN) if word in shown] == []


def test_files_become_keys_and_a_grant(mastodon: Mastodon) -> None:
    mastodon.fail_next(answer_before(200, payload("application")))
    assert registered(mastodon) == AppKeys(
        "TWhM-tNSuncnqN7DBJmoyeLnk6K3iJJ71KKXxgL1hPM", "ZEaFUFmF0umgBX1qKJDjaU99Q31lDkOU8NutzTOoliw"
    )
    mastodon.fail_next(answer_before(200, payload("token")))
    grant = door(mastodon).grant(CODE, ASK)
    assert grant == Grant("ZA-Yj3aBD8U8Cm7lKUp-lm9O9BmDgdhHzDeqsY8tlL0", scopes=("read", "write:statuses"))


@needs_description
def test_what_is_said_and_answered_fits_the_description(mastodon: Mastodon) -> None:
    said = {"client_name": "CM suite", "redirect_uris": ASK.redirect_uri, "scopes": "read"}
    asked = said | {"redirect_uris": [ASK.redirect_uri]}  # one address alone is taken as text, by all servers
    assert openapi.faults(asked, openapi.body_schema("post", "/api/v1/apps")) == []
    assert openapi.faults(application(1, said), openapi.answer_schema("post", "/api/v1/apps", 200)) == []
    registered(mastodon)
    door(mastodon).grant(CODE, ASK)
    assert openapi.faults(form(mastodon), openapi.body_schema("post", "/oauth/token")) == []
    query = set(parse_qs(urlsplit(door(mastodon).address(ASK)).query))
    assert query <= openapi.query_names("get", "/oauth/authorize")
    for name, path in (("application", "/api/v1/apps"), ("token", "/oauth/token")):
        assert openapi.faults(payload(name), openapi.answer_schema("post", path, 200)) == []
