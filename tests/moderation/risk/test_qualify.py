"""Articles, elements, rivals and targets of an assessment."""

import pytest

from moderation.risk.assess import assess
from moderation.risk.labels import Label, Target
from moderation.risk.shapes import CommentText, Qualification


def first(text: str, **context: str) -> Qualification:
    return assess(CommentText(text, **context)).qualifications[0]


def elements(qualification: Qualification) -> dict[str, bool]:
    return {element.code: element.found for element in qualification.elements}


def test_an_insult_names_its_elements_and_leaves_provocation_to_check() -> None:
    found = first("Votre vendeuse est une connasse.")
    assert found.article == "loi du 29 juillet 1881, art. 29 al. 2 et 33 al. 2"
    assert elements(found) == {
        "terme_outrageant": True,
        "personne_visee": True,
        "aucun_fait_impute": True,
        "absence_de_provocation": False,
        "publicite": True,
    }


def test_a_civil_parent_comment_shows_the_absence_of_provocation() -> None:
    calm = first("Ferme ta gueule, connard.", parent_text="Bonjour, je ne suis pas d'accord.")
    sharp = first("Ferme ta gueule, connard.", parent_text="T'es qu'un gros con.")
    assert elements(calm)["absence_de_provocation"]
    assert not elements(sharp)["absence_de_provocation"]


def test_a_private_message_is_not_public() -> None:
    found = first("T'es un connard.", page_kind="dm")
    assert found.article == "code pénal, art. R621-2"
    assert not elements(found)["publicite"]


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("Sale arabe, dégage.", "loi du 29 juillet 1881, art. 29 al. 2 et 33 al. 3"),
        ("Sale pédé, dégage.", "loi du 29 juillet 1881, art. 29 al. 2 et 33 al. 4"),
        ("T'es mongol ou quoi ?", "loi du 29 juillet 1881, art. 29 al. 2 et 33 al. 4"),
        ("Le maire a reçu des pots-de-vin pour la rocade.", "loi du 29 juillet 1881, art. 29 al. 1 et 31"),
        ("Mort aux juifs", "loi du 29 juillet 1881, art. 24 al. 7"),
        ("Qu'on les brûle tous, les homos.", "loi du 29 juillet 1881, art. 24 al. 8"),
        ("Je vais te crever.", "code pénal, art. 222-17"),
        ("Continue et tu finis à l'hosto.", "code pénal, art. 222-18"),
        ("Je vais brûler votre boutique.", "code pénal, art. 322-12"),
        ("Va te pendre.", "code pénal, art. 222-33-2-2"),
    ],
)
def test_the_article_follows_ground_target_and_form(text: str, article: str) -> None:
    assert first(text).article == article


def test_an_insult_inside_a_defamation_is_absorbed_and_listed_after() -> None:
    assessment = assess(CommentText("Ce salaud de gérant, M. Diaz, a volé l'argent de la caisse."))
    labels = [qualification.label for qualification in assessment.qualifications]
    assert labels[0] == Label.DEFAMATION
    assert Label.INSULT in labels[1:]
    confidences = [qualification.confidence for qualification in assessment.qualifications]
    assert confidences == sorted(confidences, reverse=True)


@pytest.mark.parametrize(
    "text",
    [
        "Le gérant aurait volé l'argent de la caisse.",
        "Le gérant a-t-il volé l'argent de la caisse ?",
        "Demandez au gérant, M. Diaz, où est passé l'argent de la caisse...",
    ],
)
def test_conditional_question_and_allusion_are_defamation_too(text: str) -> None:
    assert first(text).label == Label.DEFAMATION


def test_words_passed_on_as_they_are_count_and_words_denounced_do_not() -> None:
    said = "« Le gérant a volé l'argent de la caisse »"
    assert assess(CommentText(f"Je partage tel quel : {said}.")).flag
    assert not assess(CommentText(f"{said} : c'est faux, et le démenti est paru hier.")).flag


def test_a_doxxing_shows_the_data_and_the_exposure() -> None:
    found = first("Julie Morel habite 12 rue des Lilas, allez lui rendre visite.")
    assert elements(found) == {
        "donnee_personnelle": True,
        "personne_identifiable": True,
        "exposition_a_un_risque": True,
    }


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("Paul Renaud est une ordure.", Target.NAMED),
        ("Votre caissière est une connasse.", Target.EMPLOYEE),
        ("Le maire est un abruti.", Target.OFFICIAL),
        ("T'es un abruti.", Target.VISITOR),
        ("@lola92 pauvre conne", Target.VISITOR),
        ("Une entreprise de salauds.", Target.COMPANY),
        ("Mort aux juifs", Target.GROUP),
        ("Ce mixeur est de la camelote.", Target.PRODUCT),
        ("Bonjour", Target.NOBODY),
        ("Prêt entre particuliers, taux 2 %", Target.NOBODY),
    ],
)
def test_the_target_is_told(text: str, target: Target) -> None:
    assert assess(CommentText(text)).target == target


def test_you_in_the_plural_is_the_company_unless_answering_someone() -> None:
    assert assess(CommentText("Vous êtes tous des connards.")).target == Target.COMPANY
    assert assess(CommentText("Vous êtes des connards.", page_kind="town")).target == Target.OFFICIAL
    assert assess(CommentText("Vous êtes des connards.", parent_text="Bonjour")).target == Target.VISITOR


@pytest.mark.parametrize(
    ("text", "target", "article"),
    [
        ("Madame la maire, je vais vous crever.", Target.OFFICIAL, "code pénal, art. 433-3"),
        ("On sait où vous habitez, Monsieur le député.", Target.OFFICIAL, "code pénal, art. 433-3"),
        ("Je vais tabasser ce policier.", Target.OFFICIAL, "code pénal, art. 433-3"),
        ("Madame la gérante, je vais vous crever.", Target.EMPLOYEE, "code pénal, art. 222-17"),
        ("Si tu ne me rends pas la caution je vais te crever", Target.VISITOR, "code pénal, art. 222-18"),
        ("Rendez la caution ou je vous crève", Target.VISITOR, "code pénal, art. 222-18"),
        ("Je crame ton magasin ce soir", Target.VISITOR, "code pénal, art. 322-12"),
        ("Si on ne me paie pas je crame le magasin", Target.COMPANY, "code pénal, art. 322-13"),
    ],
)
def test_a_threat_follows_whom_it_calls_and_what_it_demands(text: str, target: Target, article: str) -> None:
    found = first(text)
    assert (found.label, found.article) == (Label.THREAT, article)
    assert assess(CommentText(text)).target == target
    assert elements(found)["condition_posee"] is (article[-2:] in ("18", "13"))
