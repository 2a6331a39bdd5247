"""The way to an account on X: consent, its code, the account behind it, and the renewal of its token."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cm_suite.core.errors import Later, Never, NextStep, Unknown
from cm_suite.ops.bench.fake_network import Fault, FaultKind
from cm_suite.ops.bench.fake_network import Reply as Answer
from pages.networks.errors import Code
from pages.networks.types import AppKeys, Ask, Candidate, Grant
from pages.networks.x import SPEC
from pages.networks.x.door import SCOPES, XDoor, granted
from tests.networks.x.fake import KEYS, LUMEN, REFRESH, TOKEN, FakeX, answering
from tests.networks.x.problems import GRANT, UNAUTHORIZED

VERIFIER = "un-secret-de-cette-demande-et-d-elle-seule-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
ASK = Ask("https://suite.lumen.example/retour?n=x", "state-1", VERIFIER, CHALLENGE)
TOKENS = "/2/oauth2/token"


def door(x: FakeX, keys: AppKeys | None = KEYS) -> XDoor:
    """The door to the fake."""
    return XDoor(keys, x.way(), x.origin)


def test_the_consent_page_is_xs_own_and_no_call_is_made(x: FakeX) -> None:
    address = urlsplit(XDoor(KEYS, x.way(), SPEC.host).address(ASK))
    assert (address.scheme, address.netloc, address.path) == ("https", "x.com", "/i/oauth2/authorize")
    assert {name: value for name, (value,) in parse_qs(address.query).items()} == {
        "response_type": "code",
        "client_id": "client-of-the-agency",
        "redirect_uri": ASK.redirect_uri,
        "scope": " ".join(SCOPES),
        "state": "state-1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    assert "+" not in address.query
    assert VERIFIER not in address.query
    assert door(x).address(ASK).startswith(f"{x.origin}/i/oauth2/authorize?")
    assert list(x.requests) == []


def test_a_code_is_worth_a_grant_and_an_account(x: FakeX) -> None:
    x.challenge = CHALLENGE
    grant = door(x).grant("code-1", ASK)
    assert (grant.token, grant.refresh_token) == (TOKEN, x.refresh_token)
    assert grant.expires_at is not None
    assert abs(grant.expires_at - datetime.now(UTC) - timedelta(hours=2)) < timedelta(seconds=10)
    assert grant.scopes == ("tweet.read", "tweet.write", "users.read", "offline.access")
    (request,) = x.asked("POST", TOKENS)
    assert {name: value for name, (value,) in parse_qs(request.body.decode()).items()} == {
        "grant_type": "authorization_code",
        "code": "code-1",
        "redirect_uri": ASK.redirect_uri,
        "code_verifier": VERIFIER,
        "client_id": "client-of-the-agency",
    }
    assert KEYS.client_secret.encode() not in request.body
    assert door(x).accounts(grant) == (
        Candidate(
            LUMEN.id,
            "Maison Lumen",
            grant,
            "@maison_lumen",
            "https://x.com/maison_lumen",
            lacks=("tweet.moderate.write", "media.write", "dm.read", "dm.write"),
        ),
    )


def test_an_account_lacks_nothing_when_x_says_nothing_of_scopes(x: FakeX) -> None:
    (candidate,) = door(x).accounts(Grant(TOKEN))
    assert candidate.lacks == ()


def test_a_code_that_is_no_good_asks_for_another_consent(x: FakeX) -> None:
    x.challenge = "of another verifier"
    with pytest.raises(Never) as refused:
        door(x).grant("code-1", ASK)
    assert (refused.value.code, refused.value.step) == (Code.GRANT_REFUSED, NextStep.RECONNECT)


@pytest.mark.parametrize("keys", [None, AppKeys("", "secret")])
def test_without_keys_nothing_is_asked(x: FakeX, keys: AppKeys | None) -> None:
    for call in (
        lambda: door(x, keys).address(ASK),
        lambda: door(x, keys).grant("c", ASK),
        x.client(keys=keys).refresh,
    ):
        with pytest.raises(Never) as refused:
            call()
        assert (refused.value.code, refused.value.step) == (Code.KEYS_MISSING, NextStep.CONTACT)
    assert list(x.requests) == []


def test_keys_that_x_does_not_know_are_the_agencys_matter(x: FakeX) -> None:
    wrong = AppKeys("client-of-the-agency", "another secret")
    calls: tuple[Callable[[], Grant], ...] = (
        lambda: door(x, wrong).grant("code-1", ASK),
        x.client(keys=wrong).refresh,
    )
    for call in calls:
        with pytest.raises(Never) as refused:
            call()
        assert (refused.value.code, refused.value.step) == (Code.KEYS_MISSING, NextStep.CONTACT)


def test_a_public_client_sends_its_name_alone(x: FakeX) -> None:
    x.fail_next(answering(Answer(200, {"access_token": TOKEN})))
    assert door(x, AppKeys("client-of-the-agency", "")).grant("code-1", ASK) == Grant(TOKEN)


# --- renewal


def test_a_refresh_token_is_good_once_and_gives_the_next(x: FakeX) -> None:
    grant = x.client().refresh()
    assert (grant.token, grant.refresh_token) == (TOKEN, x.refresh_token)
    assert grant.refresh_token != REFRESH
    (request,) = x.asked("POST", TOKENS)
    assert "authorization" in request.headers
    assert TOKEN not in request.headers["authorization"]
    with pytest.raises(Never) as refused:
        x.client().refresh()
    assert (refused.value.code, refused.value.step) == (Code.ACCESS_REFUSED, NextStep.RECONNECT)
    assert x.client(refresh_token=grant.refresh_token).refresh().token == TOKEN


@pytest.mark.parametrize(
    "body",
    [GRANT, {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}],
)
def test_x_has_two_ways_to_say_that_the_token_is_no_good(x: FakeX, body: dict[str, str]) -> None:
    x.fail_next(answering(Answer(400, body)))
    with pytest.raises(Never) as refused:
        x.client().refresh()
    assert refused.value.step is NextStep.RECONNECT


@pytest.mark.parametrize(
    "reply",
    [
        Answer(400, {"error": "invalid_request", "error_description": "Missing required parameter."}),
        Answer(401, "<html>Attention required</html>"),
        Answer(403, {"error": "temporarily_unavailable"}),
        UNAUTHORIZED,
        Answer(429, {"title": "Too Many Requests"}),
    ],
)
def test_another_refusal_disconnects_nobody(x: FakeX, reply: Answer) -> None:
    x.fail_next(answering(reply))
    with pytest.raises(Later):
        x.client().refresh()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.RESET_AFTER),
        Fault(FaultKind.SILENT_AFTER),
        answering(Answer(503, ""), after=True),
        answering(Answer(200, "<html>ok</html>"), after=True),
        answering(Answer(200, {"token_type": "bearer"}), after=True),
        answering(Answer(200, []), after=True),
    ],
)
def test_a_lost_answer_is_unknown_for_the_token_may_be_spent(x: FakeX, fault: Fault) -> None:
    x.fail_next(fault)
    with pytest.raises(Unknown):
        x.client(read_timeout=0.3).refresh()


def test_without_a_refresh_token_there_is_only_a_new_consent(x: FakeX) -> None:
    with pytest.raises(Never) as refused:
        x.client(refresh_token="").refresh()
    assert (refused.value.code, refused.value.step) == (Code.EXPIRED, NextStep.RECONNECT)
    assert list(x.requests) == []


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"access_token": ""},
        {"access_token": None},
        {"access_token": 7},
        {"access_token": "t", "refresh_token": ["r"]},
    ],
)
def test_what_holds_no_token_is_no_grant(answer: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        granted(answer)


@pytest.mark.parametrize("life", [None, "7200", -1, True, 10**30])
def test_a_life_that_makes_no_sense_has_no_end_or_a_far_one(life: Any) -> None:
    ends = granted({"access_token": "t", "expires_in": life}).expires_at
    assert ends is None or ends > datetime.now(UTC)


def test_secrets_are_shown_by_nothing(x: FakeX) -> None:
    x.challenge = CHALLENGE
    shown = f"{door(x).grant('code-1', ASK)!r} {ASK!r} {KEYS!r}"
    assert not any(secret in shown for secret in (TOKEN, REFRESH, VERIFIER, KEYS.client_secret))
    assert json.dumps(list(SCOPES)) == json.dumps(list(SPEC.scopes))
