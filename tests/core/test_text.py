"""Fingerprints, redaction, clipping."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_suite.core.text import ELLIPSIS, REDACTED, clip, fingerprint, is_blank, redact


def test_a_fingerprint_is_a_known_value() -> None:
    assert fingerprint("Bonjour") == "9172e8eec99f144f72eca9a568759580edadb2cfd154857f07e657569493bc44"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("été", "e\u0301te\u0301"),
        ("a  b", "a b"),
        (" a\r\nb ", "a b"),
        ("10\u00a0€", "10 €"),
        ("", " \n\t"),
    ],
)
def test_what_a_network_rewrites_has_the_same_fingerprint(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(("one", "other"), [("Bonjour", "bonjour"), ("a b", "ab"), ("ete", "été")])
def test_what_differs_for_a_reader_has_another_fingerprint(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


@given(st.text(st.characters()))
def test_any_text_has_a_fingerprint_that_normalising_keeps(text: str) -> None:
    assert fingerprint(unicodedata.normalize("NFC", text)) == fingerprint(text)
    assert fingerprint(f"\n{text}\u00a0") == fingerprint(text)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("token s3cr3t/+x sent", f"token {REDACTED} sent"),
        ("https://a.example/?t=s3cr3t%2F%2Bx&b=1", f"https://a.example/?t={REDACTED}&b=1"),
        ("Authorization: Bearer abcdef123456", f"Authorization: Bearer {REDACTED}"),
        ('{"access_token": "zzz", "id": 4}', f'{{"access_token": "{REDACTED}", "id": 4}}'),
        ("https://a.example/?access_token=zzz&id=4", f"https://a.example/?access_token={REDACTED}&id=4"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_secrets_do_not_show(text: str, clean: str) -> None:
    assert redact(text, ["s3cr3t/+x"]) == clean


def test_a_secret_inside_a_longer_one_leaves_no_rest() -> None:
    assert redact("abcdef abc", ["abc", "abcdef"]) == f"{REDACTED} {REDACTED}"


def test_an_empty_secret_is_none() -> None:
    assert redact("a b", ["", " "]) == "a b"


@given(secret=st.text(min_size=12, max_size=40).filter(str.strip), around=st.text(max_size=30))
def test_no_given_secret_survives(secret: str, around: str) -> None:
    assert secret not in redact(f"{around}{secret}{around}", [secret])


@pytest.mark.parametrize(
    ("text", "size", "clipped"),
    [
        ("short", 5, "short"),
        ("a longer text", 9, "a longer…"),
        ("a longer text", 8, "a longe…"),
        ("ab cd", 4, "ab…"),
        ("e\u0301e\u0301e\u0301", 4, "e\u0301…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_a_text_is_clipped_visibly(text: str, size: int, clipped: str) -> None:
    assert clip(text, size) == clipped


@given(text=st.text(), size=st.integers(0, 30))
def test_a_clipped_text_fits(text: str, size: int) -> None:
    clipped = clip(text, size)
    assert len(clipped) <= size
    assert clipped == text or size == 0 or clipped.endswith(ELLIPSIS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "\u200b\u2060",
        "\u202e",
        "\ufeff",
        "\u00ad",
        "\x00",
        "\ud800",
        "\u0301",
        "\u3164",
        "\u2800",
    ],
)
def test_what_shows_nothing_is_blank(text: str) -> None:
    assert is_blank(text) is True
    assert is_blank(f"{text}a{text}") is False


@pytest.mark.parametrize("text", [".", "0", "é", "e\u0301", "👩\u200d🎨", "❤\ufe0f", "شكرا", "한국어", "⠓"])
def test_what_shows_something_is_not(text: str) -> None:
    assert is_blank(text) is False
