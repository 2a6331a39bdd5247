"""An ordinary comment is read whole wherever the words stand; of a longer one what was cut is said."""

import pytest

from moderation.risk.assess import assess
from moderation.risk.excerpt import BLOCK, READ, ranges_read
from moderation.risk.shapes import CommentText

PROSE = "La livraison est venue un mardi, le carton était propre et tout tenait dans le coffre. "
GRAVE = (
    "Je vais te tuer.",
    "On sait où tu habites.",
    "Votre vendeuse est une connasse.",
    "Le gérant pique dans la caisse.",
    "Sale arabe.",
    "Mort aux juifs.",
    "Va te pendre.",
    "M. Perrin a falsifié les factures.",
    "Je brûle votre boutique ce soir.",
    "Allez tous sur son profil lui pourrir la vie.",
    "Paul Renaud habite 12 rue des Lilas, allez lui rendre visite.",
)


def padded(phrase: str, at: int, length: int) -> str:
    prose = PROSE * (length // len(PROSE) + 2)
    return (prose[:at].rsplit(". ", 1)[0] + ". " + phrase + " " + prose)[:length]


@pytest.mark.parametrize("at", [100, 2_000, 3_550, 4_300, 4_880])
@pytest.mark.parametrize("phrase", GRAVE)
def test_a_comment_as_long_as_the_form_takes_is_read_whole(phrase: str, at: int) -> None:
    assessment = assess(CommentText(padded(phrase, at, 5_000)))
    assert (assessment.flag, assessment.partial) == (True, False)


@pytest.mark.parametrize("at", [5_500, 9_000, 15_000, 23_900])
@pytest.mark.parametrize("phrase", GRAVE)
def test_grave_words_in_the_middle_of_a_longer_text_are_found_and_the_cut_is_said(
    phrase: str, at: int
) -> None:
    text = padded(phrase, at, 25_000)
    assessment = assess(CommentText(text))
    assert (assessment.flag, assessment.partial) == (True, True)
    spans = [span for reading in assessment.qualifications for span in reading.spans]
    assert all(text[span.start : span.end] == span.text for span in spans)


@pytest.mark.parametrize("phrase", ["Je vais te tuer, cœur de pierre", "JE VAIS TE TUER", "Je vais te тuer"])
def test_the_middle_is_folded_before_it_is_searched(phrase: str) -> None:
    assert assess(CommentText(padded(phrase + ".", 12_000, 25_000))).flag


def test_decoys_do_not_hide_a_graver_phrase() -> None:
    decoys = "Ce truand, cet escroc de produit. " * 400
    assessment = assess(CommentText(padded(decoys + "Je vais te tuer demain soir.", 5_000, 40_000)))
    assert "menace" in [reading.label for reading in assessment.qualifications]


@pytest.mark.parametrize(("length", "whole"), [(0, True), (READ, True), (READ + 1, False)])
def test_the_length_read_whole_is_told(length: int, whole: bool) -> None:
    assert (len(ranges_read("a" * length)) == 1) is whole
    assert assess(CommentText("a" * length)).partial is not whole


def test_the_ranges_read_follow_one_another() -> None:
    text = padded("Je vais te tuer. " * 40, 5_000, 30_000)
    ranges = ranges_read(text)
    assert all(low < high for low, high in ranges)
    assert all(a[1] <= b[0] for a, b in zip(ranges, ranges[1:], strict=False))
    assert sum(high - low for low, high in ranges) < READ + 12 * BLOCK * 2
