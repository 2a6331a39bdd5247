"""How X weighs a text: the rules of twitter-text, configuration 3."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.networks.words import compose
from pages.networks.x import SPEC
from pages.networks.x.length import (
    LIMIT,
    URL_LENGTH,
    has_address,
    measure,
    plain_addresses,
)
from tests.networks.bench import LINK, TEXT

EMOJI = ("👾", "🙋🏽", "👨‍🎤", "👨‍👩‍👧‍👦", "🇫🇷", "1️⃣", "©️", "❤️", "☺️", "👁️‍🗨️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "✨")
ADDRESSES = (
    "https://lumen.fr",
    "http://lumen.fr/une/adresse/bien/plus/longue?que=les&autres#la",
    "HTTPS://www.Lumen.FR/",
    "lumen.fr",
    "www.lumen.co.uk/lampes",
    "https://fr.wikipedia.org/wiki/Lampe_(objet)",
    "https://maison-lumen.example:8443/a",
    "https://été.example/lampe",
)
WORDS = st.text(st.characters(categories=("L", "N", "P", "S", "M", "Z")), max_size=80)


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("Hello", 5),
        ("l’été – « ok » “ok”", 19),  # quotes and dashes of the light range
        ("日本語", 6),
        ("… • €", 8),  # three heavy ones, two blanks
        ("café", 4),
        ("cafe\u0301", 4),
        ("©", 1),
        ("™", 2),
        ("", 0),
    ],
)
def test_a_character_weighs_one_or_two(text: str, weight: int) -> None:
    assert measure(text, "") == weight


@pytest.mark.parametrize("emoji", EMOJI)
def test_an_emoji_weighs_two_whatever_it_is_made_of(emoji: str) -> None:
    assert measure(emoji, "") == 2
    assert measure(f"a{emoji}{emoji}b", "") == 6


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_weighs_the_same_however_long(address: str) -> None:
    assert measure(address, "") == URL_LENGTH
    assert measure(f"Voir ({address}), puis venez.", "") == 6 + URL_LENGTH + 14
    assert measure(f"{address}. {address} !", "") == 2 * URL_LENGTH + 4
    assert measure(address, "", 30) == 30
    assert has_address(f"Voir {address}.")


@pytest.mark.parametrize(
    "text",
    [
        "nadia@lumen.fr",
        "#lumen.fr",
        "@lumen.fr",
        "Fin.On vous attend",
        "otters.otters",
        "http://lampes",
        "ftp.",
        "a.b",
        f"{'u' * 64}.com",
    ],
)
def test_what_is_no_address_weighs_its_letters(text: str) -> None:
    assert measure(text, "") == len(text)
    assert not has_address(text)
    assert plain_addresses(text) == text


def test_a_name_too_long_as_ascii_is_no_host() -> None:
    assert measure(f"https://{'あ' * 70}.com", "") == 8 + 140 + 4


def test_the_link_stands_on_a_line_of_its_own_unless_it_is_there_already() -> None:
    assert compose("Une lampe", LINK) == f"Une lampe\n\n{LINK}"
    assert compose(f"Une lampe {LINK}", LINK) == f"Une lampe {LINK}"
    assert compose("", LINK) == LINK
    assert compose("  Une lampe ", "") == "Une lampe"
    assert measure("Une lampe", LINK) == 9 + 2 + URL_LENGTH


def test_a_full_post_is_just_full() -> None:
    assert measure("x" * (LIMIT - URL_LENGTH - 2), LINK) == LIMIT == SPEC.default_text_limit
    assert SPEC.measure(TEXT, LINK) == measure(TEXT, LINK)


@given(WORDS)
@settings(max_examples=150)
def test_a_text_weighs_at_most_twice_its_characters_and_the_same_in_any_form(text: str) -> None:
    whole = unicodedata.normalize("NFC", text.strip())
    weight = measure(text, "")
    assert weight <= 2 * len(whole) + URL_LENGTH * whole.count(".")
    assert weight == measure(unicodedata.normalize("NFD", text), "")
    assert (weight == 0) == (not whole)


@given(st.lists(st.sampled_from(EMOJI), max_size=8))
@settings(max_examples=50)
def test_emoji_set_apart_weigh_two_each(emoji: list[str]) -> None:
    assert measure(" ".join(emoji), "") == max(0, 3 * len(emoji) - 1)


@given(WORDS, st.sampled_from(ADDRESSES))
@settings(max_examples=100)
def test_a_link_adds_its_weight_and_the_blank_before_it(text: str, link: str) -> None:
    alone = measure(text, "")
    if text.strip():
        assert measure(text, link) == alone + 2 + URL_LENGTH
    assert has_address(compose(text, link))


@given(WORDS)
@settings(max_examples=100)
def test_addresses_without_protocol_are_the_same_however_often_asked(text: str) -> None:
    once = plain_addresses(f"{text} https://lumen.fr/ {text}")
    assert plain_addresses(once) == once
    assert "lumen.fr/ " not in once


def test_a_host_is_found_in_time_in_a_long_run_of_letters_and_dots() -> None:
    assert measure("a." * 5000 + "a", "") == 10_001
    assert measure("https://" + "a-" * 5000, "") == 10_008
