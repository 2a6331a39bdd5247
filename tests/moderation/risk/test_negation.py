"""A negation takes the sting out of what it governs, and of nothing else."""

import pytest

from moderation.risk.assess import assess
from moderation.risk.labels import Label
from moderation.risk.shapes import CommentText

CONDITIONS_NEGATED = (
    "Si vous ne livrez pas ma commande je vais vous tuer",
    "Si tu retires pas ton commentaire on va te buter",
    "Si le patron ne s'excuse pas je vais lui casser les dents",
    "Si on ne me rend pas mon argent je brûle votre boutique",
    "S'ils ne ferment pas ce foyer il faut les gazer tous ces migrants",
    "Si elle ne démissionne jamais je vais te crever",
    "Tu ne comprends pas je vais te défoncer la gueule",
    "Vous ne répondez pas on sait où tu habites",
    "Je n'hésiterai pas à te casser les jambes",
    "Ça ne me dérange pas de te crever les yeux, je vais te tuer",
    "Pourquoi ne pas brûler tous ces juifs",
    "Il ne vous aide pas allez tous pourrir sa page",
)
CALLS_REFUSED = (
    "Je ne vais pas vous tuer pour un retard",
    "Je n'ai jamais dit que j'allais te casser la gueule",
    "Il ne faut pas exterminer les musulmans, quelle horreur",
    "On ne va pas te casser les jambes pour dix euros",
    "N'allez pas tous pourrir sa page",
)
INSULTS_AFTER_A_NEGATION = (
    "Tu ne rappelles jamais salaud",
    "Pas de réponse enfoiré",
    "Vous n'avez aucun honneur bande de salopards",
    "Rien que des abrutis dans cette agence",
    "Merci pour rien bande d'imbéciles",
    "Je n'avais jamais vu une connasse pareille à l'accueil",
    "Pas surprenant avec un abruti comme Berthier",
    "Il n'y a pas plus crétin que votre gérant",
    "Tu n'as jamais rien fait gros connard",
    "Vous ne savez même pas compter pauvres cons",
    "Ce ne sont pas que des idiots, ce sont des salauds",
    "Pas seulement un menteur, un vrai salopard votre directeur",
    "Aucune excuse espèce d'ordure",
    "Tu n'as rien fait connard",
    "C'est pas vrai connard",
    "T'es pas sérieux abruti",
)
NAMES_DENIED = (
    "Vous n'êtes pas un idiot, relisez le contrat.",
    "Votre vendeuse n'est vraiment pas une conne.",
    "Aucun de vos livreurs n'est un abruti.",
    "Ce n'est pas du tout un escroc.",
    "Le directeur n'a jamais été un salaud.",
    "Loin d'être un crétin, votre serveur nous a bien conseillés.",
    "Tout sauf des abrutis à l'accueil, une équipe en or.",
    "Sans être un imbécile, je n'ai pas compris la notice.",
    "Le patron n'a rien d'un goujat.",
    "On n'est pas des cons, on sait lire une étiquette.",
    "Ne soyez pas idiots, prenez la grande taille.",
    "Il n'y a pas de connards ici, que des passionnés.",
    "Votre gérant n'est ni un voleur ni un escroc.",
)


def flagged(text: str) -> bool:
    return assess(CommentText(text)).flag


@pytest.mark.parametrize("text", CONDITIONS_NEGATED)
def test_a_negated_condition_leaves_the_threat_whole(text: str) -> None:
    assessment = assess(CommentText(text))
    assert assessment.flag
    assert assessment.qualifications[0].label in (Label.THREAT, Label.HATE, Label.HARASSMENT)


@pytest.mark.parametrize("text", CALLS_REFUSED)
def test_a_call_that_is_refused_is_none(text: str) -> None:
    assert not flagged(text)


@pytest.mark.parametrize("text", INSULTS_AFTER_A_NEGATION)
def test_an_insult_after_a_negation_that_is_not_its_own_counts(text: str) -> None:
    assessment = assess(CommentText(text))
    assert assessment.flag
    assert assessment.qualifications[0].label == Label.INSULT


@pytest.mark.parametrize("text", NAMES_DENIED)
def test_a_name_denied_is_no_insult(text: str) -> None:
    assert not flagged(text)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Je suis client depuis dix ans connards", True),
        ("Je suis un vrai crétin, j'ai perdu mon ticket", False),
        ("On m'a dit d'attendre, ce connard de gérant ne rappelle pas", True),
        ("On m'a traité de connard au guichet", False),
    ],
)
def test_oneself_and_reports_are_read_as_near_as_negations(text: str, flag: bool) -> None:
    assert flagged(text) is flag
