"""Ordinary words that look like risk: care, figures of speech, reports, trades, complaints. Left alone."""

import pytest

from moderation.risk.assess import assess
from moderation.risk.labels import Label
from moderation.risk.shapes import CommentText

CARE_AND_BUSINESS = (
    "Vous allez payer les réparations ou c'est à moi de le faire ?",
    "On va vous retrouver samedi au marché, hâte !",
    "Faites attention à vous sur la route.",
    "Je te retrouve devant la boutique à midi",
    "Dormez bien grâce à ce matelas, il est parfait",
    "Profitez tant que la promotion dure",
    "Pensez à vos enfants, des yaourts sans sucre ce serait bien",
    "Gardez un œil sur vos mails, la réponse arrive",
    "Il va payer à la caisse et il revient",
    "Nous allons nous occuper de vous en mairie demain",
)
FIGURES = (
    "Ce dessert va te tuer de plaisir",
    "Je vais les tuer aux échecs ce soir",
    "Vous allez mourir de rire avec ce spectacle",
    "On a mis le feu à la salle, quel concert",
    "Elle en crève d'envie",
    "Je vais te frapper de bisous",
)
REPORTS = (
    "La dame qui traitait votre vendeur d'abruti devrait avoir honte",
    "Un monsieur a crié à la serveuse qu'elle était une conne, c'est inadmissible",
    "Mon voisin disait que votre livreur était un idiot, il se trompe",
    "Le message qualifiait Nadia de grosse vache, supprimez-le",
)
TRADES = (
    "Un bâtard bien croustillant et deux baguettes",
    "La farine T65 donne un meilleur bâtard",
    "Le gros cochon rôti à la broche était superbe",
    "Un gros dindon fumé et un gros porc à la broche",
    "Des grosses moules gratinées, un régal",
    "Le bouffon du roi, quel numéro au spectacle",
    "Les pédales automatiques de mon vélo grincent",
    "Une traînée de peinture sur la portière",
    "Du fumier de cheval pour le potager",
    "Le ramassage des ordures a lieu mardi",
    "Notre bâtard est un chien très gentil, adopté au refuge",
)
INTENSIFIERS = (
    "Quel chien de temps pour la brocante",
    "Une putain de belle soirée, merci",
    "Quelle chienne de vie, le magasin ferme",
    "J'avais l'air con devant la caisse fermée",
    "Idiote que je suis, j'ai oublié mon sac",
)
COMPLAINTS = (
    "Vous m'avez volé 35 euros de frais de dossier",
    "Caissière impolie et incompétente",
    "Votre serveuse est arrogante, désagréable et menteuse",
    "On m'a volé mon sac devant votre vitrine",
    "Mme Perrin a été agressée sur votre parking, que faites-vous ?",
)


def flagged(text: str) -> bool:
    return assess(CommentText(text)).flag


@pytest.mark.parametrize("text", CARE_AND_BUSINESS + FIGURES)
def test_care_business_and_figures_threaten_nobody(text: str) -> None:
    assessment = assess(CommentText(text))
    assert not assessment.flag
    assert assessment.labels[Label.THREAT] < 0.5


@pytest.mark.parametrize("text", REPORTS)
def test_what_others_said_is_not_said_by_the_writer(text: str) -> None:
    assert not flagged(text)


@pytest.mark.parametrize("text", TRADES + INTENSIFIERS)
def test_words_of_a_trade_and_intensifiers_insult_nobody(text: str) -> None:
    assert not flagged(text)


@pytest.mark.parametrize("text", COMPLAINTS)
def test_a_complaint_however_harsh_is_free(text: str) -> None:
    assert not flagged(text)


@pytest.mark.parametrize(
    "text",
    [
        "Vous allez payer pour ce que vous avez fait",
        "On va te retrouver, espèce de lâche",
        "Fais gaffe à tes gosses",
        "Je vais te tuer, tu vas mourir",
        "Votre serveur est un gros porc",
        "Gros bâtard, rends l'argent",
        "Sale bouffon de vendeur",
        "Le gérant a volé 35 euros à une cliente",
        "J'ai dit à votre serveur qu'il était un connard",
        "Caissière impolie, incompétente, une vraie connasse",
    ],
)
def test_the_same_words_in_earnest_are_flagged(text: str) -> None:
    assert flagged(text)


def test_weak_words_never_add_up_to_a_flag() -> None:
    weak = "La vendeuse est stupide, arrogante, hypocrite, menteuse, lamentable, pathétique et inculte."
    assessment = assess(CommentText(weak))
    assert (assessment.flag, assessment.score < 0.5) == (False, True)
