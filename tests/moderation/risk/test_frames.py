"""Ways of threatening, of calling for harm and of hating that name no first person, no group, or one name."""

import pytest

from moderation.risk.assess import assess
from moderation.risk.labels import Label, Target
from moderation.risk.shapes import CommentText

THREATS = (
    "Je fous le feu à ta boîte ce soir",
    "Je crame votre devanture et je rentre",
    "Brûlons leur mairie",
    "On va faire exploser votre magasin",
    "Je foutrai le feu chez toi",
    "Quelqu'un va finir par lui coller une balle",
    "Ce gérant mérite la corde",
    "Cette caissière mériterait une balle dans la tête",
    "Il faudrait la lyncher cette responsable",
    "On devrait te pendre",
    "Je vais vous faire la peau",
    "Je repasse demain avec ma batte",
    "Je viendrai avec un couteau, vous verrez",
    "Je sais où tes enfants vont à l'école",
    "On sait où ta mère habite",
    "La prochaine fois je lui casse les deux bras",
    "Je lui mets la tête dans le four à ce livreur",
    "Votre terrasse ne passera pas la nuit",
    "Un patron comme toi ça se retrouve au fond du canal",
    "Vous allez voir si je rigole, j'ai une batte et je vous attends à la sortie",
)
HATEFUL = (
    "Les femmes ne sont pas faites pour diriger, elles sont faites pour la cuisine",
    "Les Noirs n'ont pas de cerveau",
    "Les sionistes tiennent toute la presse",
    "Les Roms sont tous des voleurs",
    "Faudrait les exterminer jusqu'au dernier",
    "Il faut gazer cette vermine",
    "Vivement qu'on élimine tous ces parasites",
    "Ces gens-là sont sales, qu'ils rentrent chez eux",
    "Les migrants nous envahissent et pillent",
)
MERDE = (
    "Tu n'es qu'une merde",
    "Vous n'êtes que des merdes",
    "Votre responsable est une grosse merde",
    "Toi t'es de la merde",
    "Espèce de merdeux",
)
SURNAMES = (
    ("Berthier est un escroc", Label.INSULT),
    ("Hamelin a détourné les fonds du club", Label.DEFAMATION),
    ("Tout le monde le sait : Vasseur pique dans la caisse", Label.DEFAMATION),
)
FREE = (
    "Ce gâteau mérite une étoile, il est énorme",
    "Vous mettez le feu au four à quelle heure ?",
    "On met le feu à la piste de danse samedi",
    "Je reviens avec mes enfants la semaine prochaine",
    "Je viens avec mon vélo, avez-vous un garage ?",
    "Il faut les tuer, ces moustiques",
    "Il faut exterminer tous les cafards et les punaises de la cave",
    "Savez-vous où est l'école de danse ?",
    "Les femmes dirigent un tiers de vos magasins, bravo",
    "Les Italiens n'ont pas la même recette",
    "Ce pull, c'est de la merde",
    "Merde, j'ai oublié le code",
    "On est dans la merde avec cette livraison",
    "Le chat fait exploser les ventes de croquettes",
    "Un incendie a détruit votre boutique, courage",
    "Le pneu crève au bout d'un mois",
)


def first(text: str) -> Label | None:
    assessment = assess(CommentText(text))
    return assessment.qualifications[0].label if assessment.flag else None


@pytest.mark.parametrize("text", THREATS)
def test_a_threat_in_other_words_is_one(text: str) -> None:
    assert first(text) == Label.THREAT


@pytest.mark.parametrize("text", HATEFUL)
def test_a_group_held_inferior_or_to_be_rid_of_is_hatred(text: str) -> None:
    assert first(text) == Label.HATE


@pytest.mark.parametrize("text", MERDE)
def test_merde_said_of_a_person_is_an_insult(text: str) -> None:
    assert first(text) == Label.INSULT


@pytest.mark.parametrize(("text", "label"), SURNAMES)
def test_a_surname_alone_before_a_verb_is_a_person(text: str, label: Label) -> None:
    assert first(text) == label
    assert assess(CommentText(text)).target == Target.NAMED


@pytest.mark.parametrize("text", FREE)
def test_the_same_words_of_things_are_none(text: str) -> None:
    assert first(text) is None
