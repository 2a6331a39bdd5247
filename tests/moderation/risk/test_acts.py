"""An act that can be proved is read from a class of verbs and a class of objects, in whatever words."""

import pytest

from moderation.risk.assess import assess
from moderation.risk.labels import Label
from moderation.risk.shapes import CommentText

ACTS = (
    "Le gérant subtilise les bouteilles de la réserve pour sa cave.",
    "Mme Vidal dérobe les bagues des résidents.",
    "L'agent du garage recule les compteurs avant chaque vente.",
    "Le concessionnaire, M. Aubert, rajeunit le kilométrage de ses occasions.",
    "La directrice détruit les plaintes des familles.",
    "Le chef de service, M. Caron, fait disparaître les signalements.",
    "Le maire accorde les permis moyennant des travaux gratuits chez lui.",
    "M. Noiret a reçu une valise de billets du promoteur.",
    "Combien l'adjoint a-t-il encaissé pour signer ce marché ?",
    "L'adjointe a placé son neveu à un poste fictif.",
    "Le président, Luc Tissier, passe ses vacances en notes de frais du club.",
    "Le traiteur Morin ne déclare pas ses serveurs.",
    "M. Diaz paye ses ouvriers de la main à la main.",
    "Les sacs de Maison Lumen sont cousus par des enfants.",
    "Le chauffeur du car, Paul Rivet, roule complètement ivre.",
    "Le cuisinier ressert les assiettes de la veille aux clients.",
    "Le pâtissier recongèle les gâteaux invendus, M. Blin le sait.",
    "Berthier plagie les dessins de ses élèves.",
    "M. Lambert a agressé deux clientes.",
    "Le trésorier : 4 000 euros évaporés de la cagnotte.",
    "Chacun devine grâce à qui M. Roux a eu sa licence.",
)
INNOCENT = (
    "Le gérant a recollé l'étiquette du prix.",
    "La mairie accorde les permis en deux mois.",
    "J'ai reçu une enveloppe avec la facture, merci.",
    "L'adjointe a nommé un nouveau directeur.",
    "Le compteur de ma voiture est tombé à zéro euro d'essence.",
    "Vos chaussures sont fabriquées en Italie ?",
    "Le chauffeur du car roule bien.",
    "Supprimez mon dossier, s'il vous plaît.",
    "Pouvez-vous effacer mes données ?",
    "On peut payer en liquide ?",
    "Le chef recycle ses bocaux, bravo.",
    "Est-ce que vos jouets conviennent aux enfants de trois ans ?",
    "Le livreur a pris le paquet à temps.",
    "La boulangère donne des cours aux enfants.",
)


@pytest.mark.parametrize("text", ACTS)
def test_an_act_imputed_to_someone_is_read(text: str) -> None:
    assessment = assess(CommentText(text))
    assert assessment.flag
    assert assessment.qualifications[0].label == Label.DEFAMATION


@pytest.mark.parametrize("text", INNOCENT)
def test_the_same_verbs_or_objects_alone_impute_nothing(text: str) -> None:
    assert not assess(CommentText(text)).flag
