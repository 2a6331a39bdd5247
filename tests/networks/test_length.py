"""Length as Mastodon counts it, and the text as it leaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.networks.mastodon.length import URL_LENGTH, graphemes, measure, plain_mentions
from pages.networks.newsroom.client import measure as newsroom_measure
from pages.networks.words import compose

ADDRESS = "https://www.example.com/boutique/une-tres-longue-adresse?utm_source=social&utm_medium=post#haut"
regex = pytest.importorskip("regex", reason="regex gives the Unicode rule to compare with")
CHARS = "aé\u0301e\r\n 👍🏽👩‍🚀🇫🇷🏴\u200d\ufe0f❤1\u20e3한กำि"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Bonjour", 7),
        ("e\u0301te\u0301", 3),
        ("👨‍👩‍👧‍👦", 1),
        ("👍🏽", 1),
        ("🇫🇷🇧🇪", 2),
        ("🏴󠁧󠁢󠁷󠁬󠁳󠁿", 1),
        ("1️⃣", 1),
        ("a\r\nb", 3),
        ("\u0301", 1),
        ("👩 🚀", 3),
        ("a\u200d🚀", 2),
    ],
)
def test_a_character_is_what_a_reader_sees(text: str, length: int) -> None:
    assert graphemes(text) == length


@given(st.text(st.sampled_from(CHARS), max_size=12))
def test_never_fewer_than_the_unicode_rule_gives(text: str) -> None:
    assert graphemes(text) >= len(regex.findall(r"\X", text))


@given(st.text("aéçœ«»’ \n👍❤️🇫🇷", max_size=20))
def test_exactly_the_unicode_rule_for_what_people_write(text: str) -> None:
    assert graphemes(text) == len(regex.findall(r"\X", text))


@pytest.mark.parametrize(
    ("text", "length"),
    [
        (ADDRESS, URL_LENGTH),
        (f"Voir {ADDRESS}.", 5 + URL_LENGTH + 1),
        (f"({ADDRESS})", 2 + URL_LENGTH),
        ("https://fr.wikipedia.org/wiki/Lumen_(unité)", URL_LENGTH),
        ("http://a.fr", URL_LENGTH),
        (f"{ADDRESS} {ADDRESS}", 2 * URL_LENGTH + 1),
        ("HTTPS://EXAMPLE.COM/A", URL_LENGTH),
        ("https://localhost/tout-est-compte", 33),
        ("www.example.com/sans-protocole", 30),
        ("xhttps://example.com/colle", 26),
        ("https://münchen.example/straße", URL_LENGTH),
    ],
)
def test_any_address_counts_alike(text: str, length: int) -> None:
    assert measure(text, "") == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("@ami@autre.example", 4),
        ("@ami", 4),
        ("Merci @jean.dupont@une.tres.longue.instance.example !", 20),
        ("écrire à nous@maison.example", 28),
        ("@a@b.example @c@d.example", 5),
    ],
)
def test_of_a_mention_only_the_name_counts(text: str, length: int) -> None:
    assert measure(text, "") == length


def test_the_link_counts_with_the_blank_line_before_it() -> None:
    assert measure("Bonjour", ADDRESS) == 7 + 2 + URL_LENGTH
    assert measure("Bonjour", ADDRESS, 40) == 7 + 2 + 40
    assert measure("", ADDRESS) == URL_LENGTH


def test_a_link_that_the_text_holds_is_not_said_twice() -> None:
    assert compose(f"Voir {ADDRESS}", ADDRESS) == f"Voir {ADDRESS}"
    assert compose(f"Voir {ADDRESS}/autre", ADDRESS) == f"Voir {ADDRESS}/autre\n\n{ADDRESS}"
    assert compose("  Bonjour \n", "") == "Bonjour"


@given(st.text(max_size=60), st.text(max_size=20))
def test_counting_never_fails(text: str, link: str) -> None:
    assert measure(text, link) >= 0
    assert len(plain_mentions(text)) <= len(text)


def test_the_newsroom_counts_plain_characters() -> None:
    assert newsroom_measure("été", ADDRESS) == 3
