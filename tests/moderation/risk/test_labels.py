"""Each label on comments that bear it, on look-alikes that do not, and on free speech."""

import pytest

from moderation.risk.assess import assess
from moderation.risk.labels import Label
from moderation.risk.shapes import CommentText
from tests.moderation.risk.examples import FLAGGED, FREE, NOT_FLAGGED
from tests.moderation.risk.more_examples import MORE_FLAGGED, MORE_FREE


def _cases(table: dict[Label, tuple[str, ...]]) -> list[tuple[Label, str]]:
    return [(label, text) for label, texts in table.items() for text in texts]


@pytest.mark.parametrize(("label", "text"), _cases(FLAGGED) + _cases(MORE_FLAGGED))
def test_a_risky_comment_is_flagged_under_its_label(label: Label, text: str) -> None:
    assessment = assess(CommentText(text))
    assert assessment.flag
    assert assessment.severity >= 1
    assert assessment.qualifications[0].label == label
    assert next(iter(assessment.labels)) == label
    assert assessment.qualifications[0].spans


@pytest.mark.parametrize(("label", "text"), _cases(NOT_FLAGGED))
def test_a_look_alike_is_not_flagged(label: Label, text: str) -> None:
    assessment = assess(CommentText(text))
    assert not assessment.flag
    assert assessment.severity == 0
    assert assessment.labels[label] < 0.5


@pytest.mark.parametrize("text", MORE_FREE)
def test_ordinary_speech_is_not_flagged(text: str) -> None:
    assert not assess(CommentText(text)).flag


@pytest.mark.parametrize(("label", "text"), _cases(FREE))
def test_free_speech_is_named_and_left_alone(label: Label, text: str) -> None:
    assessment = assess(CommentText(text))
    assert not assessment.flag
    assert next(iter(assessment.labels)) == label


def test_all_labels_have_a_probability_most_probable_first() -> None:
    values = list(assess(CommentText("T'es qu'un connard.")).labels.values())
    assert len(values) == len(Label)
    assert values == sorted(values, reverse=True)


def test_one_more_finding_never_lowers_the_score() -> None:
    mild = assess(CommentText("Votre caissière est stupide."))
    worse = assess(CommentText("Votre caissière est stupide, une vraie connasse."))
    assert worse.score > mild.score


def test_the_severity_orders_threat_above_insult_above_nothing() -> None:
    texts = ("Je vais te crever.", "T'es un connard.", "Gagnez 300 euros par jour, lien en bio", "Bonjour")
    assert [assess(CommentText(text)).severity for text in texts] == [3, 2, 1, 0]


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Je n'ai pas reçu mon colis", "fr"),
        ("Where is my order, I have been waiting", "en"),
        ("Die Lieferung ist nicht mit der Post gekommen und das ist schlecht", "und"),
        ("Не могу найти ваш магазин", "und"),
        ("😀", "und"),
    ],
)
def test_the_language_is_french_english_or_unknown(text: str, lang: str) -> None:
    assert assess(CommentText(text)).lang == lang


def test_a_hint_settles_a_text_too_short_to_tell() -> None:
    assert assess(CommentText("Super", lang="fr")).lang == "fr"
    assert assess(CommentText("Super")).lang == "und"


@pytest.mark.parametrize(
    "text",
    [
        "Fuck you, asshole",
        "You are a fucking retard",
        "I will kill you",
        "Go back to your country, filthy gypsy",
    ],
)
def test_a_small_english_list_is_known(text: str) -> None:
    assert assess(CommentText(text)).flag


def test_french_words_of_another_tongue_are_not_read_as_french() -> None:
    assert not assess(CommentText("El perro come con la familia en una mesa y es muy feliz")).flag
    assert not assess(CommentText("Una conversación con los vecinos, no es para mí")).flag
