"""Sentiment by rules: what turns a word of opinion, and when to say "uncertain"."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reputation.enums import Sentiment
from reputation.scoring.clauses import read
from reputation.scoring.lexicon import adjective_forms, lexicon, verb_forms
from reputation.scoring.sentiment import KINDS, Opinion, score

OWN = Path(__file__).parents[1] / "fixtures" / "sentiment" / "brand_fr.jsonl"
FILMS = Path(__file__).parents[3] / "shared" / "data" / "reputation" / "train_films.jsonl"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Je recommande vivement cette boutique.", "positive"),
        ("Je ne recommande pas cette boutique.", "negative"),
        ("je recommande pas du tout", "negative"),
        ("Service parfait, livraison rapide.", "positive"),
        ("Ce n'est pas un bon produit.", "negative"),
        ("Livré sans aucun problème, merci !", "positive"),
        ("Aucun défaut, rien à redire.", "positive"),
        ("Plus jamais.", "negative"),
        ("Plus beau que sur la photo, j'adore.", "positive"),
        ("Pas mal du tout, et le personnel est adorable.", "positive"),
        ("Pas terrible.", "negative"),
        ("Hors de prix et mal servi.", "negative"),
        ("Toujours pas livré, aucune réponse.", "negative"),
        ("Malgré un léger retard, je suis ravi de ma superbe table.", "positive"),
        ("La lampe est jolie mais elle est arrivée cassée et le service est lamentable.", "negative"),
        ("😍😍 merci", "positive"),
        ("livraison 😡😡", "negative"),
        ("The staff was friendly and the food delicious.", "positive"),
        ("Terrible service, never again.", "negative"),
        ("Bonne journée à toute l'équipe de la mairie", "neutral"),
        ("La boutique ouvre lundi à neuf heures.", "neutral"),
        ("Est-ce que vous livrez en Suisse ?", "neutral"),
        ("Merci de m'indiquer les horaires de demain.", "neutral"),
        ("Quel est le bon de commande à remplir ?", "neutral"),
        ("Il n'y a rien de bon dans ce resto", "negative"),
        ("Rien de très bon", "negative"),
        ("Rien de sympa ni de propre ici", "negative"),
        ("Rien n'est bon ici", "negative"),
        ("Tout sauf professionnel", "negative"),
        ("C'est tout sauf un bon service", "negative"),
        ("Ils sont loin d'être aimables", "negative"),
        ("Il n'y a rien de plus beau.", "positive"),
        ("Rien de tel qu'un bon café ici", "positive"),
        ("Loin de chez moi mais excellent", "positive"),
        ("Tout est parfait sauf la livraison", "positive"),
        ("Rien de grave, le service est parfait.", "positive"),
        ("Tout sauf mauvais !", "uncertain"),
        ("", "uncertain"),
        ("ok", "uncertain"),
        ("👀", "uncertain"),
        ("Sans commentaire...", "uncertain"),
        ("Excellent accueil. Livraison catastrophique.", "uncertain"),
        ("Ni bien ni mal.", "uncertain"),
        ("Bravo...", "uncertain"),
        ("مرحبا", "uncertain"),
    ],
)
def test_a_short_text_is_judged(text: str, label: str) -> None:
    assert score(text).label == label


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ("C'est un peu lent.", "C'est très lent."),
        ("Est-ce que c'est lent ?", "C'est lent."),
        ("J'espère que ce n'est pas lent et mauvais", "C'est lent et mauvais"),
        ("C'est lent, mais le cadre est beau.", "C'est lent."),
    ],
)
def test_the_same_word_weighs_more_or_less(weaker: str, stronger: str) -> None:
    assert score(weaker).negative < score(stronger).negative


def test_what_others_say_counts_less_in_the_press() -> None:
    text = "« Une marque détestable et malhonnête », selon un concurrent de Lumen"
    assert score(text, "press").negative < score(text, "social").negative


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Une pétition contre l'extension de l'usine Lumen réunit 3 000 signatures.", "uncertain"),
        ("La pétition pour sauver l'atelier Lumen a recueilli 5 000 signatures.", "uncertain"),
        ("Le collectif dépose un recours contre le projet de Maison Lumen.", "uncertain"),
        ("Maison Lumen rappelle un lot de lampes.", "uncertain"),
        ("Maison Lumen ouvre un magasin à Lyon mardi.", "neutral"),
        ("Maison Lumen rappelle que ses magasins ouvrent lundi.", "neutral"),
    ],
)
def test_where_somebody_objects_a_text_without_opinion_is_not_called_neutral(text: str, label: str) -> None:
    assert score(text, "press").label == label


def test_praise_that_a_complaint_follows_is_irony() -> None:
    assert score("Bravo, encore un colis perdu !").label != "positive"
    assert score("Bravo, très belle boutique !").label == "positive"


def test_after_a_turn_words_weigh_more_than_before() -> None:
    assert score("Cher mais superbe").positive > score("Superbe mais cher").positive


def test_a_name_written_with_full_stops_ends_no_sentence() -> None:
    assert {token.sentence for token in read("M. Roche et J. Lumen, version 2.1").tokens} == {0}
    assert {token.sentence for token in read("Oui. Non ! Peut-être… Enfin").tokens} == {0, 1, 2, 3}


def test_labels_are_those_of_the_audits() -> None:
    labels = {score(text).label for text in ("Superbe.", "Nul.", "La boutique ouvre lundi matin.", "ok")}
    assert labels == set(Sentiment.values)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "pas",
                "ne",
                "très",
                "bon",
                "nul",
                "mais",
                "superbe",
                "!",
                "?",
                ",",
                ".",
                "«",
                "»",
                "😍",
                "bien que",
                "sans",
                "plus",
                "jamais",
                "\ud800",
                "encore",
                "merci",
            ]
        )  # fmt: skip
        | st.text(max_size=8),
        max_size=30,
    ),
    st.sampled_from(KINDS),
)
def test_every_text_gets_shares_that_agree_with_its_label(pieces: list[str], kind: str) -> None:
    opinion = score(" ".join(pieces), kind)
    shares = {"positive": opinion.positive, "negative": opinion.negative, "neutral": opinion.neutral}
    assert sum(shares.values()) == pytest.approx(1)
    assert all(0 <= share <= 1 for share in shares.values())
    if opinion.label == "uncertain":
        assert max(shares.values()) < 0.6
    else:
        assert max(shares, key=lambda label: shares[label]) == opinion.label


@pytest.mark.parametrize(
    "text", ["bon " * 50_000, "a" * 200_000, "pas " * 50_000, "?!" * 100_000, "«" * 100_000]
)
def test_a_very_long_text_takes_no_time(text: str) -> None:
    began = time.process_time()
    assert isinstance(score(text), Opinion)
    assert time.process_time() - began < 1.0


def test_french_words_take_their_forms() -> None:
    assert set(adjective_forms("heureux")) == {"heureux", "heureuse", "heureuses"}
    assert set(adjective_forms("bon")) == {"bon", "bons", "bonne", "bonnes"}
    assert set(adjective_forms("genial")) == {"genial", "geniaux", "geniale", "geniales"}
    assert {"recommande", "recommandons", "recommanderais", "recommandee"} <= set(verb_forms("recommander"))
    assert "negligeons" in set(verb_forms("negliger"))


def test_the_lexicon_is_folded_and_no_idiom_is_a_single_word() -> None:
    words = lexicon()
    assert all(
        one == one.lower() and one.isascii() and one.isalnum() for entry in words.weights for one in entry
    )
    assert words.longest <= 6
    assert words.weights[("pas", "mal")] > 0 > words.weights[("mal",)]
    assert words.weights[("bonne", "journee")] == 0


def rates(rows: list[tuple[str, str]], label: str) -> tuple[float, float]:
    """Precision and recall of one label over (true, given) pairs."""
    count = Counter(rows)
    right = count[label, label]
    return (
        right / max(1, sum(n for (_, given), n in count.items() if given == label)),
        right / max(1, sum(n for (true, _), n in count.items() if true == label)),
    )


def test_texts_about_brands_that_the_rules_were_not_made_on() -> None:
    """Our own 70 texts of the part "check"; the rules were made looking at the part "dev" alone."""
    lines = [json.loads(line) for line in OWN.read_text("utf-8").splitlines()]
    rows = [(one["label"], score(one["text"], one["kind"]).label) for one in lines if one["part"] == "check"]
    assert len(rows) == 70
    for label, least_precision, least_recall in (
        ("positive", 0.9, 0.85),
        ("negative", 0.85, 0.7),
        ("neutral", 0.8, 0.85),
        ("uncertain", 0.65, 0.7),
    ):
        precision, recall = rates(rows, label)
        assert precision >= least_precision, label
        assert recall >= least_recall, label
    assert sum(row in (("positive", "negative"), ("negative", "positive")) for row in rows) <= 1


def test_film_reviews_are_rarely_taken_for_their_opposite() -> None:
    if not FILMS.is_file():
        pytest.skip("no ../shared/data/reputation: the reviews are not part of the project")
    names = ("negative", "positive")
    lines = [json.loads(line) for line in FILMS.read_text("utf-8").splitlines()[-400:]]
    rows = [(names[one["label"]], score(one["text"], "review").label) for one in lines]
    assert sum(given not in (true, "uncertain") for true, given in rows) <= 0.1 * len(rows)
    assert rates(rows, "positive")[0] >= 0.85
    assert rates(rows, "negative")[0] >= 0.85
