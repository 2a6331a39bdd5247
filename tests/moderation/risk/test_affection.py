"""Affection softens a mild word said to a friend; laughter, kisses and smileys soften nothing."""

import pytest

from moderation.risk.assess import assess
from moderation.risk.shapes import CommentText

LAUGHED = (
    "Quelle débile cette caissière 🤣",
    "Votre standardiste est une abrutie mdr",
    "Bande de bouffons lol",
    "Le livreur, un crétin fini haha",
    "T'es vraiment un imbécile 😅",
    "Vous êtes des guignols, bisous",
    "Pauvre type 😘",
    "Félicitations, votre gérant est un abruti",
    "Bravo à vous, bande de minables 😂😂",
    "ptdr la vendeuse est une idiote",
    "Mon gars, tu es un abruti",
)
THIRD_PERSONS = (
    "Je vous aime mais votre vendeur est un abruti ❤",
    "Mon pote, cette caissière est une conne",
    "Julie Morel est une crétine 🥰",
)
AFFECTIONATE = (
    "T'es con mon pote, tu m'as fait peur",
    "Je t'aime gros bêta, t'es trop con ❤",
    "Espèce d'idiot, tu nous manques ❤",
)


@pytest.mark.parametrize("text", LAUGHED + THIRD_PERSONS)
def test_laughter_and_a_third_person_hide_no_insult(text: str) -> None:
    assert assess(CommentText(text)).flag


@pytest.mark.parametrize("text", AFFECTIONATE)
def test_affection_for_the_one_spoken_to_softens_a_mild_word(text: str) -> None:
    assert not assess(CommentText(text)).flag


def test_affection_softens_no_grave_word() -> None:
    assert assess(CommentText("Je t'aime bien mon pote mais t'es un enculé")).flag
