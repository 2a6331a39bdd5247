"""Meta's webhooks: who may check the address, who signed, who stirred."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.networks.meta_hooks import LARGEST, Stir, challenge, named, signed, stirred

SECRET: Final = "secret of the application"
BODY: Final = b'{"object":"page","entry":[{"id":"5515","changes":[{"field":"feed"}]}]}'


def mark(body: bytes = BODY, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def check(**more: str) -> dict[str, str]:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "known", "hub.challenge": "1158201444"}
    return asked | {f"hub.{name}": value for name, value in more.items()}


def test_whoever_knows_the_token_gets_the_challenge_back() -> None:
    assert challenge(check(), "known") == "1158201444"


@pytest.mark.parametrize(
    "asked",
    [
        check(verify_token="other"),
        check(verify_token=""),
        check(verify_token="connu\u00e9"),
        check(mode="unsubscribe"),
        check(challenge=""),
        check(challenge="<script>"),
        check(challenge="\u0661\u0662"),
        check(challenge="1" * 41),
        {},
    ],
)
def test_anybody_else_gets_nothing(asked: dict[str, str]) -> None:
    assert challenge(asked, "known") is None


def test_without_a_token_of_our_own_nobody_is_let_in() -> None:
    assert challenge(check(verify_token=""), "") is None


def test_a_body_that_meta_signed_is_metas() -> None:
    assert signed(BODY, mark(), SECRET)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256=",
        mark(b"other"),
        mark(secret="other"),
        mark()[7:],
        "sha1=" + "0" * 40,
        mark() + "0",
        "sha256=é",
    ],
)
def test_a_body_that_somebody_else_signed_is_not(header: str) -> None:
    assert not signed(BODY, header, SECRET)


def test_without_a_secret_nothing_is_signed() -> None:
    assert not signed(BODY, mark(secret=""), "")


@given(st.binary(max_size=60), st.binary(max_size=60))
@settings(max_examples=50, deadline=None)
def test_a_signature_is_of_these_bytes_alone(body: bytes, other: bytes) -> None:
    assert signed(body, mark(body), SECRET)
    assert signed(other, mark(body), SECRET) == (other == body)


def body(*entries: Any, kind: Any = "page") -> bytes:
    return json.dumps({"object": kind, "entry": list(entries)}).encode()


def test_who_stirred_and_what_moved_each_once() -> None:
    said = body(
        {"id": "5515", "time": 1, "changes": [{"field": "feed", "value": {}}, {"field": "feed"}]},
        {"id": "5515", "messaging": [{"sender": {"id": "7001"}, "message": {"text": "Ma commande ?"}}]},
        {"id": 5516, "changes": [{"field": "mention"}], "standby": [{}]},
    )
    assert stirred(said) == (
        Stir("page", "5515", "feed"),
        Stir("page", "5515", "messages"),
        Stir("page", "5516", "mention"),
        Stir("page", "5516", "messages"),
    )


def test_instagram_stirs_under_its_own_name() -> None:
    said = body({"id": "178", "changes": [{"field": "comments"}]}, kind="instagram")
    assert stirred(said) == (Stir("instagram", "178", "comments"),)


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        ({"media_id": "17918195224117851", "comment_id": "178942"}, (17918195224117851, 178942)),
        ({"media_id": 178, "comment_id": 179}, (178, 179)),
        ({"media_id": "178"}, (178, 0)),
        ({"comment_id": "179"}, (0, 0)),
        ({"media_id": "x", "comment_id": "179"}, (0, 0)),
        ({"media_id": "1" * 21}, (0, 0)),
        ({"media_id": True}, (0, 0)),
        ("178", (0, 0)),
        (None, (0, 0)),
    ],
)
def test_words_that_name_an_account_come_with_their_numbers(value: Any, numbers: tuple[int, int]) -> None:
    said = body({"id": "178", "changes": [{"field": "mentions", "value": value}]}, kind="instagram")
    assert stirred(said) == (Stir("instagram", "178", "mentions", *numbers),)


def test_nothing_else_that_moved_has_numbers() -> None:
    value = {"media_id": "178", "comment_id": "179"}
    said = body({"id": "178", "changes": [{"field": "mention", "value": value}]})
    assert stirred(said) == (Stir("page", "178", "mention"),)
    assert (named(178, 179), named(178, 0)) == ("named_178_179", "named_178")


def test_the_same_body_again_says_the_same() -> None:
    assert stirred(BODY) == stirred(BODY) == (Stir("page", "5515", "feed"),)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"no",
        b"[]",
        b'{"object": 3}',
        body({"changes": [{"field": "feed"}]}),
        body({"id": "", "changes": [{"field": "feed"}]}),
        body({"id": "5515", "changes": "feed"}),
        body({"id": "5515", "changes": [{"field": 3}, "x", {"field": "x" * 61}]}),
        body({"id": "5515", "messaging": []}),
        body("x", 3),
        body({"id": "5515", "changes": [{"field": "feed"}]}, kind=["page"]),
        b" " * LARGEST + BODY,
    ],
)
def test_what_cannot_be_read_stirs_nobody(said: bytes) -> None:
    assert stirred(said) == ()


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_body_is_read_without_a_failure(said: bytes) -> None:
    assert isinstance(stirred(said), tuple)
