"""Insults badly spelt, cut in two or run together are read; words of the language are left alone."""

import pytest

from moderation.risk.assess import assess
from moderation.risk.catalogue import catalogue
from moderation.risk.shapes import CommentText

MISSPELT = (
    "connart",
    "konar",
    "connasses",
    "konasse",
    "Espèce de batar",
    "sallope",
    "une grosse salloppe",
    "salopar",
    "bande de konnards",
    "encullés",
    "pétase",
    "vous êtes des krétins",
    "imbécil",
    "Votre caissière est une konnase",
    "fille de put",
    "niketamere",
    "trouducul",
    "tagueule",
    "pute2",
    "salope1",
    "puta1n de connar",
    "con nnard",
    "sal ope",
    "enc ulé",
    "t o c a r d",
    "p.u.t.e",
)
ORDINARY = (
    "Ça abrutit les enfants, ces écrans.",
    "Un porto et deux pollacks, merci.",
    "Les sorciers du spectacle étaient géniaux.",
    "Le voyage au Niger était superbe.",
    "M. Conard et Mme Connart sont venus hier.",
    "De bile en bile, quel roman.",
    "Un bijou plaqué or dure toute une vie.",
    "Il me gère bien mon dossier.",
    "Il y a foire : je vous emmène en foire demain.",
    "Deux cônes et des rattes du Touquet.",
    "Le train traîne et le bus traine aussi.",
    "Jouez au single ou au double, les putts comptent.",
    "Elle scella sa lettre, il scellera la sienne.",
)


@pytest.mark.parametrize("text", MISSPELT)
def test_an_insult_badly_spelt_is_read(text: str) -> None:
    assert assess(CommentText(text)).flag


@pytest.mark.parametrize("text", ORDINARY)
def test_words_of_the_language_and_names_are_left_as_they_are(text: str) -> None:
    assert not assess(CommentText(text)).flag


@pytest.mark.parametrize("text", ["Ah, filsdepute !", "👍 co nnard", "e\u0301h, gros KONNARD"])
def test_the_words_marked_are_those_of_the_text(text: str) -> None:
    spans = assess(CommentText(text)).qualifications[0].spans
    assert [text[span.start : span.end] for span in spans] == [span.text for span in spans]
    assert spans[-1].text in ("filsdepute", "co nnard", "KONNARD", "gros KONNARD")


@pytest.mark.parametrize(
    ("chunk", "word"),
    [
        ("conar", "connard"),
        ("konnard", "connard"),
        ("pute1", "pute"),
        ("niger", ""),
        ("porto", ""),
        ("cana", ""),
    ],
)
def test_what_is_heard(chunk: str, word: str) -> None:
    assert catalogue().vocabulary.misspelt(chunk) == word
