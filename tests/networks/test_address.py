"""A server's address as people type it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_suite.core.guard import GuardRefused
from pages.networks.address import origin

ALLOWED = frozenset({("127.0.0.1", 5000), ("demo.example", 80)})


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("mastodon.social", "https://mastodon.social"),
        ("  Mastodon.Social/ ", "https://mastodon.social"),
        ("https://mastodon.social/", "https://mastodon.social"),
        ("https://mastodon.social/@lumen", "https://mastodon.social"),
        ("mastodon.social/@lumen", "https://mastodon.social"),
        ("https://mastodon.social:443", "https://mastodon.social"),
        ("mastodon.social.", "https://mastodon.social"),
        ("@lumen@mastodon.social", "https://mastodon.social"),
        ("lumen@mastodon.social", "https://mastodon.social"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("https://127.0.0.1:5000/", "https://127.0.0.1:5000"),
        ("http://demo.example", "http://demo.example"),
    ],
)
def test_what_people_type_becomes_an_origin(typed: str, found: str) -> None:
    assert origin(typed, ALLOWED) == found


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "address_malformed"),
        ("deux mots", "address_malformed"),
        ("https://", "address_malformed"),
        ("http://mastodon.social", "address_scheme"),
        ("ftp://mastodon.social", "address_scheme"),
        ("javascript://mastodon.social", "address_scheme"),
        ("https://me:secret@mastodon.social", "address_userinfo"),
        ("https://mastodon.social@evil.example", "address_userinfo"),
        ("mastodon.social:8443", "address_port"),
        ("mastodon.social:huit", "address_malformed"),
        ("https://127.0.0.1", "address_private"),
        ("https://127.0.0.1:5001", "address_port"),
        ("169.254.169.254", "address_private"),
        ("https://[::1]/", "address_private"),
        ("https://2130706433", "address_malformed"),
        ("https://0x7f.1", "address_malformed"),
        ("https://" + "a" * 70 + ".example", "address_malformed"),
        ("https://" + ".".join(["abcdefghi"] * 25), "address_malformed"),
    ],
)
def test_what_is_refused_says_why(typed: str, code: str) -> None:
    with pytest.raises(GuardRefused) as caught:
        origin(typed, ALLOWED)
    assert caught.value.code == code


@given(st.text(max_size=40))
def test_whatever_is_typed_is_an_origin_or_refused(typed: str) -> None:
    try:
        found = origin(typed)
    except GuardRefused:
        return
    assert found.startswith("https://")
    assert found.count("/") == 2
