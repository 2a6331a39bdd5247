"""Consent, the company pages it opens, and renewing a token."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from cm_suite.ops.bench.fake_network import Reply
from pages.networks.errors import Code
from pages.networks.linkedin import SPEC
from pages.networks.linkedin.door import SCOPES, LinkedInDoor
from pages.networks.types import AppKeys, Ask, Candidate, Grant
from tests.networks.linkedin import fake as fakes
from tests.networks.linkedin.fake import KEYS, PAGE, ROCHE, TOKEN, LinkedIn

ASK: Final = Ask("https://cm.lumen.example/back", "state&1", "verifier", "challenge")
TEN: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
NEW: Final = Grant(
    "token-2",
    "refresh-1",
    TEN + timedelta(days=60),
    TEN + timedelta(days=365),
    scopes=SCOPES,
)
GRANT: Final = Grant(TOKEN, "refresh-1", TEN, TEN, scopes=SCOPES)


def door(server: LinkedIn, app: AppKeys | None = KEYS) -> LinkedInDoor:
    """The way through this server."""
    return LinkedInDoor(app, server.way(), server.origin)


def test_the_consent_page_is_linkedins_own_and_asks_for_just_the_scopes(linkedin: LinkedIn) -> None:
    address = LinkedInDoor(KEYS, linkedin.way(), SPEC.host).address(ASK)
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc, parts.path) == (
        "https",
        "www.linkedin.com",
        "/oauth/v2/authorization",
    )
    assert parse_qs(parts.query) == {
        "response_type": ["code"],
        "client_id": ["client"],
        "redirect_uri": ["https://cm.lumen.example/back"],
        "state": ["state&1"],
        "scope": [" ".join(SPEC.scopes)],
    }
    assert linkedin.requests == []


def test_another_origin_stands_in_for_both_sites(linkedin: LinkedIn) -> None:
    assert door(linkedin).address(ASK).startswith(f"{linkedin.origin}/oauth/v2/authorization?")


@pytest.mark.parametrize("app", [None, AppKeys("", "x"), AppKeys("x", "")])
def test_without_the_applications_keys_nothing_is_asked(linkedin: LinkedIn, app: AppKeys | None) -> None:
    for act in (lambda: door(linkedin, app).address(ASK), lambda: door(linkedin, app).grant("good", ASK)):
        with pytest.raises(Never) as refused:
            act()
        assert (refused.value.code, refused.value.step) == (Code.KEYS_MISSING, NextStep.CONTACT)
    assert linkedin.requests == []


@time_machine.travel(TEN, tick=False)
def test_a_code_becomes_a_grant_with_its_instants_and_scopes(linkedin: LinkedIn) -> None:
    assert door(linkedin).grant("good", ASK) == NEW
    form = {name: values[0] for name, values in parse_qs(linkedin.requests[-1].body.decode()).items()}
    assert form == {
        "grant_type": "authorization_code",
        "code": "good",
        "redirect_uri": "https://cm.lumen.example/back",
        "client_id": "client",
        "client_secret": KEYS.client_secret,
    }
    assert linkedin.requests[-1].query == {}


@time_machine.travel(TEN, tick=False)
def test_an_application_that_is_not_approved_is_given_no_refresh_token(linkedin: LinkedIn) -> None:
    answer = {"access_token": "t", "expires_in": 5184000, "scope": "w_organization_social r_basicprofile"}
    linkedin.token_answer = Reply(200, answer)
    assert door(linkedin).grant("good", ASK) == Grant(
        "t", "", TEN + timedelta(days=60), None, scopes=("w_organization_social", "r_basicprofile")
    )


REFUSALS: Final[list[tuple[Reply, type[OutcomeError], str, NextStep | None]]] = [
    (Reply(400, {"error": "invalid_grant"}), Never, Code.GRANT_REFUSED, NextStep.RECONNECT),
    (Reply(400, {"error": "invalid_request"}), Never, Code.GRANT_REFUSED, NextStep.RECONNECT),
    (Reply(400, {"error": "temporarily_unavailable"}), Later, "server_error", None),
    (Reply(401, {"error": "invalid_client"}), Never, Code.KEYS_MISSING, NextStep.CONTACT),
    (Reply(403, "<html>wall</html>"), Never, Code.BLOCKED, NextStep.CONTACT),
    (Reply(200, {}), Later, "answer_unreadable", None),
    (Reply(200, []), Later, "answer_unreadable", None),
    (Reply(429, {}), Later, "rate_limited", None),
    (Reply(503, {}), Unknown, "server_error", None),
]


@pytest.mark.parametrize(("reply", "kind", "code", "step"), REFUSALS)
def test_what_a_refused_code_means(
    linkedin: LinkedIn, reply: Reply, kind: type[OutcomeError], code: str, step: NextStep | None
) -> None:
    linkedin.token_answer = reply
    with pytest.raises(kind) as refused:
        door(linkedin).grant("good", ASK)
    assert (refused.value.code, getattr(refused.value, "step", None)) == (code, step)


# --- which pages


def test_a_page_that_the_person_administers_lacks_nothing(linkedin: LinkedIn) -> None:
    assert door(linkedin).accounts(GRANT) == (
        Candidate(
            PAGE,
            "Maison Lumen",
            GRANT,
            "maison-lumen",
            "https://www.linkedin.com/company/maison-lumen",
        ),
    )


def test_each_page_comes_once_with_what_its_role_lacks(linkedin: LinkedIn) -> None:
    linkedin.acls = [
        (PAGE, "CONTENT_ADMINISTRATOR", "APPROVED"),
        (PAGE, "ADMINISTRATOR", "APPROVED"),
        (ROCHE, "DIRECT_SPONSORED_CONTENT_POSTER", "APPROVED"),
        ("urn:li:organization:7", "ANALYST", "APPROVED"),
        ("urn:li:organization:8", "ADMINISTRATOR", "REVOKED"),
        ("urn:li:organizationBrand:9", "ADMINISTRATOR", "APPROVED"),
    ]
    found = door(linkedin).accounts(GRANT)
    assert [(each.remote_id, each.lacks) for each in found] == [(PAGE, ()), (ROCHE, ("ADMINISTRATOR",))]


def test_scopes_that_were_not_given_are_named(linkedin: LinkedIn) -> None:
    given = replace(GRANT, scopes=("r_organization_social", "w_organization_social"))
    (found,) = door(linkedin).accounts(given)
    assert found.lacks == SCOPES[2:]
    (unsaid,) = door(linkedin).accounts(replace(GRANT, scopes=()))
    assert unsaid.lacks == ()


def test_a_page_that_may_not_be_read_is_known_by_its_number(linkedin: LinkedIn) -> None:
    linkedin.refused["organizations"] = fakes.NOT_ADMIN
    (found,) = door(linkedin).accounts(GRANT)
    assert (found.remote_id, found.name, found.url) == (PAGE, "5515715", "")


def test_whoever_has_no_page_is_shown_none(linkedin: LinkedIn) -> None:
    linkedin.acls = []
    assert door(linkedin).accounts(GRANT) == ()


def test_an_unreadable_list_of_roles_is_for_later(linkedin: LinkedIn) -> None:
    linkedin.fail_next(fakes.before(Reply(200, {"elements": None})), "read")
    with pytest.raises(Later):
        door(linkedin).accounts(GRANT)


# --- renewing


@time_machine.travel(TEN, tick=False)
def test_a_refresh_token_makes_a_new_token_and_is_in_no_address(linkedin: LinkedIn) -> None:
    assert linkedin.client().refresh() == NEW
    (request,) = linkedin.requests
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    assert (form["grant_type"], form["refresh_token"], request.query) == ("refresh_token", "refresh-1", {})


def test_without_a_refresh_token_nobody_is_asked_and_nothing_disconnects(linkedin: LinkedIn) -> None:
    with pytest.raises(Never) as refused:
        linkedin.client(refresh_token="").refresh()
    assert (refused.value.code, refused.value.step) == (Code.NOT_OFFERED, NextStep.CONTACT)
    assert linkedin.requests == []


SPENT: Final = "The provided authorization grant or refresh token is invalid, expired or revoked."


def oauth(error: str, words: str) -> Reply:
    """How the token endpoint refuses."""
    return Reply(400, {"error": error, "error_description": words})


OUTCOMES: Final[list[tuple[Reply, type[OutcomeError], str, Any]]] = [
    (Reply(400, {"error": "invalid_grant"}), Never, Code.EXPIRED, NextStep.RECONNECT),
    (oauth("invalid_request", SPENT), Never, Code.EXPIRED, NextStep.RECONNECT),
    (
        oauth("invalid_request", "Unable to retrieve access token: appid/redirect uri"),
        Later,
        "server_error",
        None,
    ),
    (oauth("invalid_request", "A required parameter is missing"), Later, "server_error", None),
    (oauth("temporarily_unavailable", "try later"), Later, "server_error", None),
    (oauth("server_error", SPENT), Later, "server_error", None),
    (fakes.error(403, "ACCESS_DENIED", "Not enough permissions"), Later, "server_error", None),
    (fakes.error(404, "NOT_FOUND", "No virtual resource found"), Later, "server_error", None),
    (Reply(405, {"message": "Method not allowed"}), Later, "server_error", None),
    (Reply(401, {"error": "invalid_client"}), Never, Code.KEYS_MISSING, NextStep.CONTACT),
    (Reply(403, "<html>wall</html>"), Never, Code.BLOCKED, NextStep.CONTACT),
    (Reply(500, {}), Later, "server_error", None),
    (Reply(200, "<html>"), Later, "answer_unreadable", None),
]


@pytest.mark.parametrize(("reply", "kind", "code", "step"), OUTCOMES)
def test_only_an_explicit_refusal_asks_for_a_new_consent(
    linkedin: LinkedIn, reply: Reply, kind: type[OutcomeError], code: str, step: Any
) -> None:
    linkedin.token_answer = reply
    with pytest.raises(kind) as refused:
        linkedin.client().refresh()
    assert (refused.value.code, getattr(refused.value, "step", None)) == (code, step)
