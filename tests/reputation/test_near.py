"""Reprints and copies are put together, and nothing else."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reputation.scoring import near
from reputation.scoring.near import group

SOURCE = """
atelier lampe matin rue marché bois table chêne lumière client prix ville pont eau travail main pierre vente
équipe retard voisin camion usine projet maire conseil salarié accord hausse baisse livraison été hiver quai
école musée jardin route sable vent pluie neige forge verre cuir laine papier encre cadre lettre signe bruit
"""
WORDS = SOURCE.split()


def article(seed: int, words: int = 220) -> str:
    draw = random.Random(seed)
    return " ".join(draw.choice(WORDS) for _ in range(words))


def changed(text: str, share: float, seed: int = 1) -> str:
    draw = random.Random(seed)
    return " ".join(draw.choice(WORDS) if draw.random() < share else word for word in text.split())


HEAD = "Accueil Actualités Sport Culture Newsletter Se connecter Abonnez-vous pour un euro le premier mois. "
FOOT = " Lire aussi nos autres articles. Tous droits réservés. Mentions légales. Suivez-nous."


def shuffled(text: str) -> str:
    words = text.split()
    blocks = [words[at : at + 20] for at in range(0, len(words), 20)]
    random.Random(2).shuffle(blocks)
    return " ".join(word for block in blocks for word in block)


@pytest.mark.parametrize(
    "copy",
    [
        article(1),
        article(1).upper().replace(" ", " \n"),
        article(1).replace("é", "e"),
        HEAD + article(1) + FOOT,
        " ".join(article(1).split()[:132]),
        changed(article(1), 0.1),
        shuffled(article(1)),
    ],
    ids=["same", "capitals", "accents", "header and footer", "cut to 60 %", "10 % changed", "shuffled"],
)
def test_a_copy_is_found(copy: str) -> None:
    assert group({1: article(1), 2: article(2), 3: copy}) == [frozenset({1, 3})]


def test_different_articles_stay_apart() -> None:
    assert group({key: article(key) for key in range(60)}) == []


def test_a_page_of_two_articles_does_not_make_them_one() -> None:
    both = f"{article(1)} {article(2)}"
    groups = group({1: article(1), 2: article(2), 3: both})
    assert not any({1, 2} <= keys for keys in groups)


def test_short_texts_are_the_same_only_word_for_word() -> None:
    texts = {
        1: "Très bon accueil, merci !",
        2: "TRES BON ACCUEIL MERCI",
        3: "Très bon accueil",
        4: "",
        5: " ",
        6: "…",
    }
    assert group(texts) == [frozenset({1, 2})]


def test_groups_come_by_their_smallest_key() -> None:
    texts = {9: article(1), 4: article(2), 7: article(2), 2: article(1), 5: article(3)}
    assert group(texts) == [frozenset({2, 9}), frozenset({4, 7})]


def test_nothing_gives_nothing() -> None:
    assert group({}) == []
    assert group({1: article(1)}) == []


def test_the_order_of_the_texts_changes_nothing() -> None:
    texts = {key: changed(article(key % 4), 0.08, key) for key in range(24)}
    turned = dict(sorted(texts.items(), reverse=True))
    assert group(texts) == group(turned)
    assert [len(keys) for keys in group(texts)] == [6, 6, 6, 6]


def test_a_great_many_same_texts_are_one_group() -> None:
    assert group({key: article(1) + " " * key for key in range(1_000)}) == [frozenset(range(1_000))]


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.integers(0, 50), st.text(max_size=120), max_size=12))
def test_every_key_is_in_one_group_at_most(texts: dict[int, str]) -> None:
    groups = group(texts)
    keys = [key for one in groups for key in one]
    assert len(keys) == len(set(keys))
    assert set(keys) <= set(texts)
    assert all(len(one) > 1 for one in groups)


def test_copies_of_a_hundred_articles_are_found_again() -> None:
    texts, home = {}, {}
    for seed in range(100):
        for copy, text in enumerate(
            (article(seed), changed(article(seed), 0.15, seed), HEAD + article(seed))
        ):
            texts[seed * 3 + copy] = text
            home[seed * 3 + copy] = seed
    groups = group(texts)
    assert all(len({home[key] for key in keys}) == 1 for keys in groups)
    assert sum(len(keys) == 3 for keys in groups) >= 98


def near_copies(count: int, words: int = 120) -> dict[int, str]:
    """One article with another beginning and end each time."""
    body = article(1, words)
    return {key: f"{article(1_000 + key, 6)} {body} {article(5_000 + key, 6)}" for key in range(count)}


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The pairs of texts that were measured exactly."""
    pairs: list[object] = []
    exact = near._shared

    def counted(one: near._Text, other: near._Text) -> int:
        pairs.append((one.keys, other.keys))
        return exact(one, other)

    monkeypatch.setattr(near, "_shared", counted)
    return pairs


@pytest.mark.parametrize("count", [200, 2_000])
def test_the_work_grows_with_the_texts_and_not_with_their_square(count: int, measured: list[object]) -> None:
    assert group(near_copies(count)) == [frozenset(range(count))]
    assert len(measured) <= 8 * count


def test_texts_that_only_share_a_menu_are_measured_a_bounded_number_of_times(measured: list[object]) -> None:
    menu = article(9_999, 60)
    assert group({key: f"{menu} {article(key, 150)}" for key in range(300)}) == []
    assert len(measured) <= near.MOST_MEASURED * 300


def test_whoever_waits_is_told_that_the_work_goes_on() -> None:
    beats: list[int] = []
    group(near_copies(200), lambda: beats.append(1))
    assert len(beats) == 1 + 200 // near.BEAT_EVERY


def test_what_the_beat_raises_ends_the_work() -> None:
    def lost() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        group(near_copies(3), lost)


@pytest.mark.parametrize("seed", range(4))
def test_pages_of_two_articles_among_many_copies_make_no_two_articles_one(seed: int) -> None:
    draw = random.Random(seed)
    rows = [(number, changed(article(number), 0.05, copy)) for number in range(10) for copy in range(8)]
    pairs = [draw.sample(range(10), 2) for _ in range(20)]
    rows += [(-1, f"{article(one)} {article(other)}") for one, other in pairs]
    draw.shuffle(rows)
    groups = group({key: text for key, (_, text) in enumerate(rows)})
    homes = [{rows[key][0] for key in keys} - {-1} for keys in groups]
    assert sorted(home.pop() for home in homes if len(home) == 1) == list(range(10))
    assert not any(homes)


def test_copies_that_only_their_source_ties_together_are_one_group_however_they_come() -> None:
    source = article(3)
    copies = [changed(source, 0.12, seed) for seed in range(6)]
    for turn in range(7):
        texts = dict(enumerate([*copies[:turn], source, *copies[turn:]]))
        assert group(texts) == [frozenset(range(7))]
