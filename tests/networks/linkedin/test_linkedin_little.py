"""The little text format: every character arrives, and hashtags are hashtags."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pages.networks.linkedin.little import escaped, measure, plain
from pages.networks.words import compose

RESERVED = "|{}@[]()<>#*_~\\"
TEXTS = (
    st.text(alphabet=st.sampled_from([*RESERVED, "a", "é", "1", " ", "\n", "＃", "\u0301", "👍", ":"]))
    | st.text()
)

WRITTEN = [
    ("Une lampe", "Une lampe"),
    ("5 < 6 (oui) *vraiment* ~ |", r"5 \< 6 \(oui\) \*vraiment\* \~ \|"),
    ("@nadia, a_b [c] {d} e>f", r"\@nadia, a\_b \[c\] \{d\} e\>f"),
    (r"C:\lampes", r"C:\\lampes"),
    ("#Vitrine", r"{hashtag|\#|Vitrine}"),
    ("Vu en #été2026.", r"Vu en {hashtag|\#|été2026}."),
    ("«#Lampe» (#Or)", r"«{hashtag|\#|Lampe}» \({hashtag|\#|Or}\)"),
    ("＃照明 ici", r"{hashtag|\＃|照明} ici"),
    ("#1 des lampes", r"\#1 des lampes"),
    ("C# et a#b", r"C\# et a\#b"),
    ("#deux_mots", r"\#deux\_mots"),
    ("https://lumen.example/a_b#fin", r"https://lumen.example/a\_b\#fin"),
    ("##Vitrine", r"\#\#Vitrine"),
]


@pytest.mark.parametrize(("text", "commentary"), WRITTEN)
def test_reserved_characters_are_escaped_and_hashtags_are_templates(text: str, commentary: str) -> None:
    assert escaped(text) == commentary
    assert plain(commentary) == text


@given(TEXTS)
@example(r"{hashtag|\#|x} @[Nadia](urn:li:person:1) \\ \#")
@example("#cafe\u0301")
def test_what_is_escaped_is_read_back_as_it_was(text: str) -> None:
    assert plain(escaped(text)) == text


@given(TEXTS)
def test_no_reserved_character_is_left_to_itself(text: str) -> None:
    without_hashtags = re.sub(r"\{hashtag\|\\[#＃]\|[^\W_]+\}", "", escaped(text))
    without_escapes = re.sub(r"\\[|{}@\[\]()<>#*_~\\]", "", without_hashtags)
    assert not set(without_escapes) & set(RESERVED)


@pytest.mark.parametrize(
    ("commentary", "text"),
    [
        ("Bonjour @[Maison Lumen](urn:li:organization:5515715) !", "Bonjour Maison Lumen !"),
        (r"@[Maison \(Lumen\)](urn:li:organization:1)", "Maison (Lumen)"),
        ("{hashtag|#|Technology}", "#Technology"),
        (r"{hashtag|\#|deux\_mots}", "#deux_mots"),
        ("#libre, @nadia", "#libre, @nadia"),
        (r"a\b", r"a\b"),
    ],
)
def test_what_others_wrote_is_read_as_people_see_it(commentary: str, text: str) -> None:
    assert plain(commentary) == text


@given(st.text(alphabet="{hastg|\\#}@[](urn:li)x", max_size=300))
def test_any_commentary_is_read(commentary: str) -> None:
    assert len(plain(commentary)) <= len(commentary)


def test_very_long_commentaries_are_read_in_one_pass() -> None:
    assert plain("@[" * 50_000) == "@[" * 50_000
    assert plain("{hashtag|#|" * 20_000) == "{hashtag|#|" * 20_000
    assert plain(escaped("#" + "a" * 100_000 + "_")) == "#" + "a" * 100_000 + "_"


def test_the_link_stands_apart_unless_the_text_holds_it() -> None:
    assert compose(" Une lampe ", "https://a.example/") == "Une lampe\n\nhttps://a.example/"
    assert compose("Voir https://a.example/ ici", "https://a.example/") == "Voir https://a.example/ ici"
    assert compose("", "https://a.example/") == "https://a.example/"
    assert compose("Une lampe", "") == "Une lampe"


@pytest.mark.parametrize(
    ("text", "link", "length"),
    [
        ("Une lampe", "", 9),
        ("👍", "", 2),
        ("#(_)", "", 4),
        ("a", "https://a.example/", 21),
        ("", "", 0),
        ("\ud800", "", 1),
    ],
)
def test_length_is_in_utf16_units_without_escapes(text: str, link: str, length: int) -> None:
    assert measure(text, link) == length


@given(st.text(), st.text())
def test_length_never_shrinks_when_words_are_added(text: str, more: str) -> None:
    assert measure(text.strip() + "x" + more, "") >= measure(text, "")
