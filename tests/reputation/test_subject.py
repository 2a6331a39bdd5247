"""Names of the brand in a text, words of a public, and the words around a name."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reputation.scoring.subject import Found, excerpt, matches, names_brand
from reputation.scoring.words import words_of


def found(text: str, *names: str) -> list[str]:
    return [text[one.start : one.end] for one in names_brand(text, names)]


@pytest.mark.parametrize(
    ("text", "names", "words"),
    [
        ("Chez Maison Lumen, tout va.", ["Maison Lumen"], ["Maison Lumen"]),
        ("chez MAISON LUMEN et maison  lumen", ["Maison Lumen"], ["MAISON LUMEN", "maison  lumen"]),
        ("L’atelier d’Élise a rouvert", ["Atelier d'Elise"], ["atelier d’Élise"]),
        ("aujourd'hui l'Ambrelune et d’Ambrelune", ["ambrelune"], ["Ambrelune", "Ambrelune"]),
        ("Lumen's lamp, Lumen’s too", ["Lumen"], ["Lumen", "Lumen"]),
        ("alumen, Lumens, Lumenne", ["Lumen"], []),
        (
            "#MaisonLumen, @maisonlumen, maison-lumen.fr",
            ["Maison Lumen"],
            ["MaisonLumen", "maisonlumen", "maison-lumen"],
        ),
        ("La maison. Lumen brille.", ["Maison Lumen"], []),
        ("La maison\nLumen", ["Maison Lumen"], []),
        ("Roche & Fils, puis Roche et fils", ["Roche & Fils"], ["Roche & Fils", "Roche et fils"]),
        ("Atelier Roche et Roche", ["Roche", "Atelier Roche"], ["Atelier Roche", "Roche"]),
        ("Le cœur de Cœur d'Azur", ["coeur d azur"], ["Cœur d'Azur"]),
        ("3M et 33M", ["3M"], ["3M"]),
        ("rien ici", ["Lumen"], []),
        ("rien ici", [], []),
        ("rien ici", ["", " ", "…"], []),
        ("", ["Lumen"], []),
    ],
)
def test_a_name_is_found_where_it_stands(text: str, names: list[str], words: list[str]) -> None:
    assert found(text, *names) == words


def test_accents_written_as_marks_belong_to_the_name() -> None:
    text = unicodedata.normalize("NFD", "Chez Élysée, oui")
    assert found(text, "Élysée") == [unicodedata.normalize("NFD", "Élysée")]


@given(st.text(max_size=60), st.text(max_size=20))
def test_offsets_are_in_the_text_as_given(text: str, name: str) -> None:
    places = names_brand(text, [name])
    wanted = [word.text for word in words_of(name)]
    for one in places:
        assert 0 <= one.start < one.end <= len(text)
        got = [word.text for word in words_of(text[one.start : one.end])]
        assert got == wanted or got == ["".join(wanted)]
    assert list(places) == sorted(places, key=lambda one: one.start)
    assert all(before.end <= after.start for before, after in zip(places, places[1:], strict=False))


@given(st.text(alphabet="abé '’", min_size=1, max_size=12).filter(lambda name: bool(words_of(name))))
def test_a_name_is_always_found_in_itself(name: str) -> None:
    words = words_of(name)
    assert names_brand(f"({name})", [name])[:1] in ((), (Found(words[0].start + 1, words[-1].end + 1),))


@pytest.mark.parametrize(
    ("words", "text", "match"),
    [
        ("service client", "Le client attend le SERVICE.", True),
        ("service client", "Le service est fermé.", False),
        ("nuisances travaux", "Une nuisance due aux travaux", True),
        ("journal", "Les journaux en parlent", True),
        ("travaux", "Il cherche du travail", False),
        ("prix", "Les prix montent", True),
        ("résilier l'abonnement", "RESILIER son abonnement", True),
        ("avis de clients", "des avis et un client", True),
        ("chiffre d'affaires", "le chiffre d’affaires monte", True),
        ("gâteaux", "un gateau", True),
        ("de la", "de la rue", True),
        ("de la", "du bois", False),
        ("", "du bois", False),
        ("…", "du bois", False),
        ("bois", "", False),
    ],
)
def test_all_the_words_of_a_query_must_be_there(words: str, text: str, match: bool) -> None:
    assert matches(words, text) is match


def test_an_excerpt_keeps_whole_words_around_the_name() -> None:
    text = (
        "Un début assez long pour être coupé, puis Maison Lumen paraît, et la fin qui traîne encore un peu."
    )
    (name,) = names_brand(text, ["Maison Lumen"])
    cut = excerpt(text, name.start, name.end, 50)
    assert cut == "…être coupé, puis Maison Lumen paraît, et la fin…"


def test_a_short_text_is_given_whole_on_one_line() -> None:
    assert excerpt("Ici\n\nMaison Lumen", 5, 17) == "Ici Maison Lumen"


def test_a_name_at_the_end_takes_what_stands_before() -> None:
    text = "un deux trois quatre cinq six sept huit Lumen"
    assert excerpt(text, 40, 45, 24) == "…six sept huit Lumen"


def test_a_name_longer_than_the_excerpt_is_cut() -> None:
    assert excerpt("Ici Maison Lumen brille", 4, 16, 8) == "…Maison…"
    assert excerpt("Ici Maison Lumen brille", 4, 16, 0) == ""


@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 30), st.integers(0, 80))
def test_an_excerpt_is_never_longer_than_asked(text: str, start: int, length: int, most: int) -> None:
    cut = excerpt(text, start, start + length, most)
    assert len(cut) <= most
    assert "\n" not in cut


@given(
    st.lists(st.text(alphabet="abcdefg", min_size=1, max_size=9), min_size=1, max_size=60), st.integers(0, 59)
)
def test_the_name_is_in_its_excerpt(words: list[str], place: int) -> None:
    words.insert(min(place, len(words)), "LUMEN")
    text = " ".join(words)
    start = text.index("LUMEN")
    assert "LUMEN" in excerpt(text, start, start + 5, 40)
