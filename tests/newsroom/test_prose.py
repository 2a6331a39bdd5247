"""A brand's words as HTML: never unescaped, links right."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from pages.newsroom.prose import clean, french, link_host, paragraphs, short, title

WORDS = st.text(
    alphabet=st.one_of(
        st.sampled_from("<>\"'&();:/.,!?«»’ \n\r\t\u202e\u200f\x00\x1bhtpsaé"), st.characters(codec="utf-8")
    ),
    max_size=300,
)
PIECES = st.lists(
    st.one_of(
        WORDS,
        st.sampled_from(
            ["https://exemple.fr/a?b=1&c=2", "http://x", "https://", "javascript:alert(1)", "\n\n"]
        ),
    )
).map("".join)


@given(PIECES)
def test_nothing_but_paragraphs_breaks_and_safe_links_comes_out(text: str) -> None:
    soup = BeautifulSoup(paragraphs(text), "html.parser")
    for tag in soup.find_all(True):
        if tag.name == "a":
            assert set(tag.attrs) == {"href", "rel", "dir"}
            assert str(tag["href"]).lower().startswith(("http://", "https://"))
            assert tag["href"] == tag.get_text()
        else:
            assert (tag.name, tag.attrs) in [("p", {"dir": "auto"}), ("br", {})]


@given(PIECES)
def test_every_word_comes_out_as_it_was_written(text: str) -> None:
    shown = BeautifulSoup(paragraphs(text), "html.parser").get_text()
    assert shown.split() == clean(text).split()


@given(PIECES)
def test_french_spaces_change_no_word_and_no_link(text: str) -> None:
    plain, french_ = (BeautifulSoup(paragraphs(text, lang), "html.parser") for lang in ("", "fr"))
    assert french_.get_text().split() == plain.get_text().split()
    assert [link["href"] for link in french_.find_all("a")] == [link["href"] for link in plain.find_all("a")]


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Oui ; non !", "Oui\u202f; non\u202f!"),
        ("À 20 % : « Brume » ?", "À 20\u00a0%\u00a0: «\u00a0Brume\u00a0»\u202f?"),
        ("Non! Oui:non", "Non! Oui:non"),
        ("un deux", "un deux"),
    ],
)
def test_a_french_sign_never_begins_a_line(typed: str, set_: str) -> None:
    assert french(typed) == set_


@given(WORDS, st.integers(1, 200))
def test_a_short_form_is_short_and_on_one_line(text: str, n: int) -> None:
    result = short(text, n)
    assert len(result) <= n
    assert "\n" not in result


def test_a_blank_line_parts_paragraphs() -> None:
    assert paragraphs("Un.\n \n\nDeux.\n") == '<p dir="auto">Un.</p>\n<p dir="auto">Deux.</p>'
    assert paragraphs(" \n ") == ""


def test_a_single_line_end_is_a_break_whatever_wrote_it() -> None:
    assert paragraphs("Un\r\nDeux\rTrois\nQuatre") == '<p dir="auto">Un<br>\nDeux<br>\nTrois<br>\nQuatre</p>'


def test_markup_is_shown_not_obeyed() -> None:
    assert (
        paragraphs("<script>alert('x')</script> & co")
        == '<p dir="auto">&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; co</p>'
    )


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("Voir https://exemple.fr/a.", "https://exemple.fr/a"),
        ("(https://exemple.fr/a_(b))", "https://exemple.fr/a_(b)"),
        ("« https://exemple.fr/été »", "https://exemple.fr/été"),
        ("https://exemple.fr/?a=1&b=2 !", "https://exemple.fr/?a=1&b=2"),
        ("HTTPS://Exemple.fr/A…", "HTTPS://Exemple.fr/A"),
        ("https://exemple.fr\u202egnp.exe", "https://exemple.fr"),
        ('"https://exemple.fr/"onclick="x', "https://exemple.fr/"),
    ],
)
def test_an_address_becomes_a_link_without_the_punctuation_around_it(text: str, linked: str) -> None:
    links = BeautifulSoup(paragraphs(text), "html.parser").find_all("a")
    assert [link["href"] for link in links] == [linked]


@pytest.mark.parametrize(
    "text",
    ["javascript:alert(1)", "https://", "data:text/html,x", "xhttps://a.fr", "ftp://a.fr", "http://[x"],
)
def test_what_is_not_a_web_address_stays_text(text: str) -> None:
    assert BeautifulSoup(paragraphs(text), "html.parser").find_all("a") == []


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.exemple.fr/a", "exemple.fr"),
        ("https://banque.fr@autre.example/", "autre.example"),
        ("javascript:alert(1)//exemple.fr", ""),
        ("http://[nonsense", ""),
        ("", ""),
    ],
)
def test_the_host_shown_is_the_one_the_link_leads_to(address: str, host: str) -> None:
    assert link_host(address) == host


def test_a_title_is_the_first_line_cut_between_words() -> None:
    text = "\n  La lampe Brume revient en trois teintes, et la bougie d’automne arrive aussi\nSuite"
    assert title(text, "x") == "La lampe Brume revient en trois teintes, et la bougie d’automne…"
    assert title("  \n ", "Maison Lumen") == "Maison Lumen"
    assert short("un deux, trois", 10) == "un deux…"
    assert short("anticonstitutionnellement", 10) == "anticonst…"
